import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Transaction } from 'kysely';
import { auditSubject, toAuditRow } from '../audit.ts';
import type { Tables } from '../tables.ts';
import type { ErasedIds } from './erased.ts';
import { Scrubber } from './scrub.ts';
import type { Session } from './session.ts';

/** Rows removed per transaction while pruning: a few milliseconds each, so that live work goes on in between. */
const PRUNE_CHUNK = 2_000;

/** Removes the visitor with all that is stored under the id. False if there was nothing. */
export async function eraseVisitor(session: Session, erased: ErasedIds, faceId: string): Promise<boolean> {
  const rows = await session.write(async (transaction) => {
    const removed = await deleteFace(transaction, faceId);
    if (removed === 0) return 0;
    const subject = auditSubject(faceId);
    const entry = toAuditRow({ at: session.clock.now(), action: 'erase', subject, rows: removed });
    await transaction.insertInto('audit_log').values(entry).execute();
    await Scrubber.require(transaction);
    return removed;
  });
  if (rows === 0) return false;
  erased.add(faceId);
  await session.scrub();
  return true;
}

async function deleteFace(transaction: Transaction<Tables>, faceId: string): Promise<number> {
  let rows = 0n;
  for (const table of ['templates', 'sightings', 'visits', 'visitors'] as const) {
    const result = await transaction
      .deleteFrom(table)
      .where('face_id', '=', faceId)
      .executeTakeFirstOrThrow();
    rows += result.numDeletedRows;
  }
  return Number(rows);
}

/** Removes what was last seen before `before`, in steps; returns the rows removed. */
export async function pruneBefore(session: Session, before: number): Promise<number> {
  const rewrite = await session.isQuickToRewrite();
  let total = 0;
  for (const step of pruneSteps) {
    for (;;) {
      const removed = await session.write(async (transaction) => {
        const rows = await step(transaction, before);
        if (rows > 0 && rewrite) await Scrubber.require(transaction);
        return rows;
      });
      total += removed;
      if (removed === 0) break;
      await nextTurn();
    }
  }
  if (total === 0) return 0;
  const entry = toAuditRow({ at: session.clock.now(), action: 'prune', subject: null, rows: total });
  await session.db.insertInto('audit_log').values(entry).execute();
  await (rewrite ? session.scrub() : session.emptyLog());
  return total;
}

type PruneStep = (transaction: Transaction<Tables>, before: number) => Promise<number>;

const pruneSteps: readonly PruneStep[] = [pruneSightings, pruneVisits, pruneMinutes, pruneVisitors];

async function pruneSightings(transaction: Transaction<Tables>, before: number): Promise<number> {
  const old = transaction
    .selectFrom('sightings')
    .select('id')
    .where('timestamp', '<', before)
    .orderBy('timestamp')
    .limit(PRUNE_CHUNK);
  const result = await transaction.deleteFrom('sightings').where('id', 'in', old).executeTakeFirstOrThrow();
  return Number(result.numDeletedRows);
}

async function pruneVisits(transaction: Transaction<Tables>, before: number): Promise<number> {
  const result = await transaction
    .deleteFrom('visits')
    .where('ended_at', '<', before)
    .executeTakeFirstOrThrow();
  return Number(result.numDeletedRows);
}

async function pruneMinutes(transaction: Transaction<Tables>, before: number): Promise<number> {
  const result = await transaction
    .deleteFrom('audience_minutes')
    .where('minute', '<', before)
    .executeTakeFirstOrThrow();
  return Number(result.numDeletedRows);
}

async function pruneVisitors(transaction: Transaction<Tables>, before: number): Promise<number> {
  const old = transaction.selectFrom('visitors').select('face_id').where('last_seen_at', '<', before);
  const templates = await transaction
    .deleteFrom('templates')
    .where('face_id', 'in', old)
    .executeTakeFirstOrThrow();
  const visitors = await transaction
    .deleteFrom('visitors')
    .where('last_seen_at', '<', before)
    .executeTakeFirstOrThrow();
  return Number(templates.numDeletedRows + visitors.numDeletedRows);
}
