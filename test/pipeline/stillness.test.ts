import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Box } from '../../src/core/geometry.ts';
import { Stillness } from '../../src/pipeline/stillness.ts';
import { Random } from '../simulation/random.ts';

interface Motion {
  readonly seconds: number;
  /** Place of the box's centre, in widths of the face, at a time in seconds. */
  readonly at: (t: number) => readonly [x: number, y: number];
  readonly width?: number;
  readonly everyMs?: number;
}

/** Watches a face and tells when it was taken for still, in seconds. */
function watch({ seconds, at, width = 100, everyMs = 100 }: Motion): { still: number[]; last: boolean } {
  const stillness = new Stillness();
  const still: number[] = [];
  for (let ms = 0; ms <= seconds * 1000; ms += everyMs) {
    const [x, y] = at(ms / 1000);
    const box: Box = { x: 300 + (x - 0.5) * width, y: 200 + (y - 0.5) * width, width, height: width };
    stillness.add(1_000_000 + ms, box);
    if (stillness.isStill()) still.push(ms / 1000);
  }
  return { still, last: stillness.isStill() };
}

const motionless = () => [0, 0] as const;
/** Sway of a standing person: two slow swings, 0.02 widths (3 mm) in all. */
const sway = (t: number): readonly [number, number] => [
  0.02 * Math.sin(2 * Math.PI * 0.3 * t) + 0.01 * Math.sin(2 * Math.PI * 0.7 * t + 1),
  0.008 * Math.sin(2 * Math.PI * 0.45 * t),
];

describe('stillness', () => {
  it('is said of a face that does not move, but not before eight seconds', () => {
    const { still, last } = watch({ seconds: 20, at: motionless });
    assert.equal(still[0], 8);
    assert.equal(still.length, 121);
    assert.equal(last, true);
  });

  it('bears with the noise of a camera', () => {
    const random = new Random(5);
    assert.ok(watch({ seconds: 20, at: () => [random.normal(0.004), random.normal(0.004)] }).last);
  });

  it('is never said of someone who sways', () => {
    assert.deepEqual(watch({ seconds: 60, at: sway }).still, []);
  });

  it('does not depend on the size of the face or on the frame rate', () => {
    for (const width of [30, 100, 800])
      for (const everyMs of [20, 100, 250]) {
        assert.equal(watch({ seconds: 12, at: motionless, width, everyMs }).last, true);
        assert.deepEqual(watch({ seconds: 30, at: sway, width, everyMs }).still, []);
      }
  });

  it('ends when the face moves, and comes back after it has stood long enough', () => {
    const moves = (t: number): readonly [number, number] => [t < 15 ? 0 : t < 16 ? (t - 15) * 0.3 : 0.3, 0];
    const { still } = watch({ seconds: 40, at: moves });
    assert.ok(still.includes(15));
    assert.ok(!still.some((t) => t > 15.5 && t < 23));
    assert.ok(still.includes(27));
  });

  it('sees a slow walk, which hardly moves between two frames', () => {
    assert.deepEqual(watch({ seconds: 30, at: (t) => [0.02 * t, 0] }).still, []);
  });

  it('is not said of a face that was hardly looked at', () => {
    assert.equal(new Stillness().isStill(), false);
    const stillness = new Stillness();
    stillness.add(0, { x: 0, y: 0, width: 50, height: 50 });
    assert.equal(stillness.isStill(), false);
  });

  it('is not said from a handful of looks, as a camera of one frame in four seconds gives', () => {
    assert.deepEqual(watch({ seconds: 40, at: motionless, everyMs: 4000 }).still, []);
    assert.equal(watch({ seconds: 40, at: motionless, everyMs: 1000 }).last, true);
  });
});
