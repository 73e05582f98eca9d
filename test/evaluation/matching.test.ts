import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Box, iou } from '../../src/core/geometry.ts';
import { matchBoxes } from '../../src/evaluation/matching.ts';

const box = (x: number, width = 10): Box => ({ x, y: 0, width, height: 10 });

/** The most pairs that any one-to-one assignment reaches, by trying all. */
function mostPairs(labels: readonly Box[], found: readonly Box[]): number {
  const [first, ...rest] = labels;
  if (first === undefined) return 0;
  let most = mostPairs(rest, found);
  for (const [i, candidate] of found.entries()) {
    if (iou(first, candidate) < 0.4) continue;
    most = Math.max(most, 1 + mostPairs(rest, found.toSpliced(i, 1)));
  }
  return most;
}

describe('matchBoxes', () => {
  it('gives each label the box that overlaps best', () => {
    assert.deepEqual(matchBoxes([box(0), box(50)], [box(51), box(100), box(1)]), [2, 0]);
  });

  it('does not use a found box twice', () => {
    const matches = matchBoxes([box(0), box(1)], [box(0)]);
    assert.deepEqual(matches, [0, undefined]);
  });

  it('takes an overlap of 0.4 and refuses less', () => {
    // Two squares of 10 shifted by s: IoU (10−s)/(10+s) = 0.4 at s = 30/7.
    assert.deepEqual(matchBoxes([box(0)], [box(30 / 7 - 0.001)]), [0]);
    assert.deepEqual(matchBoxes([box(0)], [box(30 / 7 + 0.001)]), [undefined]);
  });

  it('moves a greedy choice to match one more label', () => {
    // The second label fits only the first box, which the first label likes best too.
    const labels = [box(2), box(-1)];
    const found = [box(1.5), box(6)];
    assert.ok(iou(box(-1), box(6)) < 0.4);
    assert.deepEqual(matchBoxes(labels, found), [1, 0]);
  });

  it('finds as many pairs as any assignment can', () => {
    const boxes = fc.array(
      fc.integer({ min: 0, max: 25 }).map((x) => box(x)),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(boxes, boxes, (labels, found) => {
        const matches = matchBoxes(labels, found).filter((index) => index !== undefined);
        assert.equal(new Set(matches).size, matches.length);
        assert.equal(matches.length, mostPairs(labels, found));
      }),
    );
  });
});
