import type { Transaction } from 'kysely';
import type { SightingMessage } from '../../contract/sighting.ts';
import { toAuditRow } from '../audit.ts';
import { fromVisitRow, toAudienceMinuteRow, toSightingRow, toVisitRow } from '../rows.ts';
import type {
  AudienceMinute,
  AuditEntry,
  RecordBatch,
  RecordStore,
  VisitRecord,
  VisitsAround,
} from '../store.ts';
import type { Tables, VisitRow } from '../tables.ts';
import type { ErasedIds } from './erased.ts';
import type { Session } from './session.ts';

export class SqliteRecords implements RecordStore {
  readonly #session: Session;
  readonly #erased: ErasedIds;
  /** Sites and cameras known to be in their tables; a site's name holds no line break. */
  readonly #places = new Set<string>();

  constructor(session: Session, erased: ErasedIds) {
    this.#session = session;
    this.#erased = erased;
  }

  async record(batch: RecordBatch): Promise<void> {
    const sightings = (batch.sightings ?? []).filter((row) => !this.#erased.has(row.faceId));
    const visits = (batch.visits ?? []).filter((row) => !this.#erased.has(row.faceId));
    const minutes = batch.audienceMinutes ?? [];
    const removed = batch.removedVisits ?? [];
    if (sightings.length + visits.length + minutes.length + removed.length === 0) return;
    const places = this.#newPlaces(sightings, minutes);
    await this.#session.write(async (transaction) => {
      await savePlaces(transaction, places);
      for (const sighting of sightings) await saveSighting(transaction, sighting);
      for (const id of removed) await transaction.deleteFrom('visits').where('id', '=', id).execute();
      for (const visit of visits) await saveVisit(transaction, visit);
      for (const minute of minutes) await saveMinute(transaction, minute);
    });
    for (const place of places) this.#places.add(placeKey(place));
  }

  async latestVisit(site: string, faceId: string): Promise<VisitRecord | undefined> {
    const row = await this.#visitsOf(site, faceId).orderBy('started_at', 'desc').limit(1).executeTakeFirst();
    return row && fromVisitRow(row);
  }

  async visitsAround({ site, faceId, from, to }: VisitsAround): Promise<readonly VisitRecord[]> {
    const all = () => this.#visitsOf(site, faceId);
    const before = all().where('ended_at', '<', from).orderBy('started_at', 'desc').limit(1).execute();
    const overlapping = all()
      .where('started_at', '<=', to)
      .where('ended_at', '>=', from)
      .orderBy('started_at')
      .execute();
    const after = all().where('started_at', '>', to).orderBy('started_at').limit(1).execute();
    const rows: VisitRow[][] = await Promise.all([before, overlapping, after]);
    return rows.flat().map(fromVisitRow);
  }

  async audit(entry: AuditEntry): Promise<void> {
    await this.#session.db.insertInto('audit_log').values(toAuditRow(entry)).execute();
  }

  #visitsOf(site: string, faceId: string) {
    return this.#session.db
      .selectFrom('visits')
      .selectAll()
      .where('face_id', '=', faceId)
      .where('site', '=', site);
  }

  #newPlaces(sightings: readonly SightingMessage[], minutes: readonly AudienceMinute[]): readonly Place[] {
    const places = new Map<string, Place>();
    const note = (place: Place) => {
      const key = placeKey(place);
      if (!this.#places.has(key) && !places.has(key)) places.set(key, place);
    };
    for (const { site, camera, timestamp } of sightings) note({ site, camera, at: Date.parse(timestamp) });
    for (const { site, camera, minute } of minutes) note({ site, camera, at: minute });
    return [...places.values()];
  }
}

interface Place {
  readonly site: string;
  readonly camera: string;
  readonly at: number;
}

function placeKey(place: Place): string {
  return `${place.site}\n${place.camera}`;
}

async function savePlaces(transaction: Transaction<Tables>, places: readonly Place[]): Promise<void> {
  for (const { site, camera, at } of places) {
    await transaction
      .insertInto('sites')
      .values({ id: site, first_seen_at: at })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    await transaction
      .insertInto('cameras')
      .values({ site, id: camera, first_seen_at: at })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}

async function saveSighting(transaction: Transaction<Tables>, sighting: SightingMessage): Promise<void> {
  await transaction
    .insertInto('sightings')
    .values(toSightingRow(sighting))
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
}

async function saveVisit(transaction: Transaction<Tables>, visit: VisitRecord): Promise<void> {
  const { id, ...values } = toVisitRow(visit);
  await transaction
    .insertInto('visits')
    .values({ id, ...values })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
    .execute();
}

async function saveMinute(transaction: Transaction<Tables>, minute: AudienceMinute): Promise<void> {
  const { tracks, present_seconds, looking_seconds, ...key } = toAudienceMinuteRow(minute);
  const values = { tracks, present_seconds, looking_seconds };
  await transaction
    .insertInto('audience_minutes')
    .values({ ...key, ...values })
    .onConflict((conflict) =>
      conflict.columns(['minute', 'site', 'camera', 'run', 'age_band', 'gender']).doUpdateSet(values),
    )
    .execute();
}
