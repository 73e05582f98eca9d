import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Affine } from '../../src/core/geometry.ts';
import { createImage, type RgbImage } from '../../src/core/image.ts';
import { drawOver, halve, type Sprite, trim } from '../../src/demo/sprite.ts';

/** A filled square of `side` in the middle of a transparent canvas, premultiplied. */
function square(canvas: number, side: number, rgba: readonly [number, number, number, number]): Sprite {
  const data = new Uint8Array(canvas * canvas * 4);
  const from = (canvas - side) / 2;
  for (let y = from; y < from + side; y++) {
    for (let x = from; x < from + side; x++) data.set(rgba, (y * canvas + x) * 4);
  }
  return { width: canvas, height: canvas, data, left: 0, top: 0 };
}

const silence = new Int8Array(16);

function draw(
  picture: RgbImage,
  sprite: Sprite,
  map: Affine,
  more: { gain?: number; right?: number } = {},
): void {
  const clip = { left: 0, right: more.right ?? picture.width, bottom: picture.height };
  drawOver(picture, sprite, { map, clip, gain: more.gain ?? 1, noise: silence, noiseAt: 0 });
}

function pixel(picture: RgbImage, x: number, y: number): number[] {
  return [...picture.data.subarray((y * picture.width + x) * 3, (y * picture.width + x) * 3 + 3)];
}

describe('sprites', () => {
  it('cover the picture where they are opaque and leave it where they are not', () => {
    const picture = createImage(40, 40);
    picture.data.fill(100);
    draw(picture, square(20, 10, [200, 150, 50, 255]), [1, 0, 10, 0, 1, 10]);
    assert.deepEqual(pixel(picture, 20, 20), [200, 150, 50]);
    assert.deepEqual(pixel(picture, 12, 12), [100, 100, 100]);
  });

  it('mix with the picture by their alpha', () => {
    const picture = createImage(40, 40);
    picture.data.fill(100);
    draw(picture, square(20, 10, [100, 50, 0, 128]), [1, 0, 10, 0, 1, 10]);
    for (const [i, expected] of [150, 100, 50].entries()) {
      assert.ok(Math.abs((pixel(picture, 20, 20)[i] ?? 0) - expected) <= 2);
    }
  });

  it('are placed, enlarged and turned by the map', () => {
    const picture = createImage(80, 80);
    draw(picture, square(20, 10, [255, 255, 255, 255]), [2, 0, 20, 0, 2, 20]);
    const lit = picture.data.filter((value) => value > 127).length / 3;
    assert.ok(Math.abs(lit - 400) <= 45, `${lit} pixels`);
    const turned = createImage(80, 80);
    const s = Math.SQRT1_2;
    draw(turned, square(20, 10, [255, 255, 255, 255]), [s, -s, 40, s, s, 40 - 20 * s]);
    assert.deepEqual(pixel(turned, 40, 40), [255, 255, 255]);
    assert.deepEqual(pixel(turned, 45, 35), [0, 0, 0]);
    assert.deepEqual(pixel(turned, 40, 34), [255, 255, 255]);
  });

  it('stay inside the clip and the picture', () => {
    const picture = createImage(30, 30);
    draw(picture, square(20, 16, [255, 255, 255, 255]), [1, 0, 5, 0, 1, 15], { right: 15 });
    assert.deepEqual(pixel(picture, 14, 25), [255, 255, 255]);
    assert.deepEqual(pixel(picture, 15, 25), [0, 0, 0]);
  });

  it('grow brighter with the gain, up to white', () => {
    const picture = createImage(20, 20);
    draw(picture, square(20, 16, [100, 200, 250, 255]), [1, 0, 0, 0, 1, 0], { gain: 1.25 });
    assert.deepEqual(pixel(picture, 10, 10), [125, 250, 255]);
  });

  it('lose their margins but not their place', () => {
    const whole = square(40, 10, [9, 8, 7, 255]);
    const cut = trim(whole);
    assert.ok(cut.width <= 14 && cut.height <= 14);
    const [a, b] = [createImage(40, 40), createImage(40, 40)];
    draw(a, whole, [1, 0, 0, 0, 1, 0]);
    draw(b, cut, [1, 0, cut.left, 0, 1, cut.top]);
    assert.deepEqual(a.data, b.data);
  });

  it('are averaged when halved', () => {
    const half = halve(square(8, 4, [80, 80, 80, 255]));
    assert.deepEqual([half.width, half.height], [4, 4]);
    assert.equal(half.data[(1 * 4 + 1) * 4], 80);
    assert.equal(half.data[3], 0);
  });
});
