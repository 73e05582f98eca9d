import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { FileSource } from '../../../src/capture/ffmpeg/file-source.ts';
import { BmpError, decodeBmp, parseBmpHeader } from '../../../src/capture/images/bmp.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { createImage, type RgbImage } from '../../../src/core/image.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { paint, quarters, scratchFolder, seededRandom } from '../media.ts';
import { type BmpOptions, encodeBmp } from './encode-bmp.ts';

const folder = await scratchFolder();

/** What FFmpeg's own decoder makes of the same file. */
async function decodedByFfmpeg(bytes: Uint8Array): Promise<RgbImage> {
  const path = join(folder, 'picture.bmp');
  await writeFile(path, bytes);
  const parts = {
    label: path,
    path,
    recognised: true,
    cutShort: false,
    logger: silentLogger,
    clock: systemClock,
  };
  for await (const frame of new FileSource({ ...parts, options: { camera: 'c' } }).frames(
    AbortSignal.timeout(9000),
  )) {
    const image = frame.rgb();
    frame.close();
    return image;
  }
  return createImage(1, 1);
}

function colourful(width: number, height: number): RgbImage {
  const random = seededRandom(3);
  return paint(width, height, () => [random() * 256, random() * 256, random() * 256]);
}

const fourColours = quarters(21, 10);
const kinds: readonly (readonly [name: string, image: RgbImage, options: BmpOptions])[] = [
  ['1 bit', paint(19, 7, (x) => (x < 0.4 ? [0, 0, 0] : [255, 255, 255])), { bitsPerPixel: 1 }],
  ['4 bits', fourColours, { bitsPerPixel: 4 }],
  ['8 bits', colourful(13, 17), { bitsPerPixel: 8 }],
  ['8 bits, top row first', colourful(13, 17), { bitsPerPixel: 8, topDown: true }],
  ['RLE8', fourColours, { bitsPerPixel: 8, runLengths: true }],
  ['RLE4', fourColours, { bitsPerPixel: 4, runLengths: true }],
  ['24 bits', colourful(11, 5), { bitsPerPixel: 24 }],
  ['24 bits, top row first', colourful(11, 5), { bitsPerPixel: 24, topDown: true }],
  ['32 bits', colourful(10, 9), { bitsPerPixel: 32 }],
  ['32 bits with masks', colourful(10, 9), { bitsPerPixel: 32, masks: [0xff, 0xff00, 0xff0000] }],
];

describe('a bitmap', () => {
  for (const [name, image, options] of kinds) {
    it(`of ${name} comes back as it was written`, () => {
      assert.deepEqual(decodeBmp(encodeBmp(image, options)), image);
    });
  }

  for (const [name, image, options] of [
    ...kinds,
    ['16 bits', colourful(9, 9), { bitsPerPixel: 16 }] as const,
    ['16 bits, 5-6-5', colourful(9, 9), { bitsPerPixel: 16, masks: [0xf800, 0x7e0, 0x1f] }] as const,
  ]) {
    it(`of ${name} is what FFmpeg sees in it`, async () => {
      const file = encodeBmp(image, options);
      const [ours, theirs] = [decodeBmp(file), await decodedByFfmpeg(file)];
      assert.deepEqual([ours.width, ours.height], [theirs.width, theirs.height]);
      // 5 and 6 bits can be widened to 8 in more than one way.
      const tolerance = options.bitsPerPixel === 16 ? 4 : 0;
      for (const [i, value] of ours.data.entries()) {
        assert.ok(Math.abs(value - (theirs.data[i] as number)) <= tolerance, `byte ${i}`);
      }
    });
  }

  it('of the first kind of all, with 3 bytes a colour in its palette, is read', () => {
    const file = Uint8Array.from([
      ...[0x42, 0x4d, 0, 0, 0, 0, 0, 0, 0, 0, 32, 0, 0, 0],
      ...[12, 0, 0, 0, 2, 0, 1, 0, 1, 0, 1, 0],
      ...[0, 0, 200, 10, 250, 0],
      ...[0b01000000, 0, 0, 0],
    ]);
    assert.deepEqual([...decodeBmp(file).data], [200, 0, 0, 0, 250, 10]);
  });

  it('may jump within its runs, and the pixels in between are of the first colour', () => {
    const whole = encodeBmp(quarters(4, 4), { bitsPerPixel: 8, runLengths: true });
    const offset = new DataView(whole.buffer).getUint32(10, true);
    // One pixel of colour 3, right by 2 and up by 1, one of colour 1, three literal ones of the next row, the end.
    const runs = [1, 3, 0, 2, 2, 1, 1, 1, 0, 0, 0, 3, 2, 2, 2, 0, 0, 1];
    const image = decodeBmp(Uint8Array.from([...whole.subarray(0, offset), ...runs]));
    const palette = [...whole.subarray(offset - 16, offset)];
    const colour = (i: number) => [palette[i * 4 + 2], palette[i * 4 + 1], palette[i * 4]];
    const at = (x: number, y: number) => [...image.data.subarray((y * 4 + x) * 3, (y * 4 + x) * 3 + 3)];
    assert.deepEqual(at(0, 3), colour(3));
    assert.deepEqual(at(1, 3), colour(0));
    assert.deepEqual(at(3, 2), colour(1));
    assert.deepEqual([at(0, 1), at(1, 1), at(2, 1), at(3, 1)], [colour(2), colour(2), colour(2), colour(0)]);
  });

  it('may lack the padding of its last row, but no pixel', () => {
    const file = encodeBmp(quarters(11, 5), { bitsPerPixel: 24 });
    assert.deepEqual(decodeBmp(file.subarray(0, file.length - 3)), quarters(11, 5));
    assert.throws(() => decodeBmp(file.subarray(0, file.length - 4)), { reason: 'corrupt' });
  });

  it('is refused with a reason where its header makes no sense', () => {
    const file = encodeBmp(quarters(4, 4), { bitsPerPixel: 24 });
    const changed = (at: number, value: number) => {
      const copy = Uint8Array.from(file);
      new DataView(copy.buffer).setInt32(at, value, true);
      return () => parseBmpHeader(copy);
    };
    assert.throws(changed(18, 0), { reason: 'corrupt' });
    assert.throws(changed(18, -5), { reason: 'corrupt' });
    assert.throws(changed(28, 7), { reason: 'corrupt' });
    assert.throws(changed(30, 4), { reason: 'unsupported' });
    assert.throws(changed(14, 20), { reason: 'unsupported' });
    assert.throws(() => parseBmpHeader(file.subarray(0, 25)), BmpError);
    assert.throws(() => parseBmpHeader(file.subarray(0, 50)), BmpError);
  });
});
