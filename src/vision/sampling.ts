import type { Affine, Box } from '../core/geometry.ts';
import { affineScale, applyAffine } from '../core/geometry.ts';
import type { RgbImage } from '../core/image.ts';

/**
 * From pictures to the planes that networks read: RGB, 0–255, planar (all reds, all greens, all blues), float32.
 * Beyond the picture its edge pixels are repeated: a face cut by the edge then looks cut, not framed in black.
 */

/** Most source pixels along a side that are averaged into one; larger shrinking starts from a reduced picture. */
const MAX_SUPERSAMPLING = 4;

export interface CropRequest {
  readonly image: RgbImage;
  /** From the crop's pixels to the image's. */
  readonly map: Affine;
  readonly width: number;
  readonly height: number;
}

/** Fills `plane` (3 · width · height floats, at `offset`) with the crop; bilinear, averaged where it shrinks. */
export function sampleCrop(request: CropRequest, plane: Float32Array, offset = 0): void {
  const shrink = affineScale(request.map);
  const grid = Math.min(MAX_SUPERSAMPLING, Math.max(1, Math.round(shrink)));
  if (grid === 1) sampleGrid(request, plane, offset);
  else sampleAveraged(request, { plane, offset, grid });
}

function sampleGrid({ image, map, width, height }: CropRequest, plane: Float32Array, offset: number): void {
  const { data, width: w, height: h } = image;
  const [a, b, c, d, e, f] = map;
  const size = width * height;
  const right = w - 1;
  const bottom = h - 1;
  let out = offset;
  for (let y = 0; y < height; y++) {
    let sx = b * y + c;
    let sy = e * y + f;
    for (let x = 0; x < width; x++, sx += a, sy += d, out++) {
      const cx = Math.min(Math.max(sx, 0), right);
      const cy = Math.min(Math.max(sy, 0), bottom);
      const x0 = cx | 0;
      const y0 = cy | 0;
      const fx = cx - x0;
      const fy = cy - y0;
      const p = (y0 * w + x0) * 3;
      const q = x0 < right ? p + 3 : p;
      const down = y0 < bottom ? w * 3 : 0;
      const w00 = (1 - fx) * (1 - fy);
      const w10 = fx * (1 - fy);
      const w01 = (1 - fx) * fy;
      const w11 = fx * fy;
      for (let k = 0; k < 3; k++)
        plane[out + k * size] =
          (data[p + k] as number) * w00 +
          (data[q + k] as number) * w10 +
          (data[p + down + k] as number) * w01 +
          (data[q + down + k] as number) * w11;
    }
  }
}

function sampleAveraged(
  request: CropRequest,
  target: { plane: Float32Array; offset: number; grid: number },
): void {
  const { width, height } = request;
  const { plane, offset, grid } = target;
  const fine = new Float32Array(3 * width * height * grid * grid);
  const [a, b, c, d, e, f] = request.map;
  // Sub-pixel centres: the grid's first sample lies half a fine step into the coarse pixel.
  const shift = (1 - grid) / (2 * grid);
  const [ox, oy] = [a * shift + b * shift + c, d * shift + e * shift + f];
  const map: Affine = [a / grid, b / grid, ox, d / grid, e / grid, oy];
  sampleGrid({ image: request.image, map, width: width * grid, height: height * grid }, fine, 0);
  const share = 1 / (grid * grid);
  const row = width * grid;
  let out = offset;
  for (let channel = 0; channel < 3; channel++) {
    const base = channel * row * height * grid;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++, out++) {
        let sum = 0;
        for (let j = 0; j < grid; j++) {
          const at = base + (y * grid + j) * row + x * grid;
          for (let i = 0; i < grid; i++) sum += fine[at + i] as number;
        }
        plane[out] = sum * share;
      }
    }
  }
}

/** `plane` (3 planes of `size` × `size` at `from`) mirrored left to right into `target` at `to`. */
export function mirrorPlane(plane: Float32Array, options: { from: number; to: number; size: number }): void {
  const { from, to, size } = options;
  for (let row = 0; row < 3 * size; row++) {
    const source = from + row * size;
    const target = to + row * size;
    for (let x = 0; x < size; x++) plane[target + x] = plane[source + size - 1 - x] as number;
  }
}

/** A picture with packed pixels as planes, at the upper left of `width` × `height`; the rest stays black. */
export function toPlanes(image: RgbImage, width: number, height: number): Float32Array {
  const plane = new Float32Array(3 * width * height);
  const size = width * height;
  for (let y = 0; y < image.height; y++) {
    let p = y * image.width * 3;
    let out = y * width;
    for (let x = 0; x < image.width; x++, p += 3, out++) {
      plane[out] = image.data[p] as number;
      plane[out + size] = image.data[p + 1] as number;
      plane[out + 2 * size] = image.data[p + 2] as number;
    }
  }
  return plane;
}

/** A part of a picture, reduced by a whole factor, that remembers where it came from. */
export interface Patch {
  readonly image: RgbImage;
  /** From the patch's pixels to the picture's. */
  readonly toPicture: Affine;
}

/**
 * The part of `image` under `box` (clamped), area-averaged by a whole factor so that it is at most about twice
 * `detail` pixels wide. All crops of one face are then taken from a small picture that is already smooth.
 */
export function extractPatch(image: RgbImage, box: Box, detail: number): Patch {
  const x = Math.max(0, Math.floor(box.x));
  const y = Math.max(0, Math.floor(box.y));
  const right = Math.min(image.width, Math.ceil(box.x + box.width));
  const bottom = Math.min(image.height, Math.ceil(box.y + box.height));
  const wanted = Math.floor(Math.max(right - x, bottom - y) / detail);
  // Never more than the shorter side: a block may not reach beyond the picture.
  const factor = Math.max(1, Math.min(wanted, right - x, bottom - y));
  const width = Math.max(1, Math.floor((right - x) / factor));
  const height = Math.max(1, Math.floor((bottom - y) / factor));
  const data = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++)
      averageBlock(
        image,
        { x: x + column * factor, y: y + row * factor, factor },
        data,
        (row * width + column) * 3,
      );
  }
  const shift = (factor - 1) / 2;
  return { image: { width, height, data }, toPicture: [factor, 0, x + shift, 0, factor, y + shift] };
}

function averageBlock(
  image: RgbImage,
  block: { x: number; y: number; factor: number },
  out: Uint8Array,
  at: number,
): void {
  const { factor } = block;
  let red = 0;
  let green = 0;
  let blue = 0;
  for (let j = 0; j < factor; j++) {
    let p = ((block.y + j) * image.width + block.x) * 3;
    for (let i = 0; i < factor; i++, p += 3) {
      red += image.data[p] as number;
      green += image.data[p + 1] as number;
      blue += image.data[p + 2] as number;
    }
  }
  const n = factor * factor;
  out[at] = Math.round(red / n);
  out[at + 1] = Math.round(green / n);
  out[at + 2] = Math.round(blue / n);
}

/** `outer` after `inner`: the map that first applies `inner`. */
export function composeAffine(outer: Affine, inner: Affine): Affine {
  const [ox, oy] = applyAffine(outer, [inner[2], inner[5]]);
  const [a, b, , d, e] = outer;
  return [
    a * inner[0] + b * inner[3],
    a * inner[1] + b * inner[4],
    ox,
    d * inner[0] + e * inner[3],
    d * inner[1] + e * inner[4],
    oy,
  ];
}

/** The map that undoes `map`, which must be invertible (scale above zero). */
export function invertAffine(map: Affine): Affine {
  const [a, b, c, d, e, f] = map;
  const det = a * e - b * d;
  const [ia, ib, id, ie] = [e / det, -b / det, -d / det, a / det];
  return [ia, ib, -(ia * c + ib * f), id, ie, -(id * c + ie * f)];
}
