import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Box, Point } from '../../../src/core/geometry.ts';
import type { Detection } from '../../../src/core/track.ts';
import { isSameFace, selectDetections, visibleShare } from '../../../src/vision/tracking/detections.ts';

function face(box: Partial<Box> = {}, score = 0.9, keypoints: readonly Point[] = []): Detection {
  return { box: { x: 100, y: 100, width: 100, height: 100, ...box }, score, keypoints };
}

const limits = { minScore: 0.2, most: 200 };

describe('selectDetections', () => {
  it('keeps the best of several boxes of one face', () => {
    const kept = selectDetections([face({ x: 105 }, 0.7), face({}, 0.9), face({ y: 108 }, 0.8)], limits);
    assert.deepEqual(kept, [face({}, 0.9)]);
  });

  it('drops a box inside another one', () => {
    const kept = selectDetections([face(), face({ x: 120, y: 120, width: 40, height: 40 }, 0.6)], limits);
    assert.equal(kept.length, 1);
  });

  it('keeps two faces side by side', () => {
    assert.equal(selectDetections([face(), face({ x: 170 })], limits).length, 2);
  });

  it('leaves out broken boxes and weak scores', () => {
    const broken = [
      face({ x: Number.NaN }),
      face({ y: Number.POSITIVE_INFINITY }),
      face({ width: 0 }),
      face({ height: -5 }),
      face({ width: 1e308, height: 1e308 }),
      face({}, Number.NaN),
      face({}, 0.1),
    ];
    assert.deepEqual(selectDetections(broken, limits), []);
  });

  it('keeps no more than the limit, the best ones', () => {
    const many = Array.from({ length: 5000 }, (_, i) => face({ x: 200 * i }, 0.3 + i / 10_000));
    const kept = selectDetections(many, limits);
    assert.equal(kept.length, 200);
    assert.ok(kept.every((d) => d.score >= 0.78));
  });

  it('does not touch the list it was given', () => {
    const given = [face({}, 0.5), face({ x: 500 }, 0.9)];
    const copy = [...given];
    selectDetections(given, limits);
    assert.deepEqual(given, copy);
  });
});

describe('isSameFace', () => {
  const points = (dx: number): Point[] => [
    [130 + dx, 140],
    [170 + dx, 140],
    [150 + dx, 160],
  ];

  it('tells two overlapping faces apart by their key points', () => {
    const shifted = face({ x: 140 });
    assert.equal(isSameFace(face({}, 0.9, points(0)), { ...shifted, keypoints: points(5) }), true);
    assert.equal(isSameFace(face({}, 0.9, points(0)), { ...shifted, keypoints: points(40) }), false);
  });

  it('goes by the overlap alone where there are no key points', () => {
    assert.equal(isSameFace(face(), face({ x: 130 })), true);
    assert.equal(isSameFace(face(), face({ x: 150 })), false);
  });
});

describe('visibleShare', () => {
  it('is the part of the box inside the picture', () => {
    const size = { width: 640, height: 480 };
    assert.equal(visibleShare({ x: 0, y: 0, width: 10, height: 10 }, size), 1);
    assert.equal(visibleShare({ x: -25, y: 0, width: 100, height: 10 }, size), 0.75);
    assert.equal(visibleShare({ x: 900, y: 0, width: 10, height: 10 }, size), 0);
  });
});
