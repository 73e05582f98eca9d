import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import type { RgbImage } from '../../../src/core/image.ts';
import type { Tensor } from '../../../src/vision/models.ts';

/** Inputs of the golden tests: noise that is the same everywhere, and faces from the installed package's pictures. */

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Every pixel at random, 0–255 (Knuth's MMIX generator, upper bits). */
export function noise({ width, height }: Size, seed: bigint): RgbImage {
  let state = seed;
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i++) {
    state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffff_ffff_ffff_ffffn;
    data[i] = Number(state >> 56n);
  }
  return { width, height, data };
}

/** One of the faces in the grid of `screenshot-facematch.jpg`: cells of 106.7 × 111.8 pixels from (0, 283). */
export async function face(size: Size, cell: { column: number; row: number }): Promise<RgbImage> {
  const left = Math.round(cell.column * 106.7);
  const top = Math.round(283 + cell.row * 111.8);
  const picture = sharp(asset('screenshot-facematch.jpg')).extract({ left, top, width: 106, height: 98 });
  return decode(picture, size);
}

/** Several people in one picture. */
export function group(size: Size): Promise<RgbImage> {
  return decode(sharp(asset('samples.jpg')), size);
}

/** The whole grid: a hundred small faces. */
export function crowd(size: Size): Promise<RgbImage> {
  return decode(sharp(asset('screenshot-facematch.jpg')), size);
}

async function decode(picture: Sharp, { width, height }: Size): Promise<RgbImage> {
  const resized = picture.resize(width, height, { fit: 'fill' }).removeAlpha().toColourspace('srgb');
  return { width, height, data: new Uint8Array(await resized.raw().toBuffer()) };
}

function asset(name: string): string {
  const manifest = findPackageJSON('@vladmandic/human', import.meta.url);
  if (manifest === undefined) throw new Error('@vladmandic/human is not installed');
  return join(dirname(manifest), 'assets', name);
}

/** Pictures of one size as a model takes them: [N, 3, H, W], 0–255. */
export function toTensor(pictures: readonly RgbImage[]): Tensor {
  const { width = 0, height = 0 } = pictures[0] ?? {};
  const pixels = width * height;
  const data = new Float32Array(pictures.length * 3 * pixels);
  for (const [index, picture] of pictures.entries()) {
    for (let i = 0; i < pixels * 3; i++) {
      const channel = i % 3;
      data[(index * 3 + channel) * pixels + (i - channel) / 3] = picture.data[i] as number;
    }
  }
  return { data, shape: [pictures.length, 3, height, width] };
}
