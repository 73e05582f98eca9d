import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Affine, affineScale, applyAffine, squareCrop } from '../../src/core/geometry.ts';
import type { RgbImage } from '../../src/core/image.ts';
import {
  composeAffine,
  extractPatch,
  invertAffine,
  mirrorPlane,
  sampleCrop,
  toPlanes,
} from '../../src/vision/sampling.ts';
import { noise, paint } from './pictures.ts';

const SIDE = 100;
/** Red is x, green is y, blue is 255 − x: between pixels bilinear sampling gives exactly the coordinate. */
const coordinates = paint(SIDE, SIDE, (x, y) => [x, y, 255 - x]);
const checkerboard = paint(240, 240, (x, y) => ((x + y) % 2 === 0 ? [255, 255, 255] : [0, 0, 0]));

function crop(image: RgbImage, map: Affine, width: number, height = width): Float32Array {
  const plane = new Float32Array(3 * width * height);
  sampleCrop({ image, map, width, height }, plane);
  return plane;
}

function assertNear(actual: number | undefined, expected: number, tolerance = 1e-3): void {
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) <= tolerance, `${actual}, not ${expected}`);
}

/** Each pixel of a crop of `coordinates` must hold the place it was read at, or the nearest one in the picture. */
function assertReadAt(map: Affine, size: number, tolerance: number): void {
  const plane = crop(coordinates, map, size);
  const inside = (v: number) => Math.min(Math.max(v, 0), SIDE - 1);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const [sx, sy] = applyAffine(map, [x, y]);
      const at = y * size + x;
      assertNear(plane[at], inside(sx), tolerance);
      assertNear(plane[size * size + at], inside(sy), tolerance);
      assertNear(plane[2 * size * size + at], 255 - inside(sx), tolerance);
    }
  }
}

/** A square that lies inside the picture with all its corners, however it is turned. */
const insideSquare = fc.record({
  x: fc.double({ min: 45, max: 54, noNaN: true }),
  y: fc.double({ min: 45, max: 54, noNaN: true }),
  side: fc.double({ min: 4, max: 60, noNaN: true }),
  angle: fc.double({ min: -Math.PI, max: Math.PI, noNaN: true }),
});

const affine = fc
  .tuple(
    fc.double({ min: -Math.PI, max: Math.PI, noNaN: true }),
    fc.double({ min: 0.1, max: 10, noNaN: true }),
    fc.double({ min: 0.1, max: 10, noNaN: true }),
    fc.double({ min: -1, max: 1, noNaN: true }),
    fc.double({ min: -1000, max: 1000, noNaN: true }),
    fc.double({ min: -1000, max: 1000, noNaN: true }),
  )
  .map(([angle, sx, sy, shear, tx, ty]): Affine => {
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    return [cos * sx, (cos * shear - sin) * sy, tx, sin * sx, (sin * shear + cos) * sy, ty];
  });
const point = fc.tuple(fc.integer({ min: -500, max: 500 }), fc.integer({ min: -500, max: 500 }));

describe('sampling a crop', () => {
  it('with the identity gives the picture itself', () => {
    const picture = noise(31, 17, 1);
    assert.deepEqual(crop(picture, [1, 0, 0, 0, 1, 0], 31, 17), toPlanes(picture, 31, 17));
  });

  it('reads at the mapped place: shifted, scaled, turned', () => {
    fc.assert(
      fc.property(insideSquare, fc.integer({ min: 2, max: 40 }), ({ x, y, side, angle }, size) => {
        const map = squareCrop({ center: [x, y], side, angle, size });
        assertReadAt(map, size, 5e-3);
      }),
      { numRuns: 200, seed: 4 },
    );
  });

  it('repeats the edge beyond the picture', () => {
    assertReadAt([1, 0, -20.25, 0, 1, -7.5], 140, 1e-3);
    const far = crop(coordinates, [1, 0, 5000, 0, 1, 5000], 3);
    assert.deepEqual([...far], [...Array(18).fill(SIDE - 1), ...Array(9).fill(255 - SIDE + 1)]);
  });

  it('averages what it shrinks instead of picking pixels', () => {
    for (const shrink of [2, 3, 4]) {
      const size = 240 / shrink;
      const plane = crop(checkerboard, [shrink, 0, (shrink - 1) / 2, 0, shrink, (shrink - 1) / 2], size);
      const [darkest, lightest] = [Math.min(...plane), Math.max(...plane)];
      assert.ok(darkest >= 110 && lightest <= 145, `shrunk ${shrink} times: ${darkest} to ${lightest}`);
    }
    assert.deepEqual([...crop(checkerboard, [1, 0, 0, 0, 1, 0], 2).slice(0, 4)], [255, 0, 0, 255]);
  });

  it('fills its own part of the plane and nothing else', () => {
    const plane = new Float32Array(40).fill(-1);
    sampleCrop({ image: coordinates, map: [1, 0, 5, 0, 1, 9], width: 2, height: 2 }, plane, 12);
    assert.deepEqual([...plane.slice(12, 24)], [5, 6, 5, 6, 9, 9, 10, 10, 250, 249, 250, 249]);
    assert.ok(plane.every((v, i) => (i >= 12 && i < 24 ? true : v === -1)));
  });

  it('reads from pictures of a single pixel or row', () => {
    const dot = paint(1, 1, () => [7, 8, 9]);
    assert.deepEqual([...crop(dot, [0.3, 0.1, -2, 0.1, 0.3, 4], 2)], [7, 7, 7, 7, 8, 8, 8, 8, 9, 9, 9, 9]);
    const row = paint(9, 1, (x) => [x, x, x]);
    assertNear(crop(row, [1, 0, 3.5, 0, 1, 12], 1)[0], 3.5);
  });
});

describe('planes', () => {
  it('are mirrored row by row and channel by channel, there and back', () => {
    const size = 5;
    const n = 3 * size * size;
    const plane = new Float32Array(3 * n);
    plane.set(crop(coordinates, [1, 0, 30, 0, 1, 60], size), n);
    mirrorPlane(plane, { from: n, to: 0, size });
    mirrorPlane(plane, { from: 0, to: 2 * n, size });
    assert.deepEqual([...plane.slice(0, 5)], [34, 33, 32, 31, 30]);
    assert.deepEqual([...plane.slice(25, 30)], [60, 60, 60, 60, 60]);
    assert.deepEqual(plane.slice(2 * n), plane.slice(n, 2 * n));
  });

  it('hold a smaller picture at their upper left, black beside it', () => {
    const planes = toPlanes(
      paint(2, 1, (x) => [x + 1, x + 11, x + 21]),
      3,
      2,
    );
    assert.deepEqual([...planes], [1, 2, 0, 0, 0, 0, 11, 12, 0, 0, 0, 0, 21, 22, 0, 0, 0, 0]);
  });
});

describe('a patch', () => {
  const boxes = fc.record({
    x: fc.double({ min: -20, max: 80, noNaN: true }),
    y: fc.double({ min: -20, max: 80, noNaN: true }),
    width: fc.double({ min: 22, max: 120, noNaN: true }),
    height: fc.double({ min: 22, max: 120, noNaN: true }),
  });

  it('knows where in the picture each of its pixels lies', () => {
    fc.assert(
      fc.property(boxes, fc.integer({ min: 5, max: 120 }), (box, detail) => {
        const { image, toPicture } = extractPatch(coordinates, box, detail);
        for (const [x, y] of [
          [0, 0],
          [image.width - 1, image.height - 1],
        ] as const) {
          const [px, py] = applyAffine(toPicture, [x, y]);
          const p = (y * image.width + x) * 3;
          // Averages of whole numbers are rounded to bytes.
          assertNear(image.data[p], px, 0.51);
          assertNear(image.data[p + 1], py, 0.51);
        }
      }),
      { numRuns: 300, seed: 5 },
    );
  });

  it('covers the part of the box that is in the picture, to one of its pixels', () => {
    fc.assert(
      fc.property(boxes, fc.integer({ min: 5, max: 120 }), (box, detail) => {
        const { image, toPicture } = extractPatch(coordinates, box, detail);
        const half = affineScale(toPicture) / 2;
        const [left, top] = applyAffine(toPicture, [0, 0]);
        const [right, bottom] = applyAffine(toPicture, [image.width - 1, image.height - 1]);
        assertNear(left - half + 0.5, Math.max(0, Math.floor(box.x)));
        assertNear(top - half + 0.5, Math.max(0, Math.floor(box.y)));
        const lost = (end: number, limit: number) => Math.min(SIDE, Math.ceil(limit)) - (end + half + 0.5);
        for (const missing of [lost(right, box.x + box.width), lost(bottom, box.y + box.height)])
          assert.ok(missing >= -1e-6 && missing < 2 * half, `${missing} px of the box are missing`);
      }),
      { numRuns: 300, seed: 6 },
    );
  });

  it('is reduced to less than twice the detail asked for, and never enlarged', () => {
    const whole = { x: 0, y: 0, width: SIDE, height: SIDE };
    for (const detail of [1, 7, 24, 33, 50, 51, 99, 100, 400]) {
      const { image, toPicture } = extractPatch(coordinates, whole, detail);
      assert.ok(image.width < 2 * detail && image.width >= Math.min(detail, SIDE));
      assert.ok(Number.isInteger(affineScale(toPicture)) && affineScale(toPicture) >= 1);
    }
  });

  it('smooths what it reduces', () => {
    const { image } = extractPatch(checkerboard, { x: 0, y: 0, width: 240, height: 240 }, 60);
    assert.ok(image.data.every((v) => v === 128));
  });

  it('of a thin strip at the edge holds nothing from beyond it', () => {
    const bright = paint(100, 100, () => [200, 200, 200]);
    for (const thin of [
      { x: 0, y: 97, width: 100, height: 50 },
      { x: 97, y: 0, width: 50, height: 100 },
    ])
      assert.ok(extractPatch(bright, thin, 5).image.data.every((v) => v === 200));
  });

  it('of a box outside the picture is a single pixel', () => {
    for (const [x, y] of [
      [300, 20],
      [-300, 20],
      [20, 300],
      [20, -300],
    ] as const) {
      const { image } = extractPatch(coordinates, { x, y, width: 50, height: 30 }, 10);
      assert.ok(image.width === 1 || image.height === 1, `${image.width} × ${image.height}`);
    }
  });
});

describe('affine maps', () => {
  it('are composed as functions are', () => {
    fc.assert(
      fc.property(affine, affine, point, (outer, inner, p) => {
        const [x, y] = applyAffine(composeAffine(outer, inner), p);
        const [ex, ey] = applyAffine(outer, applyAffine(inner, p));
        assertNear(x, ex, 1e-6);
        assertNear(y, ey, 1e-6);
      }),
    );
  });

  it('are undone by their inverse, on either side', () => {
    fc.assert(
      fc.property(affine, point, (map, p) => {
        for (const round of [composeAffine(map, invertAffine(map)), composeAffine(invertAffine(map), map)]) {
          const [x, y] = applyAffine(round, p);
          assertNear(x, p[0], 1e-6);
          assertNear(y, p[1], 1e-6);
        }
      }),
    );
  });
});
