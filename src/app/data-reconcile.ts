import type { SightingMessage } from '../contract/sighting.ts';
import { auditSubject } from '../storage/audit.ts';
import type { QueryStore } from '../storage/store.ts';
import { decodeMessage, isTopic } from '../transport/codec.ts';
import type { PendingEntry } from '../transport/outbox.ts';
import { type DataFolder, withOutbox, withStore } from './data.ts';

/** Sightings, by where they are. `waiting` is the sum of what stands below it. */
export interface Reconciliation {
  readonly stored: number;
  /** Messages in the outbox. */
  readonly waiting: number;
  /** Of them: not stored yet; the next start delivers them. */
  readonly missing: number;
  /** Stored already, or in the outbox more than once: ids are unique, so they are ignored when they come again. */
  readonly duplicates: number;
  /** Of visitors who were erased in the meantime: not stored again, by design. */
  readonly erased: number;
  /** Not a sighting of a version that is known. */
  readonly unreadable: number;
}

/**
 * Compares what waits in the outbox with what is stored, and changes neither. Nobody may be running on the folder, for
 * a moving count proves nothing. Errors: STORE_BUSY, and the others of store and outbox.
 */
export async function reconcileData(folder: DataFolder): Promise<Reconciliation> {
  return withStore({ ...folder, readOnly: true }, async ({ queries }) => {
    const found = await withOutbox(folder, async (outbox) => {
      const { sightings: stored } = await queries.counts();
      const erased = await erasedSubjects(queries);
      return { stored, ...(await sortOut(outbox.pending(), { queries, erased })) };
    });
    if (found !== undefined) return found;
    const { sightings: stored } = await queries.counts();
    return { stored, waiting: 0, ...nothing() };
  });
}

interface Known {
  readonly queries: QueryStore;
  readonly erased: ReadonlySet<string>;
}

function nothing() {
  return { missing: 0, duplicates: 0, erased: 0, unreadable: 0 };
}

async function sortOut(
  entries: AsyncIterable<PendingEntry>,
  known: Known,
): Promise<Omit<Reconciliation, 'stored'>> {
  const counts = nothing();
  const seen = new Set<string>();
  let waiting = 0;
  for await (const entry of entries) {
    waiting++;
    counts[await fateOf(entry, known, seen)]++;
  }
  return { waiting, ...counts };
}

async function fateOf(
  entry: PendingEntry,
  { queries, erased }: Known,
  seen: Set<string>,
): Promise<keyof ReturnType<typeof nothing>> {
  const message = sightingIn(entry);
  if (message === undefined) return 'unreadable';
  if (seen.has(message.id) || (await isStored(queries, message))) return 'duplicates';
  seen.add(message.id);
  return message.faceId !== null && erased.has(auditSubject(message.faceId)) ? 'erased' : 'missing';
}

function sightingIn({ topic, payload }: PendingEntry): SightingMessage | undefined {
  if (!isTopic(topic)) return undefined;
  try {
    return decodeMessage(topic, payload);
  } catch {
    return undefined;
  }
}

async function isStored(queries: QueryStore, message: SightingMessage): Promise<boolean> {
  const at = Date.parse(message.timestamp);
  for await (const { id } of queries.sightings({ from: at, to: at + 1 })) if (id === message.id) return true;
  return false;
}

async function erasedSubjects(queries: QueryStore): Promise<Set<string>> {
  const subjects = new Set<string>();
  for await (const { action, subject } of queries.auditLog())
    if (action === 'erase' && subject !== null) subjects.add(subject);
  return subjects;
}
