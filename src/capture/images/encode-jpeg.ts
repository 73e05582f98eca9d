import sharp from 'sharp';
import type { RgbImage } from '../../core/image.ts';

/** The picture as JPEG (baseline, 4:2:0); `quality` 1 to 100. Encodes off the JavaScript thread. */
export async function encodeJpeg(image: RgbImage, quality = 85): Promise<Buffer> {
  const { width, height, data } = image;
  return sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality })
    .toBuffer();
}
