import type { Affine } from '../core/geometry.ts';
import type { RgbImage } from '../core/image.ts';

/** A cut-out: RGBA, 8 bits, colour already multiplied by alpha; rows packed. */
export interface Sprite {
  readonly width: number;
  readonly height: number;
  /** width · height · 4 bytes, at an offset that is a multiple of four. */
  readonly data: Uint8Array;
  /** Where its upper left corner lies in the canvas it was cut from, in pixels of the sprite. */
  readonly left: number;
  readonly top: number;
}

/** Half the size, area-averaged: for figures far away. */
export function halve(sprite: Sprite): Sprite {
  const [width, height] = [sprite.width >> 1, sprite.height >> 1];
  const data = new Uint8Array(width * height * 4);
  const stride = sprite.width * 4;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width * 4; x++) {
      const from = y * 2 * stride + (x >> 2) * 8 + (x & 3);
      const upper = (sprite.data[from] as number) + (sprite.data[from + 4] as number);
      const lower = (sprite.data[from + stride] as number) + (sprite.data[from + stride + 4] as number);
      data[y * width * 4 + x] = (upper + lower + 2) >> 2;
    }
  }
  return { width, height, data, left: sprite.left / 2, top: sprite.top / 2 };
}

/** The sprite without its transparent margins; one transparent pixel stays on each side that had some. */
export function trim(sprite: Sprite): Sprite {
  const { width, height, data } = sprite;
  let [x0, y0, x1, y1] = [width, height, 0, 0];
  for (let pixel = 0; pixel < width * height; pixel++) {
    if (data[pixel * 4 + 3] === 0) continue;
    const x = pixel % width;
    const y = (pixel - x) / width;
    [x0, x1, y0, y1] = [Math.min(x0, x), Math.max(x1, x), Math.min(y0, y), Math.max(y1, y)];
  }
  // Even corners, so that the halved sprite lies on whole pixels too.
  x0 = Math.max(0, x0 - 1) & ~1;
  y0 = Math.max(0, y0 - 1) & ~1;
  const size = { width: Math.min(width, x1 + 2) - x0, height: Math.min(height, y1 + 2) - y0 };
  const trimmed = new Uint8Array(size.width * size.height * 4);
  for (let y = 0; y < size.height; y++) {
    const from = ((y + y0) * width + x0) * 4;
    trimmed.set(data.subarray(from, from + size.width * 4), y * size.width * 4);
  }
  return { ...size, data: trimmed, left: sprite.left + x0, top: sprite.top + y0 };
}

/** The part of the picture that may be drawn on: x from `left` to `right`, y from 0 to `bottom`, ends excluded. */
export interface Clip {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
}

export interface Placement {
  /** From pixels of the sprite to pixels of the picture. */
  readonly map: Affine;
  readonly clip: Clip;
  /** Brightness, 1 = as drawn. */
  readonly gain: number;
  /** Signed noise, a power of two long, added to what is drawn; `noiseAt` is where this frame starts in it. */
  readonly noise: Int8Array;
  readonly noiseAt: number;
}

function invert([a, b, c, d, e, f]: Affine): Affine {
  const det = a * e - b * d;
  return [e / det, -b / det, (b * f - c * e) / det, -d / det, a / det, (c * d - a * f) / det];
}

interface Extent {
  readonly x0: number;
  readonly x1: number;
  readonly y0: number;
  readonly y1: number;
}

function extentOf(sprite: Sprite, { map, clip }: Placement, picture: RgbImage): Extent {
  const [a, b, c, d, e, f] = map;
  const { width: w, height: h } = sprite;
  const xs = [c, a * w + c, b * h + c, a * w + b * h + c];
  const ys = [f, d * w + f, e * h + f, d * w + e * h + f];
  return {
    x0: Math.max(0, Math.ceil(clip.left), Math.floor(Math.min(...xs))),
    x1: Math.min(picture.width, Math.floor(clip.right), Math.ceil(Math.max(...xs))),
    y0: Math.max(0, Math.floor(Math.min(...ys))),
    y1: Math.min(picture.height, Math.floor(clip.bottom), Math.ceil(Math.max(...ys))),
  };
}

/** The pixel steps of one row for which both source coordinates stay inside the sprite. */
function rowSpan(start: number, step: number, limit: number, from: number, to: number): [number, number] {
  if (Math.abs(step) < 1e-9) return start >= 0 && start < limit ? [from, to] : [0, 0];
  const first = -start / step;
  const second = (limit - start) / step;
  const [low, high] = step > 0 ? [first, second] : [second, first];
  return [Math.max(from, Math.ceil(low)), Math.min(to, Math.ceil(high))];
}

/** Red and blue of a pixel read as one 32-bit number; alpha and green are the same pixel shifted by 8. */
const PAIR = 0xff00ff;

/**
 * Draws `sprite` over `picture`, bilinear with 8-bit weights. Two channels are weighted by one multiplication, and all
 * is one loop, because it runs some hundred thousand times a frame.
 */
export function drawOver(picture: RgbImage, sprite: Sprite, placement: Placement): void {
  const [a, b, c, d, e, f] = invert(placement.map);
  const { x0, x1, y0, y1 } = extentOf(sprite, placement, picture);
  const { width: columns, height: rows, data } = sprite;
  const pixels = new Uint32Array(data.buffer, data.byteOffset, columns * rows);
  const out = new Uint8ClampedArray(picture.data.buffer, picture.data.byteOffset, picture.data.length);
  const { noise } = placement;
  const mask = noise.length - 1;
  const gain = Math.round(placement.gain * 256);
  for (let y = y0; y < y1; y++) {
    const startX = b * (y + 0.5) + c + a * 0.5 - 0.5;
    const startY = e * (y + 0.5) + f + d * 0.5 - 0.5;
    const [low, high] = rowSpan(startX, a, columns - 1, x0, x1);
    const [from, to] = rowSpan(startY, d, rows - 1, low, high);
    let sx = startX + a * from;
    let sy = startY + d * from;
    let at = (y * picture.width + from) * 3;
    let grain = placement.noiseAt + y * picture.width + from;
    for (let x = from; x < to; x++, sx += a, sy += d, at += 3, grain++) {
      const ix = sx | 0;
      const iy = sy | 0;
      const p = iy * columns + ix;
      const p00 = pixels[p] as number;
      const p01 = pixels[p + 1] as number;
      const p10 = pixels[p + columns] as number;
      const p11 = pixels[p + columns + 1] as number;
      if ((p00 | p01 | p10 | p11) === 0) continue;
      const fx = ((sx - ix) * 256) | 0;
      const fy = ((sy - iy) * 256) | 0;
      const w11 = (fx * fy) >> 8;
      const w10 = fy - w11;
      const w01 = fx - w11;
      const w00 = 256 - fx - fy + w11;
      const redBlue =
        Math.imul(p00 & PAIR, w00) +
        Math.imul(p01 & PAIR, w01) +
        Math.imul(p10 & PAIR, w10) +
        Math.imul(p11 & PAIR, w11);
      const greenAlpha =
        Math.imul((p00 >>> 8) & PAIR, w00) +
        Math.imul((p01 >>> 8) & PAIR, w01) +
        Math.imul((p10 >>> 8) & PAIR, w10) +
        Math.imul((p11 >>> 8) & PAIR, w11);
      const alpha = greenAlpha >>> 24;
      const under = (255 - alpha) * 257;
      const speck = ((noise[grain & mask] as number) * alpha) >> 8;
      out[at] = ((((redBlue >>> 8) & 255) * gain) >> 8) + (((out[at] as number) * under) >> 16) + speck;
      out[at + 1] =
        ((((greenAlpha >>> 8) & 255) * gain) >> 8) + (((out[at + 1] as number) * under) >> 16) + speck;
      out[at + 2] = (((redBlue >>> 24) * gain) >> 8) + (((out[at + 2] as number) * under) >> 16) + speck;
    }
  }
}
