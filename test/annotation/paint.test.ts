import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { letteringOf } from '../../src/annotation/lettering.ts';
import { dot, fillBox, outlineBox, writeText } from '../../src/annotation/paint.ts';
import { createImage, type RgbImage } from '../../src/core/image.ts';

const white = { colour: [255, 255, 255], opacity: 1 } as const;

function red(image: RgbImage, x: number, y: number): number {
  return image.data[(y * image.width + x) * 3] ?? Number.NaN;
}

function sum(image: RgbImage): number {
  return image.data.reduce((total, value) => total + value, 0);
}

describe('fillBox', () => {
  it('fills the inside, leaves the outside and rounds the corners', () => {
    const image = createImage(40, 40);
    fillBox(image, { x: 10, y: 10, width: 20, height: 20 }, { radius: 6, paint: white });
    assert.equal(red(image, 20, 20), 255);
    assert.equal(red(image, 10, 20), 255);
    assert.equal(red(image, 9, 20), 0);
    assert.equal(red(image, 10, 10), 0);
  });

  it('mixes by opacity and by the part of a pixel that is covered', () => {
    const image = createImage(10, 10);
    fillBox(image, { x: 2, y: 2, width: 6, height: 6 }, { radius: 0, paint: { ...white, opacity: 0.4 } });
    assert.equal(red(image, 5, 5), 102);
    const half = createImage(10, 10);
    fillBox(half, { x: 2.5, y: 2, width: 6, height: 6 }, { radius: 0, paint: white });
    assert.equal(red(half, 2, 5), 128);
  });
});

describe('outlineBox', () => {
  it('draws the same line as a look at every pixel would', () => {
    const box = { x: 7.3, y: 5.8, width: 60.4, height: 41.1 };
    const options = { radius: 8, thickness: 3, paint: white };
    const image = createImage(80, 60);
    outlineBox(image, box, options);
    const outer = createImage(80, 60);
    const grown = { x: box.x - 1.5, y: box.y - 1.5, width: box.width + 3, height: box.height + 3 };
    fillBox(outer, grown, { radius: 9.5, paint: white });
    const shrunk = { x: box.x + 1.5, y: box.y + 1.5, width: box.width - 3, height: box.height - 3 };
    fillBox(outer, shrunk, { radius: 6.5, paint: { colour: [0, 0, 0], opacity: 1 } });
    for (let i = 0; i < image.data.length; i++) {
      assert.ok(Math.abs((image.data[i] ?? 0) - (outer.data[i] ?? 0)) <= 2, `byte ${i}`);
    }
  });

  it('is cut at the edge of the picture and does not come in again on the other side', () => {
    const image = createImage(50, 50);
    outlineBox(image, { x: 30, y: 10, width: 60, height: 20 }, { radius: 2, thickness: 2, paint: white });
    for (let y = 0; y < 50; y++) for (let x = 0; x < 28; x++) assert.equal(red(image, x, y), 0);
    const far = createImage(50, 50);
    outlineBox(far, { x: 200, y: -90, width: 60, height: 20 }, { radius: 2, thickness: 2, paint: white });
    assert.equal(sum(far), 0);
  });

  it('survives boxes of no size', () => {
    const image = createImage(20, 20);
    outlineBox(image, { x: 5, y: 5, width: 0, height: 0 }, { radius: 2, thickness: 2, paint: white });
    fillBox(image, { x: 5, y: 5, width: 0, height: 0 }, { radius: 2, paint: white });
    assert.equal(red(image, 15, 15), 0);
  });
});

describe('dot', () => {
  it('is round and where it should be', () => {
    const image = createImage(21, 21);
    dot(image, [10.5, 10.5], { radius: 5, paint: white });
    assert.equal(red(image, 10, 10), 255);
    assert.equal(red(image, 6, 6), 0);
    assert.ok(Math.abs(sum(image) / 3 / 255 - Math.PI * 25) < 2);
  });
});

describe('writeText', () => {
  it('writes where it is told and is cut at the edges', () => {
    const lettering = letteringOf(10);
    const image = createImage(60, 30);
    writeText(image, 'H', { lettering, paint: white, at: [10, 8] });
    assert.ok(red(image, 10, 12) > 150);
    assert.equal(red(image, 13, 9), 0);
    const before = sum(image);
    writeText(image, 'WWWWWWWWWW', { lettering, paint: white, at: [55, 26] });
    writeText(image, 'WWW', { lettering, paint: white, at: [-200, -50] });
    assert.ok(sum(image) > before);
  });
});
