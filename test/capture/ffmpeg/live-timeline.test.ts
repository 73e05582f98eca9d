import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LiveTimeline } from '../../../src/capture/ffmpeg/live-timeline.ts';

function timelineAt(): { timeline: LiveTimeline; at: (ms: number, stamp?: number) => number } {
  let now = 0;
  const timeline = new LiveTimeline({ monotonic: () => now });
  const at = (ms: number, stamp?: number) => {
    now = ms;
    return Number(timeline.next(stamp).toFixed(3));
  };
  return { timeline, at };
}

describe('the media time of a live source', () => {
  it('follows its stamps, which come unevenly over a network', () => {
    const { at } = timelineAt();
    assert.deepEqual([at(5000, 70), at(5090, 70.04), at(5100, 70.08)], [0, 0.04, 0.08]);
  });

  it('lets no frame come from the future: after a burst the newest one is now', () => {
    const { at } = timelineAt();
    assert.deepEqual([at(1000, 5), at(1001, 5.04), at(1002, 5.08), at(1042, 5.12)], [0, 0.001, 0.002, 0.042]);
  });

  it('keeps up with a clock that runs slow by a tenth of a per cent', () => {
    const { at } = timelineAt();
    for (let i = 0; i < 20_000; i++) {
      const time = at(i * 40, i * 0.04 * 0.999);
      assert.ok(
        i * 0.04 - time < 0.05,
        `${(i * 0.04 - time).toFixed(3)} s behind after ${(i * 0.04).toFixed(0)} s`,
      );
    }
  });

  it('follows the clock where there are no stamps', () => {
    const { at } = timelineAt();
    assert.deepEqual([at(5000), at(5100), at(5250)], [0, 0.1, 0.25]);
  });

  it('believes the clock where stamps run away or jump', () => {
    const { at } = timelineAt();
    at(0, 10);
    assert.equal(at(2000, 20), 2, 'stamps five times too fast');
    assert.equal(at(2100, 20.1), 2.1);
    assert.equal(at(2200, 3), 2.2, 'a camera whose clock was set');
    assert.equal(at(2300, 3.1), 2.3);
  });

  it('counts the time that the source was away', () => {
    const { timeline, at } = timelineAt();
    at(0, 10);
    at(1000, 11);
    timeline.restart();
    assert.equal(at(31_000, 500), 31);
    assert.equal(at(31_040, 500.04), 31.04);
  });

  it('measures the frame rate from the tenth frame on', () => {
    const { timeline, at } = timelineAt();
    for (let i = 0; i < 9; i++) at(i * 80, i * 0.08);
    assert.equal(timeline.framesPerSecond, undefined);
    for (let i = 9; i < 12; i++) at(i * 80, i * 0.08);
    assert.ok(Math.abs((timeline.framesPerSecond ?? 0) - 12.5) < 0.01);
  });
});
