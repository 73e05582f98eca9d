import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { faceBox, poseAt, posesAt } from '../../src/demo/pose.ts';
import { type Appearance, CLIP, SCREENPLAY } from '../../src/demo/script.ts';

const walker: Appearance = {
  person: 'p1',
  cell: 11,
  enterAt: 10,
  leaveAt: 20,
  path: [
    { at: 10, x: 0, size: 100 },
    { at: 12, x: 400, size: 120 },
    { at: 18, x: 400, size: 120 },
    { at: 20, x: 1000, size: 100 },
  ],
};

/** Standard deviation of the face's middle over the frames, in widths of the face. */
function sway(appearance: Appearance, from: number, seconds: number): number {
  const boxes = Array.from({ length: seconds * CLIP.framesPerSecond }, (_, i) => {
    const pose = poseAt(appearance, from + i / CLIP.framesPerSecond);
    assert.ok(pose);
    return faceBox(pose);
  });
  const spread = (values: number[]) => {
    const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
    return Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length);
  };
  const width = boxes[0]?.width ?? 1;
  return Math.hypot(spread(boxes.map((b) => b.x + b.width / 2)), spread(boxes.map((b) => b.y))) / width;
}

describe('poses', () => {
  it('exist exactly between entering and leaving', () => {
    assert.equal(poseAt(walker, 9.9), undefined);
    assert.ok(poseAt(walker, 10) && poseAt(walker, 20));
    assert.equal(poseAt(walker, 20.1), undefined);
  });

  it('follow the key frames, apart from a small sway', () => {
    for (const { at, x, size } of walker.path) {
      const pose = poseAt(walker, at);
      assert.ok(pose && Math.abs(pose.x - x) < size * 0.06 && Math.abs(pose.size - size) < size * 0.02);
    }
    const midway = poseAt(walker, 19);
    assert.ok(midway && midway.x > 600 && midway.x < 800);
  });

  it('are ordered from the farthest to the nearest', () => {
    const sizes = posesAt(60).map((pose) => pose.size);
    assert.ok(sizes.length >= 3);
    assert.deepEqual(
      sizes,
      sizes.toSorted((a, b) => a - b),
    );
  });

  it('never stand as still as a poster, nor jump', () => {
    for (const appearance of SCREENPLAY) {
      for (let i = 1; i < appearance.path.length; i++) {
        const [a, b] = [appearance.path[i - 1], appearance.path[i]];
        if (!a || !b || b.at - a.at < 8) continue;
        assert.ok(sway(appearance, a.at, 8) > 0.012, `${appearance.person} at ${a.at} s`);
      }
      for (let t = appearance.enterAt; t < appearance.leaveAt - 0.1; t += 1 / CLIP.framesPerSecond) {
        const [now, next] = [poseAt(appearance, t), poseAt(appearance, t + 1 / CLIP.framesPerSecond)];
        assert.ok(now && next && Math.hypot(next.x - now.x, next.y - now.y) < now.size * 0.45);
      }
    }
  });
});
