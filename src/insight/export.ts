import { stringify } from 'csv-stringify/sync';
import type { Sighting } from '../contract/sighting.ts';

/** Columns of exported sightings, in this order; the paper's four first. A contract. */
export const sightingColumns = [
  'timestamp',
  'age',
  'gender',
  'faceId',
  'camera',
  'track',
  'x',
  'y',
  'width',
  'height',
  'confidence',
] as const;

/** Rows turned into text at once: few enough to stay small in memory, enough not to be slow. */
const ROWS_AT_ONCE = 500;

export type Rows<T> = Iterable<T> | AsyncIterable<T>;

/**
 * Sightings as CSV (RFC 4180 quoting, line feeds), header first, as pieces of text. Unknown values are empty. Text
 * that a spreadsheet would run as a formula gets an apostrophe in front.
 */
export async function* sightingsAsCsv(sightings: Rows<Sighting>): AsyncGenerator<string, void, undefined> {
  yield `${sightingColumns.join(',')}\n`;
  for await (const rows of inBatches(sightings)) {
    yield stringify(rows.map(csvRow), { escape_formulas: true });
  }
}

/** Sightings as one JSON object a line, as pieces of text. */
export async function* sightingsAsNdjson(sightings: Rows<Sighting>): AsyncGenerator<string, void, undefined> {
  for await (const rows of inBatches(sightings)) {
    yield rows.map((row) => `${JSON.stringify(onlySighting(row))}\n`).join('');
  }
}

function csvRow({ box, ...row }: Sighting): (string | number | null)[] {
  const { timestamp, age, gender, faceId, camera, track, confidence } = row;
  const { x, y, width, height } = box;
  return [timestamp, age, gender, faceId, camera, track, x, y, width, height, confidence];
}

/** A stored message is a sighting too; what only the store needs does not leave. */
function onlySighting(row: Sighting): Sighting {
  const { timestamp, age, gender, faceId, camera, track, box, confidence } = row;
  return { timestamp, age, gender, faceId, camera, track, box, confidence };
}

/** Rows in lists of a bounded length. */
export async function* inBatches<T>(rows: Rows<T>): AsyncGenerator<T[], void, undefined> {
  let batch: T[] = [];
  for await (const row of rows) {
    batch.push(row);
    if (batch.length < ROWS_AT_ONCE) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
