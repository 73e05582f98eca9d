import { type Kysely, sql } from 'kysely';
import type { SightingMessage } from '../../contract/sighting.ts';
import {
  fromAudienceMinuteRow,
  fromAuditRow,
  fromSightingRow,
  fromVisitorRow,
  fromVisitRow,
} from '../rows.ts';
import type {
  AudienceMinute,
  AuditEntry,
  QueryStore,
  SightingFilter,
  StoreCounts,
  VisitorRecord,
  VisitRecord,
} from '../store.ts';
import type { AudienceMinuteRow, SightingRow, Tables } from '../tables.ts';
import type { ErasedIds } from './erased.ts';
import { eraseVisitor, pruneBefore } from './removal.ts';
import type { Session } from './session.ts';

/**
 * Rows read at once. Lists are read page by page, each page by the key of the last row before: no transaction stays
 * open between the pages, so a slow reader of a list keeps nobody waiting and no old page alive.
 */
const PAGE = 1_000;

export class SqliteQueries implements QueryStore {
  readonly #session: Session;
  readonly #erased: ErasedIds;

  constructor(session: Session, erased: ErasedIds) {
    this.#session = session;
    this.#erased = erased;
  }

  sightings(filter: SightingFilter = {}): AsyncIterable<SightingMessage> {
    const page = (after: SightingRow | undefined) => sightingPage(this.#session.db, filter, after);
    return pages(page, fromSightingRow);
  }

  visitors(): AsyncIterable<VisitorRecord> {
    return pages((after) => {
      const query = this.#session.db.selectFrom('visitors').selectAll();
      const rest = after
        ? query.where((eb) =>
            eb(eb.refTuple('created_at', 'face_id'), '>', eb.tuple(after.created_at, after.face_id)),
          )
        : query;
      return rest.orderBy('created_at').orderBy('face_id').limit(PAGE).execute();
    }, fromVisitorRow);
  }

  visits(): AsyncIterable<VisitRecord> {
    return pages((after) => {
      const query = this.#session.db.selectFrom('visits').selectAll();
      const rest = after
        ? query.where((eb) => eb(eb.refTuple('started_at', 'id'), '>', eb.tuple(after.started_at, after.id)))
        : query;
      return rest.orderBy('started_at').orderBy('id').limit(PAGE).execute();
    }, fromVisitRow);
  }

  audienceMinutes(): AsyncIterable<AudienceMinute> {
    return pages((after) => minutePage(this.#session.db, after), fromAudienceMinuteRow);
  }

  auditLog(): AsyncIterable<AuditEntry> {
    return pages((after) => {
      const query = this.#session.db.selectFrom('audit_log').selectAll();
      const rest = after
        ? query.where((eb) => eb(eb.refTuple('at', 'id'), '>', eb.tuple(after.at, after.id)))
        : query;
      return rest.orderBy('at').orderBy('id').limit(PAGE).execute();
    }, fromAuditRow);
  }

  async counts(): Promise<StoreCounts> {
    return {
      sightings: await this.#count('sightings'),
      visitors: await this.#count('visitors'),
      visits: await this.#count('visits'),
      templates: await this.#count('templates'),
      audienceMinutes: await this.#count('audience_minutes'),
    };
  }

  erase(faceId: string): Promise<boolean> {
    return eraseVisitor(this.#session, this.#erased, faceId);
  }

  prune(before: number): Promise<number> {
    return pruneBefore(this.#session, before);
  }

  async #count(
    table: 'sightings' | 'visitors' | 'visits' | 'templates' | 'audience_minutes',
  ): Promise<number> {
    const row = await this.#session.db
      .selectFrom(table)
      .select((eb) => eb.fn.countAll<number>().as('rows'))
      .executeTakeFirstOrThrow();
    return row.rows;
  }
}

async function* pages<Row, Item>(
  page: (after: Row | undefined) => Promise<Row[]>,
  toItem: (row: Row) => Item,
): AsyncGenerator<Item, void, undefined> {
  let last: Row | undefined;
  for (;;) {
    const rows = await page(last);
    for (const row of rows) yield toItem(row);
    if (rows.length < PAGE) return;
    last = rows.at(-1);
  }
}

function sightingPage(
  db: Kysely<Tables>,
  filter: SightingFilter,
  after: SightingRow | undefined,
): Promise<SightingRow[]> {
  let query = db.selectFrom('sightings').selectAll();
  if (filter.from !== undefined) query = query.where('timestamp', '>=', filter.from);
  if (filter.to !== undefined) query = query.where('timestamp', '<', filter.to);
  if (filter.camera !== undefined) query = query.where('camera', '=', filter.camera);
  if (filter.faceId !== undefined) query = query.where('face_id', '=', filter.faceId);
  if (after) {
    query = query.where((eb) => eb(eb.refTuple('timestamp', 'id'), '>', eb.tuple(after.timestamp, after.id)));
  }
  return query.orderBy('timestamp').orderBy('id').limit(PAGE).execute();
}

function minutePage(db: Kysely<Tables>, after: AudienceMinuteRow | undefined): Promise<AudienceMinuteRow[]> {
  let query = db.selectFrom('audience_minutes').selectAll();
  if (after) {
    const { minute, site, camera, run, age_band, gender } = after;
    query = query.where(
      sql<boolean>`(minute, site, camera, run, age_band, gender)
        > (${minute}, ${site}, ${camera}, ${run}, ${age_band}, ${gender})`,
    );
  }
  const key = sql`minute, site, camera, run, age_band, gender`;
  return query.orderBy(key).limit(PAGE).execute();
}
