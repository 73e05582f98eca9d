import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { audienceTotals } from '../../src/insight/audience-totals.ts';
import type { AudienceMinute } from '../../src/storage/store.ts';
import { collect, MORNING, minute } from '../contract/records.ts';

const MINUTE = 60_000;

async function* rowsOf(...rows: readonly AudienceMinute[]) {
  yield* rows;
}

describe('audienceTotals', () => {
  it('sums what several runs counted in one minute, camera and bucket', async () => {
    const totals = await collect(
      audienceTotals(
        rowsOf(
          minute({ run: 'a', tracks: 2, presentSeconds: 0.1, lookingSeconds: 0.1 }),
          minute({ run: 'a', gender: 'male', tracks: 1 }),
          minute({ run: 'b', tracks: 3, presentSeconds: 0.2, lookingSeconds: 0 }),
        ),
      ),
    );
    const { run: _, ...one } = minute();
    assert.deepEqual(totals, [
      { ...one, tracks: 5, presentSeconds: 0.3, lookingSeconds: 0.1 },
      { ...one, gender: 'male', tracks: 1 },
    ]);
  });

  it('keeps minutes, sites, cameras and buckets apart', async () => {
    const rows = [
      minute(),
      minute({ ageBand: '35-44' }),
      minute({ camera: 'till' }),
      minute({ site: 'other' }),
      minute({ minute: MORNING + MINUTE }),
    ];
    const totals = await collect(audienceTotals(rowsOf(...rows)));
    assert.deepEqual(
      totals,
      rows.map(({ run: _, ...row }) => row),
    );
  });

  it('is nothing of nothing', async () => {
    assert.deepEqual(await collect(audienceTotals(rowsOf())), []);
  });
});
