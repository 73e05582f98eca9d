import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Box, containment, iou } from '../../src/core/geometry.ts';
import type { Detection } from '../../src/core/track.ts';
import { detectFaces, placeDetection, suppressOverlaps } from '../../src/vision/face-detector.ts';
import type { Model, ModelSpec, Tensor } from '../../src/vision/models.ts';

/** 96 × 64 px: 6 × 4 cells of 16 px with two anchors, then 3 × 2 cells of 32 px with six. */
const SIZE = { width: 96, height: 64 };
const ANCHORS = 6 * 4 * 2 + 3 * 2 * 6;

interface Spike {
  readonly picture: number;
  readonly anchor: number;
  readonly score: number;
  readonly row: readonly number[];
}

/** A network whose outputs are made by hand: silence but for the spikes. */
function fakeModel(count: number, spikes: readonly Spike[]) {
  const inputs: Tensor[] = [];
  const scores = new Float32Array(count * ANCHORS).fill(-20);
  const boxes = new Float32Array(count * ANCHORS * 16);
  for (const { picture, anchor, score, row } of spikes) {
    scores[picture * ANCHORS + anchor] = Math.log(score / (1 - score));
    boxes.set(row, (picture * ANCHORS + anchor) * 16);
  }
  const model: Model = {
    spec: {} as ModelSpec,
    run: async (input) => {
      inputs.push(input);
      return new Map([
        ['scores', { data: scores, shape: [count, ANCHORS] }],
        ['boxes', { data: boxes, shape: [count, ANCHORS, 16] }],
      ]);
    },
    release: async () => {},
  };
  return { model, inputs };
}

const ROW = [3, -2, 30, 40, -8, -5, 8, -5, 0, 2, 0, 9, -14, 0, 14, 0];
const INPUT = { planes: new Float32Array(2 * 3 * 96 * 64), count: 2, ...SIZE };

describe('the detector', () => {
  it('places box and key points around the centre of the anchor, in both grids', async () => {
    const fine = (2 * 6 + 5) * 2 + 1; // row 2, column 5 of the fine grid: centre (88, 40)
    const coarse = 48 + (1 * 3 + 2) * 6 + 4; // row 1, column 2 of the coarse grid: centre (80, 48)
    const { model } = fakeModel(1, [
      { picture: 0, anchor: fine, score: 0.9, row: ROW },
      { picture: 0, anchor: coarse, score: 0.8, row: ROW },
    ]);
    const [found = []] = await detectFaces(model, { ...INPUT, count: 1 }, 0.5);
    const expected = [
      [88, 40, 0.9],
      [80, 48, 0.8],
    ] as const;
    assert.equal(found.length, expected.length);
    for (const [i, { box, keypoints, score }] of found.entries()) {
      const [cx, cy, given] = expected[i] ?? [0, 0, 0];
      assert.deepEqual(box, { x: cx + 3 - 15, y: cy - 2 - 20, width: 30, height: 40 });
      assert.deepEqual(keypoints[0], [cx - 8, cy - 5]);
      assert.deepEqual(keypoints[3], [cx, cy + 9]);
      assert.deepEqual(keypoints[5], [cx + 14, cy]);
      assert.equal(keypoints.length, 6);
      assert.ok(Math.abs(score - given) < 1e-6);
    }
  });

  it('keeps the pictures of a batch apart', async () => {
    const { model, inputs } = fakeModel(2, [
      { picture: 0, anchor: 0, score: 0.7, row: ROW },
      { picture: 1, anchor: ANCHORS - 1, score: 0.6, row: ROW },
    ]);
    const [first, second] = await detectFaces(model, INPUT, 0.5);
    assert.deepEqual(
      first?.map((d) => d.box.x + 12),
      [8],
    );
    assert.deepEqual(
      second?.map((d) => d.box.x + 12),
      [80],
    );
    assert.deepEqual(inputs[0]?.shape, [2, 3, 64, 96]);
  });

  it('leaves out what scores less than asked', async () => {
    const { model } = fakeModel(2, [
      { picture: 0, anchor: 7, score: 0.49, row: ROW },
      { picture: 1, anchor: 7, score: 0.51, row: ROW },
    ]);
    const found = await detectFaces(model, INPUT, 0.5);
    assert.deepEqual(
      found.map((list) => list.length),
      [0, 1],
    );
  });
});

const boxes = fc.record({
  x: fc.integer({ min: 0, max: 60 }),
  y: fc.integer({ min: 0, max: 60 }),
  width: fc.integer({ min: 5, max: 50 }),
  height: fc.integer({ min: 5, max: 50 }),
});
const detections = fc.array(
  fc.record({ box: boxes, score: fc.double({ min: 0, max: 1, noNaN: true }), keypoints: fc.constant([]) }),
  { maxLength: 30 },
);
const same = (a: Box, b: Box, maxIou: number) => iou(a, b) > maxIou || containment(a, b) > 0.8;

describe('removing overlaps', () => {
  it('keeps the best of those that overlap, best first, and loses no face', () => {
    fc.assert(
      fc.property(detections, fc.constantFrom(0.3, 0.5), (found, maxIou) => {
        const kept = suppressOverlaps(found, maxIou);
        for (const [i, a] of kept.entries())
          for (const b of kept.slice(i + 1)) {
            assert.ok(a.score >= b.score);
            assert.ok(!same(a.box, b.box, maxIou));
          }
        for (const one of found)
          assert.ok(kept.some((k) => k === one || (k.score >= one.score && same(k.box, one.box, maxIou))));
      }),
    );
  });

  it('keeps a small box inside a large one only if it is better', () => {
    const at = (x: number, width: number, score: number): Detection => ({
      box: { x, y: x, width, height: width },
      score,
      keypoints: [],
    });
    assert.deepEqual(
      suppressOverlaps([at(0, 100, 0.9), at(40, 20, 0.8)]).map((d) => d.score),
      [0.9],
    );
    assert.deepEqual(
      suppressOverlaps([at(0, 100, 0.7), at(40, 20, 0.8)]).map((d) => d.score),
      [0.8],
    );
  });

  it('leaves the list it was given as it was', () => {
    const list = [
      { box: { x: 0, y: 0, width: 9, height: 9 }, score: 0.1, keypoints: [] },
      { box: { x: 0, y: 0, width: 9, height: 9 }, score: 0.9, keypoints: [] },
    ];
    suppressOverlaps(list);
    assert.deepEqual(
      list.map((d) => d.score),
      [0.1, 0.9],
    );
  });
});

describe('placing a detection', () => {
  it('moves and scales box and key points, and keeps the score', () => {
    const detection: Detection = {
      box: { x: 1, y: 2, width: 3, height: 4 },
      score: 0.6,
      keypoints: [[10, 20]],
    };
    assert.deepEqual(placeDetection(detection, { scaleX: 2, scaleY: 3, x: 100, y: 200 }), {
      box: { x: 102, y: 206, width: 6, height: 12 },
      score: 0.6,
      keypoints: [[120, 260]],
    });
  });
});
