import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { VitrineError } from '../core/errors.ts';
import type { RgbImage } from '../core/image.ts';
import { cellOrigin, SHEET } from './cells.ts';
import type { Sprite } from './sprite.ts';

/** The only place of the demo that draws and scales with sharp: SVG and cells of the sheet become pixels. */

/** SHA-256 of the sheet that the labels were made for (@vladmandic/human 3.3.6). */
const SHEET_SHA256 = '0d3e56e29cf588faf2d5515f10ab18ad0f1bab4959b7e3cc885bd43f1d305465';

async function loadSharp() {
  return (await import('sharp')).default;
}

/** The sheet inside the installed package. Fails with SOURCE_NOT_FOUND when the package is not there. */
export function installedSheetPath(): string {
  try {
    const entry = import.meta.resolve('@vladmandic/human');
    return fileURLToPath(new URL('../assets/screenshot-facematch.jpg', entry));
  } catch (cause) {
    throw new VitrineError('SOURCE_NOT_FOUND', 'The package @vladmandic/human is not installed', { cause });
  }
}

/** The sheet's bytes, checked: labels made for another picture would cut faces in half. */
export async function readSheet(path: string): Promise<Buffer> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new VitrineError('SOURCE_NOT_FOUND', `The sample faces ${path} cannot be read`, { cause });
  }
  if (createHash('sha256').update(bytes).digest('hex') !== SHEET_SHA256) {
    throw new VitrineError(
      'SOURCE_CORRUPT',
      `The sample faces ${path} are not the picture the demo was made for`,
    );
  }
  return bytes;
}

/** Draws an SVG as RGB on white, blurred by `blur` pixels, and a second one of the same size sharp on top of it. */
export async function drawRgb(options: { svg: string; blur: number; over: string }): Promise<Uint8Array> {
  const sharp = await loadSharp();
  const below = await sharp(Buffer.from(options.svg))
    .flatten({ background: '#ffffff' })
    .blur(options.blur)
    .png()
    .toBuffer();
  return sharp(below)
    .composite([{ input: Buffer.from(options.over) }])
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer();
}

function premultiply(data: Uint8Array): Uint8Array {
  for (let i = 0; i < data.length; i += 4) {
    const alpha = data[i + 3] as number;
    if (alpha === 255) continue;
    for (let c = 0; c < 3; c++) data[i + c] = Math.round(((data[i + c] as number) * alpha) / 255);
  }
  return data;
}

/** Draws an SVG with its transparency. */
export async function drawSprite(svg: string): Promise<Sprite> {
  const sharp = await loadSharp();
  const { data, info } = await sharp(Buffer.from(svg))
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  // Copied, so that it begins at a multiple of four and can be read as 32-bit pixels.
  return {
    width: info.width,
    height: info.height,
    data: premultiply(Uint8Array.from(data)),
    left: 0,
    top: 0,
  };
}

/** One cell of the sheet, `scale` times its size. Lanczos keeps the eyes, the light sharpening wins back some edge. */
export async function cutCell(sheet: Buffer, cell: number, scale: number): Promise<RgbImage> {
  const sharp = await loadSharp();
  const [left, top] = cellOrigin(cell);
  const [width, height] = [Math.round(SHEET.cellWidth * scale), Math.round(SHEET.cellHeight * scale)];
  const data = await sharp(sheet)
    .extract({ left, top, width: SHEET.cellWidth, height: SHEET.cellHeight })
    .resize(width, height, { kernel: 'lanczos3', fit: 'fill' })
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer();
  return { width, height, data };
}
