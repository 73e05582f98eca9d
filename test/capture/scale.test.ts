import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { fitWithin, scaleImage } from '../../src/capture/scale.ts';
import { createImage, type RgbImage } from '../../src/core/image.ts';
import { paint, seededRandom } from './media.ts';

function noise(width: number, height: number, seed = 1): RgbImage {
  const random = seededRandom(seed);
  return paint(width, height, () => [random() * 256, random() * 256, random() * 256]);
}

/** The definition, without any cleverness: each pixel is the mean of the source under it. */
function areaAverage(image: RgbImage, width: number, height: number): RgbImage {
  const out = createImage(width, height);
  const overlap = (from: number, to: number, i: number) =>
    Math.max(0, Math.min(to, i + 1) - Math.max(from, i));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [left, right] = [(x * image.width) / width, ((x + 1) * image.width) / width];
      const [top, bottom] = [(y * image.height) / height, ((y + 1) * image.height) / height];
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        for (let sy = Math.floor(top); sy < Math.min(image.height, Math.ceil(bottom)); sy++) {
          for (let sx = Math.floor(left); sx < Math.min(image.width, Math.ceil(right)); sx++) {
            const weight = overlap(left, right, sx) * overlap(top, bottom, sy);
            sum += weight * (image.data[(sy * image.width + sx) * 3 + c] as number);
          }
        }
        out.data[(y * width + x) * 3 + c] = sum / ((right - left) * (bottom - top)) + 0.5;
      }
    }
  }
  return out;
}

function largestGap(a: RgbImage, b: RgbImage): number {
  return a.data.reduce((most, value, i) => Math.max(most, Math.abs(value - (b.data[i] as number))), 0);
}

const sides = fc.integer({ min: 1, max: 40 });

describe('scaling a picture', () => {
  it('averages the area under each pixel where it shrinks', () => {
    fc.assert(
      fc.property(sides, sides, sides, sides, fc.nat(), (w, h, toW, toH, seed) => {
        const image = noise(Math.max(w, toW), Math.max(h, toH), seed);
        const gap = largestGap(scaleImage(image, toW, toH), areaAverage(image, toW, toH));
        assert.ok(gap <= 1, `differs by ${gap}`);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps every value between the darkest and the brightest, whatever the sizes', () => {
    fc.assert(
      fc.property(sides, sides, sides, sides, fc.nat(), (w, h, toW, toH, seed) => {
        const image = noise(w, h, seed);
        const { data } = scaleImage(image, toW, toH);
        assert.equal(data.length, toW * toH * 3);
        assert.ok(
          Math.min(...data) >= Math.min(...image.data) && Math.max(...data) <= Math.max(...image.data),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('leaves a plain picture plain', () => {
    const grey = paint(13, 7, () => [200, 17, 255]);
    for (const [width, height] of [
      [5, 3],
      [29, 31],
      [5, 31],
      [13, 7],
      [1, 1],
    ] as const) {
      const { data } = scaleImage(grey, width, height);
      for (let i = 0; i < data.length; i += 3) assert.deepEqual([...data.subarray(i, i + 3)], [200, 17, 255]);
    }
  });

  it('goes over evenly between pixels where it grows', () => {
    const pair = createImage(2, 1);
    pair.data.set([0, 0, 0, 100, 100, 100]);
    const { data } = scaleImage(pair, 8, 3);
    const row = [...data.subarray(0, 24)].filter((_, i) => i % 3 === 0);
    assert.deepEqual(row, [0, 0, 13, 38, 63, 88, 100, 100]);
    assert.deepEqual([...data.subarray(24, 48)], [...data.subarray(0, 24)]);
  });

  it('gives a copy at the same size', () => {
    const image = noise(6, 5);
    const copy = scaleImage(image, 6, 5);
    assert.deepEqual(copy, image);
    assert.notEqual(copy.data.buffer, image.data.buffer);
  });

  it('takes a few milliseconds from 720p to a detector’s input', (t) => {
    const image = noise(1280, 720);
    scaleImage(image, 256, 144);
    const from = performance.now();
    for (let i = 0; i < 5; i++) scaleImage(image, 256, 144);
    const ms = (performance.now() - from) / 5;
    t.diagnostic(`1280×720 → 256×144: ${ms.toFixed(2)} ms`);
    assert.ok(ms < 60, `${ms.toFixed(1)} ms`);
  });
});

describe('the size that fits', () => {
  it('keeps the shape and never enlarges', () => {
    assert.deepEqual(fitWithin({ width: 4000, height: 3000 }, 1000), { width: 1000, height: 750 });
    assert.deepEqual(fitWithin({ width: 640, height: 480 }, 1000), { width: 640, height: 480 });
    assert.deepEqual(fitWithin({ width: 640, height: 480 }, undefined), { width: 640, height: 480 });
    assert.deepEqual(fitWithin({ width: 10_000, height: 2 }, 100), { width: 100, height: 1 });
  });
});
