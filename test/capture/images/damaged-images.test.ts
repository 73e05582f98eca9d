import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import sharp from 'sharp';
import { readImage } from '../../../src/capture/images/read-image.ts';
import { VitrineError } from '../../../src/core/errors.ts';
import { damage, quarters, residentMegabytes, seededRandom } from '../media.ts';
import { encodeBmp } from './encode-bmp.ts';

/** Every file is refused for one of these, or read. */
const EXPECTED = new Set(['SOURCE_EMPTY', 'SOURCE_UNSUPPORTED', 'SOURCE_CORRUPT', 'SOURCE_TOO_LARGE']);
const ROUNDS = 120;

async function samples(): Promise<Map<string, Uint8Array>> {
  const image = quarters(24, 18);
  const base = sharp(image.data, { raw: { width: 24, height: 18, channels: 3 } });
  return new Map<string, Uint8Array>([
    ['jpeg', await base.clone().jpeg().toBuffer()],
    [
      'jpeg, progressive, oriented',
      await base.clone().withMetadata({ orientation: 6 }).jpeg({ progressive: true }).toBuffer(),
    ],
    ['png', await base.clone().png().toBuffer()],
    ['png, palette, interlaced', await base.clone().png({ palette: true, progressive: true }).toBuffer()],
    ['gif', await base.clone().gif().toBuffer()],
    ['webp', await base.clone().webp().toBuffer()],
    ['webp, lossless', await base.clone().webp({ lossless: true }).toBuffer()],
    ['tiff', await base.clone().tiff().toBuffer()],
    ['tiff, LZW', await base.clone().tiff({ compression: 'lzw' }).toBuffer()],
    ['bmp, 24 bits', encodeBmp(image, { bitsPerPixel: 24 })],
    ['bmp, RLE', encodeBmp(image, { bitsPerPixel: 8, runLengths: true })],
  ]);
}

/** The code with which a damaged file is refused; undefined if it was read. */
async function outcome(bytes: Uint8Array): Promise<string | undefined> {
  try {
    const image = await readImage(bytes, { maxMegapixels: 0.5 });
    assert.equal(image.data.length, image.width * image.height * 3);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof VitrineError, `not one of ours: ${String(error)}`);
    assert.ok(EXPECTED.has(error.code), `${error.code}: ${error.message}`);
    assert.doesNotMatch(error.message, /[^\x20-\x7e×]/);
    return error.code;
  }
}

describe('damaged pictures', () => {
  it('are read or refused with a code, thousands of them, without a leak', async () => {
    const random = seededRandom(20_260_101);
    const formats = await samples();
    const refused = new Map<string, number>();
    let first = 0;
    for (let pass = 0; pass < 3; pass++) {
      for (const [name, original] of formats) {
        for (let round = 0; round < ROUNDS; round += 4) {
          const copies = Array.from({ length: 4 }, () => damage(damage(original, random), random));
          const codes = await Promise.all(copies.map(outcome));
          refused.set(name, (refused.get(name) ?? 0) + codes.filter((code) => code !== undefined).length);
        }
      }
      if (pass === 1) first = residentMegabytes();
    }
    const growth = residentMegabytes() - first;
    // The heap and the libraries' pools have their size by then; one leaked picture of half a megapixel is 1.5 MB.
    assert.ok(growth < 60, `resident memory grew by ${growth.toFixed(1)} MB in the last of three passes`);
    for (const [name, count] of refused) assert.ok(count > 0, `no damage to ${name} was noticed`);
  });

  it('that are only random bytes behind a right beginning are refused', async () => {
    const random = seededRandom(7);
    for (const original of (await samples()).values()) {
      for (const kept of [4, 12, 26, 54]) {
        const bytes = Uint8Array.from({ length: 400 }, (_, i) =>
          i < kept ? (original[i] as number) : Math.floor(random() * 256),
        );
        await outcome(bytes);
      }
    }
  });
});
