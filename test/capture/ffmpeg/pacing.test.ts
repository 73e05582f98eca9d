import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BackOff, MediaTimeline, RateCap, RealTimePace } from '../../../src/capture/ffmpeg/pacing.ts';
import { seededRandom } from '../media.ts';

/** Which of `count` frames at `rate` a cap keeps. */
function kept(count: number, rate: number, cap: number, jitter: () => number = () => 0): number[] {
  const rateCap = new RateCap(cap);
  return Array.from({ length: count }, (_, i) => i).filter((i) => rateCap.keeps(i / rate + jitter() / rate));
}

describe('a cap on the frame rate', () => {
  it('keeps every second frame of twice the rate', () => {
    assert.deepEqual(kept(10, 24, 12), [0, 2, 4, 6, 8]);
    assert.deepEqual(kept(8, 50, 25), [0, 2, 4, 6]);
  });

  it('spreads what it keeps of an odd rate evenly', () => {
    for (const [rate, cap] of [
      [25, 12],
      [30, 12],
      [29.97, 10],
      [60, 24],
      [15, 12],
    ] as const) {
      const frames = kept(Math.round(rate * 20), rate, cap);
      assert.ok(Math.abs(frames.length - cap * 20) <= 1, `${frames.length} of 20 s at ${cap}`);
      const gaps = new Set(frames.slice(1).map((frame, i) => frame - (frames[i] as number)));
      assert.ok(Math.max(...gaps) - Math.min(...gaps) <= 1, `gaps ${[...gaps]}`);
    }
  });

  it('keeps every frame at its own rate, even if they come unevenly', () => {
    const random = seededRandom(5);
    assert.equal(kept(500, 12, 12, () => (random() - 0.5) * 0.8).length, 500);
    assert.equal(kept(100, 12, 25).length, 100);
    assert.equal(kept(100, 30, 30).length, 100);
  });

  it('is absent where none is set', () => {
    const none = new RateCap(undefined);
    assert.ok([0, 0, 0.001].every((time) => none.keeps(time)));
  });
});

describe('the media time', () => {
  it('begins at 0 and follows the stamps', () => {
    const timeline = new MediaTimeline();
    assert.deepEqual(
      [10, 10.04, 10.2].map((stamp) => Number(timeline.next(stamp, 99).toFixed(6))),
      [0, 0.04, 0.2],
    );
  });

  it('never goes back, and takes the fallback where there is no stamp', () => {
    const timeline = new MediaTimeline();
    timeline.next(5, 0);
    timeline.next(6, 0);
    assert.equal(timeline.next(5.5, 0), 1);
    assert.equal(timeline.next(undefined, 1.25), 1.25);
    assert.equal(timeline.next(undefined, 1), 1.25);
  });

  it('goes on where it is told to when the stamps begin anew', () => {
    const timeline = new MediaTimeline();
    timeline.next(0, 0);
    timeline.next(2, 0);
    timeline.restart(2.5);
    assert.equal(timeline.next(700, 0), 2.5);
    assert.equal(timeline.next(701, 0), 3.5);
  });
});

describe('playing in real time', () => {
  it('waits until a frame is due, and not for one that is late', () => {
    let now = 1000;
    const pace = new RealTimePace({ monotonic: () => now });
    assert.equal(pace.millisecondsUntil(0), 0);
    assert.equal(pace.millisecondsUntil(0.5), 500);
    now = 1900;
    assert.equal(pace.millisecondsUntil(0.5), 0);
    assert.equal(pace.millisecondsUntil(1), 100);
  });

  it('does not rush after a long sleep', () => {
    let now = 0;
    const pace = new RealTimePace({ monotonic: () => now });
    pace.millisecondsUntil(0);
    now = 60_000;
    assert.equal(pace.millisecondsUntil(1), 0);
    assert.equal(pace.millisecondsUntil(1.5), 500);
  });
});

describe('the pauses between attempts', () => {
  it('double up to the longest, and begin anew', () => {
    const backOff = new BackOff({ firstMs: 500, maxMs: 30_000, random: () => 1 });
    const pauses = Array.from({ length: 9 }, () => backOff.nextMs());
    assert.deepEqual(pauses, [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
    backOff.reset();
    assert.equal(backOff.nextMs(), 500);
  });

  it('are spread over half their length', () => {
    const random = seededRandom(9);
    for (let i = 0; i < 100; i++) {
      const ms = new BackOff({ firstMs: 1000, maxMs: 1000, random }).nextMs();
      assert.ok(ms >= 500 && ms <= 1000);
    }
  });

  it('stay finite however often it failed', () => {
    const backOff = new BackOff({ firstMs: 500, maxMs: 30_000 });
    for (let i = 0; i < 5000; i++) assert.ok(backOff.nextMs() <= 30_000);
  });
});
