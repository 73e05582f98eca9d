import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import sharp, { type Sharp } from 'sharp';
import { encodeJpeg } from '../../../src/capture/images/encode.ts';
import { imageFrame } from '../../../src/capture/images/image-frame.ts';
import { type ReadImageOptions, readImage } from '../../../src/capture/images/read-image.ts';
import type { RgbImage } from '../../../src/core/image.ts';
import {
  BLUE,
  GREEN,
  largestDifference,
  quarterColours,
  quarters,
  RED,
  scratchFolder,
  YELLOW,
} from '../media.ts';
import { encodeBmp } from './encode-bmp.ts';

const folder = await scratchFolder();
const upright = [RED, GREEN, BLUE, YELLOW];

function encoder(image: RgbImage = quarters(40, 30)): Sharp {
  return sharp(image.data, { raw: { width: image.width, height: image.height, channels: 3 } });
}

function assertColours(image: RgbImage, colours: readonly (readonly number[])[], tolerance = 12): void {
  const gap = largestDifference(quarterColours(image), colours);
  assert.ok(gap <= tolerance, `off by ${gap}: ${JSON.stringify(quarterColours(image))}`);
}

async function refused(
  input: string | Uint8Array,
  code: string,
  options: ReadImageOptions = {},
): Promise<string> {
  let message = '';
  await assert.rejects(readImage(input, options), (error: Error & { code?: string }) => {
    message = error.message;
    assert.equal(error.code, code, message);
    return true;
  });
  return message;
}

describe('reading a picture', () => {
  const formats: readonly (readonly [name: string, encode: (from: Sharp) => Promise<Uint8Array>])[] = [
    ['JPEG', (from) => from.jpeg({ quality: 95 }).toBuffer()],
    ['progressive JPEG', (from) => from.jpeg({ quality: 95, progressive: true }).toBuffer()],
    ['JPEG in CMYK', (from) => from.toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer()],
    ['PNG', (from) => from.png().toBuffer()],
    ['PNG with a palette', (from) => from.png({ palette: true }).toBuffer()],
    ['PNG with 16 bits', (from) => from.toColourspace('rgb16').png().toBuffer()],
    ['WebP', (from) => from.webp({ quality: 95 }).toBuffer()],
    ['GIF', (from) => from.gif().toBuffer()],
    ['TIFF', (from) => from.tiff({ compression: 'lzw' }).toBuffer()],
    ['TIFF with 16 bits', (from) => from.toColourspace('rgb16').tiff({ compression: 'deflate' }).toBuffer()],
    ['BMP', async () => encodeBmp(quarters(40, 30), { bitsPerPixel: 24 })],
  ];
  for (const [name, encode] of formats) {
    it(`gives 8-bit RGB from ${name}, from memory and from a file`, async () => {
      const bytes = await encode(encoder());
      const image = await readImage(bytes);
      assert.deepEqual([image.width, image.height, image.data.length], [40, 30, 40 * 30 * 3]);
      // Inks cannot print the brightest of these colours.
      assertColours(image, upright, name.includes('CMYK') ? 90 : 12);
      const path = join(folder, 'no-extension');
      await writeFile(path, bytes);
      assert.deepEqual(await readImage(path), image);
    });
  }

  it('makes three channels of grey ones', async () => {
    const image = await readImage(await encoder().greyscale().png().toBuffer());
    assert.equal(image.data.length, 40 * 30 * 3);
    assert.ok(image.data.every((value, i) => value === image.data[i - (i % 3)]));
  });

  const orientations = [
    [1, upright],
    [2, [GREEN, RED, YELLOW, BLUE]],
    [3, [YELLOW, BLUE, GREEN, RED]],
    [4, [BLUE, YELLOW, RED, GREEN]],
    [5, [RED, BLUE, GREEN, YELLOW]],
    [6, [BLUE, RED, YELLOW, GREEN]],
    [7, [YELLOW, GREEN, BLUE, RED]],
    [8, [GREEN, YELLOW, RED, BLUE]],
  ] as const;
  for (const [orientation, colours] of orientations) {
    it(`turns EXIF orientation ${orientation} upright`, async () => {
      const jpeg = await encoder().jpeg({ quality: 95 }).withMetadata({ orientation }).toBuffer();
      const image = await readImage(jpeg);
      assert.deepEqual([image.width, image.height], orientation >= 5 ? [30, 40] : [40, 30]);
      assertColours(image, colours);
      const small = await readImage(jpeg, { maxSide: 20 });
      assert.deepEqual([small.width, small.height], orientation >= 5 ? [15, 20] : [20, 15]);
      assertColours(small, colours);
    });
  }

  it('lays what is transparent on white', async () => {
    const clear = {
      create: { width: 4, height: 4, channels: 4, background: { r: 9, g: 9, b: 9, alpha: 0 } },
    } as const;
    const { data } = await readImage(await sharp(clear).png().toBuffer());
    assert.ok(data.every((value) => value === 255));
  });

  it('takes the first page of several', async () => {
    const pages = Buffer.concat([quarters(40, 30).data, new Uint8Array(40 * 30 * 3)]);
    const raw = { width: 40, height: 60, channels: 3, pageHeight: 30 } as const;
    for (const bytes of [
      await sharp(pages, { raw }).gif().toBuffer(),
      await sharp(pages, { raw }).webp().toBuffer(),
    ]) {
      const image = await readImage(bytes);
      assert.deepEqual([image.width, image.height], [40, 30]);
      assertColours(image, upright);
    }
  });

  it('throws the colour away if asked to', async () => {
    for (const bytes of [
      await encoder().png().toBuffer(),
      encodeBmp(quarters(40, 30), { bitsPerPixel: 24 }),
    ]) {
      const image = await readImage(bytes, { greyscale: true });
      const luma = upright.map(([r, g, b]) => Math.round(0.299 * r + 0.587 * g + 0.114 * b));
      assertColours(
        image,
        luma.map((value) => [value, value, value]),
        1,
      );
    }
  });

  it('scales down to the longest side, never up', async () => {
    for (const bytes of [
      await encoder().jpeg({ quality: 95 }).toBuffer(),
      encodeBmp(quarters(40, 30), { bitsPerPixel: 24 }),
    ]) {
      const small = await readImage(bytes, { maxSide: 20 });
      assert.deepEqual([small.width, small.height], [20, 15]);
      assertColours(small, upright);
      assert.equal((await readImage(bytes, { maxSide: 1000 })).width, 40);
    }
  });
});

describe('a picture that cannot be read', () => {
  it('is absent, a folder, empty, or no picture', async () => {
    await refused(join(folder, 'absent.jpg'), 'SOURCE_NOT_FOUND');
    await refused(join(folder, 'absent', 'deeper.jpg'), 'SOURCE_NOT_FOUND');
    await refused(folder, 'SOURCE_UNSUPPORTED');
    await refused(new Uint8Array(0), 'SOURCE_EMPTY');
    await refused(Buffer.from('test\n'), 'SOURCE_UNSUPPORTED');
    await refused(
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
      'SOURCE_UNSUPPORTED',
    );
    await refused(Buffer.from('%PDF-1.7\n'), 'SOURCE_UNSUPPORTED');
    const text = join(folder, 'text.png');
    await writeFile(text, 'test\n');
    await refused(text, 'SOURCE_CORRUPT');
  });

  it('is cut short, wherever', async () => {
    const noisy = encoder(quarters(200, 150));
    for (const whole of [
      await noisy.clone().jpeg().toBuffer(),
      await noisy.clone().jpeg({ progressive: true }).toBuffer(),
      await noisy.clone().png({ compressionLevel: 1 }).toBuffer(),
      await noisy.clone().webp().toBuffer(),
      await noisy.clone().tiff({ compression: 'none' }).toBuffer(),
      encodeBmp(quarters(200, 150), { bitsPerPixel: 24 }),
    ]) {
      for (const share of [0.1, 0.5, 0.9]) {
        await refused(whole.subarray(0, Math.floor(whole.length * share)), 'SOURCE_CORRUPT');
      }
    }
  });

  it('is not one with something behind its end', async () => {
    for (const whole of [await encoder().jpeg().toBuffer(), await encoder().png().toBuffer()]) {
      const image = await readImage(Buffer.concat([whole, Buffer.from('appended by a camera '.repeat(50))]));
      assert.equal(image.width, 40);
    }
  });

  it('is larger than the limit, told by its header alone', async () => {
    const jpeg = await encoder().jpeg().toBuffer();
    const bmp = encodeBmp(quarters(40, 30), { bitsPerPixel: 24 });
    for (const bytes of [jpeg, bmp]) {
      assert.match(await refused(bytes, 'SOURCE_TOO_LARGE', { maxMegapixels: 0.001 }), /40 × 30 pixels/);
    }
    // A bomb: 20,000 × 20,000 in some 100 bytes, of which no row could be decoded.
    const bomb = Uint8Array.from(await encoder().png().toBuffer());
    new DataView(bomb.buffer).setUint32(16, 20_000);
    new DataView(bomb.buffer).setUint32(20, 20_000);
    const repaired = withPngChecksum(bomb);
    const before = process.memoryUsage().rss;
    await refused(repaired, 'SOURCE_TOO_LARGE');
    assert.ok(process.memoryUsage().rss - before < 100e6, 'nothing of that size is allocated');
  });

  it('is named as its owner calls it', async () => {
    assert.match(
      await refused(Buffer.from('x'), 'SOURCE_UNSUPPORTED', { label: 'upload.png' }),
      /^upload\.png /,
    );
    assert.match(await refused(Buffer.from('x'), 'SOURCE_UNSUPPORTED'), /^the picture /);
  });
});

/** The IHDR chunk's checksum (CRC-32 of type and data) made right again. */
function withPngChecksum(png: Uint8Array): Uint8Array {
  let crc = 0xffffffff;
  for (const byte of png.subarray(12, 29)) {
    crc ^= byte;
    for (let k = 0; k < 8; k++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  new DataView(png.buffer, png.byteOffset).setUint32(29, (crc ^ 0xffffffff) >>> 0);
  return png;
}

describe('a picture as a frame', () => {
  it('shows itself, whole and scaled', () => {
    const image = quarters(40, 30);
    const frame = imageFrame(image, { camera: 'door', capturedAt: 1000, sequence: 3, mediaTime: 1.5 });
    assert.equal(frame.rgb(), image);
    const small = frame.scaled(8, 6);
    assert.deepEqual([small.width, small.height], [8, 6]);
    assertColours(small, upright, 0);
    frame.close();
    assert.deepEqual(
      [frame.camera, frame.sequence, frame.capturedAt, frame.mediaTime],
      ['door', 3, 1000, 1.5],
    );
  });
});

describe('encoding a JPEG', () => {
  it('gives a picture that reads back alike, smaller at a lower quality', async () => {
    const image = quarters(160, 120);
    const [fine, coarse] = [await encodeJpeg(image, 92), await encodeJpeg(image, 20)];
    assertColours(await readImage(fine), upright, 6);
    assert.ok(coarse.length < fine.length);
  });
});

const samples = fileURLToPath(
  new URL('../../../../shared/samples/compreface/embedding-calculator/', import.meta.url),
);

describe('the sample pictures', { skip: !existsSync(samples) && 'no samples here' }, () => {
  const formats = join(samples, 'src/services/imgtools/test/files');
  it('show the same man in six formats', async () => {
    const reference = await readImage(join(formats, 'einstein.png'));
    for (const name of ['einstein.bmp', 'einstein.gif', 'einstein.jpeg', 'einstein.tiff', 'einstein.webp']) {
      const image = await readImage(join(formats, name));
      assert.deepEqual([image.width, image.height], [reference.width, reference.height], name);
      const sum = image.data.reduce(
        (total, value, i) => total + Math.abs(value - (reference.data[i] as number)),
        0,
      );
      assert.ok(sum / image.data.length < 6, `${name} differs by ${sum / image.data.length} on average`);
    }
  });

  it('that are damaged are called so', async () => {
    for (const name of ['corrupted.png', 'empty.png', 'truncated.jpg']) {
      await refused(join(formats, name), 'SOURCE_CORRUPT');
    }
  });

  it('of 36 megapixels are read whole, and smaller where that is enough', async (t) => {
    const path = join(samples, 'sample_images/001_A.jpg');
    const from = performance.now();
    const image = await readImage(path);
    t.diagnostic(`4912 × 7360 JPEG: ${(performance.now() - from).toFixed(0)} ms`);
    assert.deepEqual([image.width, image.height], [4912, 7360]);
    const small = await readImage(path, { maxSide: 1920 });
    assert.deepEqual([small.width, small.height], [1281, 1920]);
  });
});
