import { existsSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp, { type Sharp } from 'sharp';
import { imageFrame } from '../../src/capture/images/image-frame.ts';
import { readImage } from '../../src/capture/images/read-image.ts';
import { createImage, type RgbImage } from '../../src/core/image.ts';
import type { PictureSource } from '../../src/vision/face-finder.ts';
import { Random } from '../simulation/random.ts';

/**
 * Pictures for the tests of the vision path: real faces from the pictures inside the installed package
 * `@vladmandic/human`, drawings, and ways to spoil both. Nothing of them is kept.
 */

type Colour = readonly [red: number, green: number, blue: number];
export const GREY: Colour = [119, 119, 119];

function packageFile(name: string, file: string): string {
  const manifest = findPackageJSON(name, import.meta.url);
  if (manifest === undefined) throw new Error(`${name} is not installed`);
  return join(dirname(manifest), file);
}

const SHEET = packageFile('@vladmandic/human', 'assets/screenshot-facematch.jpg');

/** Photos of groups of women in the installed package `@vladmandic/face-api`, by number 1 to 6. */
export const samplePhoto = (n: number): string => packageFile('@vladmandic/face-api', `demo/sample${n}.jpg`);

/** Cells of the sheet that show the same man in different photos. */
export const SAME_MAN = [0, 1, 3, 8, 11, 15] as const;
/** One clear look each at people who, by eye, are all different and face the camera. */
export const DIFFERENT_PEOPLE = [0, 23, 30, 35, 38, 47, 55, 66, 69, 73, 78, 80, 94, 95, 99, 107] as const;

/** One of the 108 faces of the sheet: 18 columns of 106.7 px, 6 rows of 111.8 px from y = 283; `size` px square. */
export async function cell(number: number, size = 106): Promise<RgbImage> {
  const left = Math.round(((number % 18) * 1920) / 18);
  const top = Math.round(283 + Math.floor(number / 18) * 111.8);
  const picture = sharp(SHEET).extract({ left, top, width: 106, height: 106 });
  return decode(picture.resize(size, size, { kernel: 'lanczos3' }));
}

/** A face of the sheet with some room around it: 212 px in the middle of 320 px of grey. */
export async function portrait(number: number): Promise<RgbImage> {
  return paste(plain(320, 320), await cell(number, 212), { x: 54, y: 54 });
}

export function plain(width: number, height: number, colour: Colour = GREY): RgbImage {
  return paint(width, height, () => colour);
}

/** A picture from a function of the pixel. */
export function paint(width: number, height: number, colourAt: (x: number, y: number) => Colour): RgbImage {
  const image = createImage(width, height);
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p += 3) image.data.set(colourAt(x, y), p);
  }
  return image;
}

export function noise(width: number, height: number, seed: number): RgbImage {
  const random = new Random(seed);
  const byte = () => Math.floor(random.next() * 256);
  return paint(width, height, () => [byte(), byte(), byte()]);
}

/** A copy of `onto` with `picture` on it; what lies beyond the edges is cut off. */
export function paste(onto: RgbImage, picture: RgbImage, at: { x: number; y: number }): RgbImage {
  const data = onto.data.slice();
  const from = Math.max(0, -at.x);
  const to = Math.min(picture.width, onto.width - at.x);
  for (let y = Math.max(0, -at.y); y < Math.min(picture.height, onto.height - at.y); y++) {
    const row = picture.data.subarray((y * picture.width + from) * 3, (y * picture.width + to) * 3);
    if (to > from) data.set(row, ((at.y + y) * onto.width + at.x + from) * 3);
  }
  return { ...onto, data };
}

export function mirrored({ width, height, data }: RgbImage): RgbImage {
  return paint(width, height, (x, y) => {
    const p = (y * width + width - 1 - x) * 3;
    return [data[p] as number, data[p + 1] as number, data[p + 2] as number];
  });
}

/** Every pixel's value changed on its own. */
export function mapValues(image: RgbImage, change: (value: number) => number): RgbImage {
  return { ...image, data: Uint8Array.from(image.data, (v) => Math.min(255, Math.max(0, change(v)))) };
}

/** Gaussian noise, as a camera adds it. */
export function withNoise(image: RgbImage, deviation: number, random: Random): RgbImage {
  return mapValues(image, (v) => v + random.normal(deviation));
}

export function edit(image: RgbImage, how: (picture: Sharp) => Sharp): Promise<RgbImage> {
  const { width, height, data } = image;
  return decode(how(sharp(data, { raw: { width, height, channels: 3 } })));
}

export const resize = (image: RgbImage, width: number, height = width): Promise<RgbImage> =>
  edit(image, (picture) => picture.resize(width, height, { fit: 'fill', kernel: 'lanczos3' }));

export const blur = (image: RgbImage, sigma: number): Promise<RgbImage> =>
  edit(image, (picture) => picture.blur(sigma));

/** Turned around its middle, clockwise on the screen; as large as before, grey in the corners. */
export async function turn(image: RgbImage, degrees: number): Promise<RgbImage> {
  const background = { r: GREY[0], g: GREY[1], b: GREY[2] };
  const turned = await edit(image, (picture) => picture.rotate(degrees, { background }));
  const x = -Math.round((turned.width - image.width) / 2);
  const y = -Math.round((turned.height - image.height) / 2);
  return paste(plain(image.width, image.height), turned, { x, y });
}

export async function jpeg(image: RgbImage, quality: number): Promise<RgbImage> {
  const { width, height, data } = image;
  return decode(
    sharp(
      await sharp(data, { raw: { width, height, channels: 3 } })
        .jpeg({ quality })
        .toBuffer(),
    ),
  );
}

/** Draws an SVG on white. */
export function draw(width: number, height: number, shapes: string): Promise<RgbImage> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${shapes}</svg>`;
  return decode(sharp(Buffer.from(svg)).flatten({ background: '#ffffff' }));
}

async function decode(picture: Sharp): Promise<RgbImage> {
  const { data, info } = await picture
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: new Uint8Array(data) };
}

export function asPicture(image: RgbImage): PictureSource {
  return imageFrame(image, { camera: 'test', capturedAt: 0 });
}

export const read = (path: string): Promise<RgbImage> => readImage(path);

/** A folder of `../shared/samples`, and what a test that needs it says where it is not there. */
export function samples(folder: string): { readonly dir: string; readonly skip: string | false } {
  const dir = fileURLToPath(new URL(`../../../shared/samples/${folder}/`, import.meta.url));
  return { dir, skip: existsSync(dir) ? false : `../shared/samples/${folder} is not there` };
}
