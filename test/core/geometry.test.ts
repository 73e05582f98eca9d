import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  type Affine,
  affineScale,
  applyAffine,
  area,
  type Box,
  boundingBox,
  center,
  clampBox,
  containment,
  distance,
  fitSimilarity,
  intersectionArea,
  iou,
  midpoint,
  type Point,
  scaleBox,
  squareCrop,
} from '../../src/core/geometry.ts';

const coordinate = fc.double({ min: -2000, max: 2000, noNaN: true });
const side = fc.double({ min: 0.5, max: 1000, noNaN: true });
const box: fc.Arbitrary<Box> = fc.record({ x: coordinate, y: coordinate, width: side, height: side });
const point: fc.Arbitrary<Point> = fc.tuple(coordinate, coordinate);

function assertClose(actual: number, expected: number, tolerance = 1e-6): void {
  const slack = tolerance * Math.max(1, Math.abs(expected));
  assert.ok(Math.abs(actual - expected) <= slack, `${actual} is not ${expected} (±${slack})`);
}

function assertSamePoint(actual: Point, expected: Point, tolerance = 1e-6): void {
  assertClose(actual[0], expected[0], tolerance);
  assertClose(actual[1], expected[1], tolerance);
}

describe('boxes', () => {
  it('overlap: known values', () => {
    const a = { x: 0, y: 0, width: 10, height: 10 };
    assert.equal(iou(a, { x: 5, y: 0, width: 10, height: 10 }), 1 / 3);
    assert.equal(containment(a, { x: 2, y: 2, width: 4, height: 4 }), 1);
    assert.equal(intersectionArea(a, { x: 10, y: 0, width: 5, height: 5 }), 0);
    assert.equal(iou({ x: 0, y: 0, width: 0, height: 0 }, { x: 0, y: 0, width: 0, height: 0 }), 0);
    assert.equal(area({ x: 0, y: 0, width: -3, height: 5 }), 0);
  });

  it('overlap is symmetric, from 0 to 1, and 1 with itself', () => {
    fc.assert(
      fc.property(box, box, (a, b) => {
        for (const measure of [iou, containment]) {
          const value = measure(a, b);
          assert.equal(value, measure(b, a));
          assert.ok(value >= 0 && value <= 1 + 1e-9);
        }
        assertClose(iou(a, a), 1);
      }),
    );
  });

  it('are clamped into the picture', () => {
    assert.deepEqual(clampBox({ x: -5, y: 8, width: 20, height: 20 }, 10, 10), {
      x: 0,
      y: 8,
      width: 10,
      height: 2,
    });
    fc.assert(
      fc.property(
        box,
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: 1, max: 500 }),
        (b, width, height) => {
          const clamped = clampBox(b, width, height);
          assert.ok(clamped.x >= 0 && clamped.y >= 0 && clamped.width >= 0 && clamped.height >= 0);
          assert.ok(clamped.x + clamped.width <= width + 1e-9);
          assert.ok(clamped.y + clamped.height <= height + 1e-9);
          assertClose(area(clamped), intersectionArea(b, { x: 0, y: 0, width, height }), 1e-9);
        },
      ),
    );
  });

  it('are scaled around their centre', () => {
    fc.assert(
      fc.property(box, fc.double({ min: 0.1, max: 5, noNaN: true }), (b, factor) => {
        const scaled = scaleBox(b, factor);
        assertSamePoint(center(scaled), center(b));
        assertClose(area(scaled), area(b) * factor * factor);
      }),
    );
  });

  it('bound all points, and nothing gives an empty box', () => {
    assert.deepEqual(boundingBox([]), { x: 0, y: 0, width: 0, height: 0 });
    fc.assert(
      fc.property(fc.array(point, { minLength: 1, maxLength: 20 }), (points) => {
        const b = boundingBox(points);
        for (const [x, y] of points) {
          assert.ok(x >= b.x && x <= b.x + b.width + 1e-9 && y >= b.y && y <= b.y + b.height + 1e-9);
        }
        assert.ok(points.some(([x]) => x === b.x) && points.some(([, y]) => y === b.y));
      }),
    );
  });
});

describe('points', () => {
  it('have a distance and a midpoint', () => {
    assert.equal(distance([0, 0], [3, 4]), 5);
    assert.deepEqual(midpoint([0, 0], [4, -2]), [2, -1]);
  });
});

describe('a similarity fitted to points', () => {
  const similarity = fc.record({
    scale: fc.double({ min: 0.05, max: 20, noNaN: true }),
    angle: fc.double({ min: -Math.PI, max: Math.PI, noNaN: true }),
    shift: point,
  });

  function mapOf({ scale, angle, shift }: { scale: number; angle: number; shift: Point }): Affine {
    const a = scale * Math.cos(angle);
    const b = scale * Math.sin(angle);
    return [a, -b, shift[0], b, a, shift[1]];
  }

  /** Points of which two at least are a pixel apart: fewer do not fix a similarity. */
  const spreadPoints = fc
    .array(point, { minLength: 2, maxLength: 10 })
    .filter((points) => points.some((p) => distance(p, points[0] as Point) > 1));

  it('recovers any rotation, scale and shift exactly', () => {
    fc.assert(
      fc.property(similarity, spreadPoints, (truth, points) => {
        const map = mapOf(truth);
        const fitted = fitSimilarity(
          points,
          points.map((p) => applyAffine(map, p)),
        );
        for (const p of points) assertSamePoint(applyAffine(fitted, p), applyAffine(map, p), 1e-6);
        assertClose(affineScale(fitted), truth.scale, 1e-6);
      }),
      { numRuns: 500 },
    );
  });

  it('leaves no smaller squared error nearby when the points do not fit', () => {
    const error = (map: Affine, from: readonly Point[], to: readonly Point[]) =>
      from.reduce((sum, p, i) => sum + distance(applyAffine(map, p), to[i] as Point) ** 2, 0);
    const turnedBy = ([a, b, c, d, e, f]: Affine, [da, db, dx, dy]: readonly number[]): Affine => {
      const [da1 = 0, db1 = 0, dx1 = 0, dy1 = 0] = [da, db, dx, dy];
      return [a + da1, b - db1, c + dx1, d + db1, e + da1, f + dy1];
    };
    const small = fc.array(fc.double({ min: -0.1, max: 0.1, noNaN: true }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(
        spreadPoints,
        fc.array(point, { minLength: 10, maxLength: 10 }),
        small,
        (from, noise, step) => {
          const to = from.map((_, i) => noise[i] as Point);
          const fitted = fitSimilarity(from, to);
          const best = error(fitted, from, to);
          assert.ok(error(turnedBy(fitted, step), from, to) >= best * (1 - 1e-9) - 1e-6);
        },
      ),
    );
  });

  it('never mirrors, even where a mirror image would fit best', () => {
    const from: Point[] = [
      [0, 0],
      [10, 0],
      [0, 5],
    ];
    const mirrored: Point[] = from.map(([x, y]) => [-x, y]);
    const [a, b, , d, e] = fitSimilarity(from, mirrored);
    assert.ok(a * e - b * d >= 0);
  });
});

describe('a square crop', () => {
  it('maps its middle to the centre, keeps its scale, and turns clockwise', () => {
    const crop = squareCrop({ center: [100, 50], side: 60, angle: Math.PI / 2, size: 30 });
    assertSamePoint(applyAffine(crop, [15, 15]), [100, 50]);
    assertClose(affineScale(crop), 2);
    // What is to the right in the crop is below the centre in the picture.
    assertSamePoint(applyAffine(crop, [30, 15]), [100, 80]);
  });

  it('puts its corners half a diagonal from the centre', () => {
    fc.assert(
      fc.property(point, side, fc.double({ min: -4, max: 4, noNaN: true }), (middle, length, angle) => {
        const crop = squareCrop({ center: middle, side: length, angle, size: 112 });
        for (const corner of [
          [0, 0],
          [112, 0],
          [0, 112],
          [112, 112],
        ] as const) {
          assertClose(distance(applyAffine(crop, corner), middle), length / Math.SQRT2);
        }
      }),
    );
  });
});
