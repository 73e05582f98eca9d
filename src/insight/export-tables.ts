import { stringify } from 'csv-stringify/sync';
import type { VisitorRecord, VisitRecord } from '../storage/store.ts';
import type { AudienceTotal } from './audience-totals.ts';
import { inBatches, type Rows } from './export.ts';

type Value = string | number | boolean | null;

/** A row as it leaves: names in the order of the columns. Times are ISO 8601, UTC. A contract. */
export interface TableExport<T> {
  readonly columns: readonly string[];
  row(item: T): Readonly<Record<string, Value>>;
}

export const visitorExport: TableExport<VisitorRecord> = {
  columns: [
    'faceId',
    'site',
    'firstSeen',
    'lastSeen',
    'age',
    'ageLow',
    'ageHigh',
    'gender',
    'genderProbability',
  ],
  row: (visitor) => ({
    faceId: visitor.faceId,
    site: visitor.site,
    firstSeen: iso(visitor.createdAt),
    lastSeen: iso(visitor.lastSeenAt),
    age: rounded(visitor.ageMean, 1),
    ageLow: rounded(visitor.ageLow, 1),
    ageHigh: rounded(visitor.ageHigh, 1),
    gender: visitor.gender,
    genderProbability: rounded(visitor.genderProbability, 3),
  }),
};

export const visitExport: TableExport<VisitRecord> = {
  columns: ['startedAt', 'endedAt', 'dwellSeconds', 'faceId', 'site', 'returning', 'age', 'gender'],
  row: (visit) => ({
    startedAt: iso(visit.startedAt),
    endedAt: iso(visit.endedAt),
    dwellSeconds: (visit.endedAt - visit.startedAt) / 1000,
    faceId: visit.faceId,
    site: visit.site,
    returning: visit.returning,
    age: rounded(visit.ageMean, 1),
    gender: visit.gender,
  }),
};

/** No column of it is about one person. */
export const audienceExport: TableExport<AudienceTotal> = {
  columns: ['minute', 'site', 'camera', 'ageBand', 'gender', 'tracks', 'presentSeconds', 'lookingSeconds'],
  row: (total) => ({ ...total, minute: iso(total.minute) }),
};

/** As `sightingsAsCsv`: header first, unknown values empty, nothing that a spreadsheet would run as a formula. */
export async function* tableAsCsv<T>(
  table: TableExport<T>,
  items: Rows<T>,
): AsyncGenerator<string, void, undefined> {
  yield `${table.columns.join(',')}\n`;
  const cast = { boolean: String };
  for await (const batch of inBatches(items)) {
    const rows = batch.map((item) => orderedValues(table, item));
    yield stringify(rows, { escape_formulas: true, cast });
  }
}

/** One JSON object a line; unknown values are null. */
export async function* tableAsNdjson<T>(
  table: TableExport<T>,
  items: Rows<T>,
): AsyncGenerator<string, void, undefined> {
  for await (const batch of inBatches(items)) {
    const lines = batch.map((item) => {
      const values = orderedValues(table, item);
      return JSON.stringify(Object.fromEntries(table.columns.map((name, i) => [name, values[i]])));
    });
    yield `${lines.join('\n')}\n`;
  }
}

function orderedValues<T>(table: TableExport<T>, item: T): Value[] {
  const row = table.row(item);
  return table.columns.map((name) => row[name] ?? null);
}

/** Estimates are not better than that; sightings are rounded likewise. */
function rounded(value: number | null, digits: number): number | null {
  return value === null ? null : Number(value.toFixed(digits));
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
