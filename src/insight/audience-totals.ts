import type { AudienceMinute } from '../storage/store.ts';

/** One minute of one camera and bucket, summed over the runs that counted in it. */
export type AudienceTotal = Omit<AudienceMinute, 'run'>;

/** Sums of seconds are rounded to milliseconds: more digits would only be traces of binary fractions. */
const MS = 1000;

/**
 * Counts summed over runs: that the program was started again within a minute is nobody's concern. Expects rows in
 * order of minute, site and camera, as the store gives them; holds one minute of one camera at a time.
 */
export async function* audienceTotals(
  rows: AsyncIterable<AudienceMinute>,
): AsyncGenerator<AudienceTotal, void, undefined> {
  let totals = new Map<string, AudienceTotal>();
  let place: string | undefined;
  for await (const row of rows) {
    const here = JSON.stringify([row.minute, row.site, row.camera]);
    if (here !== place) {
      yield* totals.values();
      totals = new Map();
      place = here;
    }
    const bucket = JSON.stringify([row.ageBand, row.gender]);
    totals.set(bucket, sum(totals.get(bucket), row));
  }
  yield* totals.values();
}

function sum(before: AudienceTotal | undefined, { run: _, ...row }: AudienceMinute): AudienceTotal {
  if (before === undefined) return row;
  return {
    ...row,
    tracks: before.tracks + row.tracks,
    presentSeconds: Math.round((before.presentSeconds + row.presentSeconds) * MS) / MS,
    lookingSeconds: Math.round((before.lookingSeconds + row.lookingSeconds) * MS) / MS,
  };
}
