import sharp, { type Sharp } from 'sharp';
import type { RgbImage } from '../../core/image.ts';

/** Encoding runs off the JavaScript thread. */

/** The picture as JPEG (baseline, 4:2:0); `quality` 1 to 100. */
export async function encodeJpeg(image: RgbImage, quality = 85): Promise<Buffer> {
  return raw(image).jpeg({ quality }).toBuffer();
}

/** The picture as PNG, without loss. */
export async function encodePng(image: RgbImage): Promise<Buffer> {
  return raw(image).png().toBuffer();
}

function raw({ width, height, data }: RgbImage): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 } });
}
