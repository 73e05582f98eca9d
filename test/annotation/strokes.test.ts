import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { distanceToSegment, flattenPath } from '../../src/annotation/strokes.ts';

describe('flattenPath', () => {
  it('turns lines into segments and a move into a gap', () => {
    assert.deepEqual(flattenPath('M 0 0 L 2 0 L 2 3 M 5 5 L 6 6'), [
      { from: [0, 0], to: [2, 0] },
      { from: [2, 0], to: [2, 3] },
      { from: [5, 5], to: [6, 6] },
    ]);
  });

  it('draws a closed ellipse that keeps its radii', () => {
    const segments = flattenPath('O 5 5 2 4');
    const points = segments.map(({ from }) => from);
    for (const [x, y] of points) assert.ok(Math.abs(((x - 5) / 2) ** 2 + ((y - 5) / 4) ** 2 - 1) < 1e-9);
    const [first, last] = [segments[0]?.from, segments.at(-1)?.to];
    assert.ok(first && last && Math.hypot(first[0] - last[0], first[1] - last[1]) < 1e-9);
  });

  it('joins a part of an ellipse to the pen, and ends a curve where it says', () => {
    const joint = flattenPath('M 0 0 E 3 0 1 1 180 90')[0];
    assert.deepEqual(joint?.from, [0, 0]);
    assert.equal(joint.to[0], 2);
    assert.deepEqual(flattenPath('M 0 0 Q 1 0 1 1').at(-1)?.to, [1, 1]);
  });

  it('refuses a command that it does not know', () => {
    assert.throws(() => flattenPath('M 0 0 Z'), /"Z" is no command/);
  });
});

describe('distanceToSegment', () => {
  it('measures to the nearest point, ends included', () => {
    const segment = { from: [0, 0], to: [10, 0] } as const;
    assert.equal(distanceToSegment(5, 3, segment), 3);
    assert.equal(distanceToSegment(13, 4, segment), 5);
    assert.equal(distanceToSegment(3, 4, { from: [0, 0], to: [0, 0] }), 5);
  });
});
