import type { RgbImage } from '../../../src/core/image.ts';

export interface BmpOptions {
  readonly bitsPerPixel: 1 | 4 | 8 | 16 | 24 | 32;
  readonly topDown?: boolean;
  /** RLE8 or RLE4. */
  readonly runLengths?: boolean;
  /** 16 or 32 bits with these masks for red, green, blue. */
  readonly masks?: readonly [number, number, number];
}

type Colour = readonly [number, number, number];

/** Writes bitmaps of every kind the decoder knows; only the first 2^bits colours of palette pictures survive. */
export function encodeBmp(image: RgbImage, options: BmpOptions): Uint8Array {
  const { bitsPerPixel: bits, masks } = options;
  const palette = bits <= 8 ? paletteOf(image).slice(0, 1 << bits) : [];
  const pixels = options.runLengths ? runLengths(image, palette, bits) : plainRows(image, palette, options);
  const offset = 54 + (masks ? 12 : 0) + palette.length * 4;
  const file = new Uint8Array(offset + pixels.length);
  const view = new DataView(file.buffer);
  file.set([0x42, 0x4d]);
  view.setUint32(2, file.length, true);
  view.setUint32(10, offset, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, image.width, true);
  view.setInt32(22, options.topDown ? -image.height : image.height, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, bits, true);
  view.setUint32(30, options.runLengths ? (bits === 8 ? 1 : 2) : masks ? 3 : 0, true);
  view.setUint32(46, palette.length, true);
  for (const [i, mask] of (masks ?? []).entries()) view.setUint32(54 + i * 4, mask, true);
  for (const [i, [r, g, b]] of palette.entries()) file.set([b, g, r, 0], offset - (palette.length - i) * 4);
  file.set(pixels, offset);
  return file;
}

function colourAt(image: RgbImage, x: number, y: number): Colour {
  const at = (y * image.width + x) * 3;
  return [image.data[at] ?? 0, image.data[at + 1] ?? 0, image.data[at + 2] ?? 0];
}

function paletteOf(image: RgbImage): Colour[] {
  const known = new Map<string, Colour>();
  for (let y = 0; y < image.height; y++) {
    for (let x = 0; x < image.width; x++) {
      const colour = colourAt(image, x, y);
      known.set(colour.join(), colour);
    }
  }
  return [...known.values()];
}

function indexOf(palette: readonly Colour[], colour: Colour): number {
  return Math.max(
    0,
    palette.findIndex((known) => known.join() === colour.join()),
  );
}

function plainRows(image: RgbImage, palette: readonly Colour[], options: BmpOptions): Uint8Array {
  const { bitsPerPixel: bits, topDown } = options;
  const stride = Math.ceil((image.width * bits) / 32) * 4;
  const out = new Uint8Array(stride * image.height);
  for (let row = 0; row < image.height; row++) {
    const y = topDown ? row : image.height - 1 - row;
    for (let x = 0; x < image.width; x++) {
      const colour = colourAt(image, x, y);
      const at = row * stride;
      if (bits <= 8) {
        const bit = x * bits;
        const byte = at + (bit >> 3);
        out[byte] = (out[byte] as number) | (indexOf(palette, colour) << (8 - bits - (bit & 7)));
      } else if (bits === 24) {
        out.set([colour[2], colour[1], colour[0]], at + x * 3);
      } else {
        const value = packed(
          colour,
          options.masks ?? (bits === 16 ? [0x7c00, 0x3e0, 0x1f] : [0xff0000, 0xff00, 0xff]),
        );
        for (let i = 0; i < bits / 8; i++) out[at + (x * bits) / 8 + i] = (value >>> (8 * i)) & 255;
      }
    }
  }
  return out;
}

function packed(colour: Colour, masks: readonly [number, number, number]): number {
  return masks.reduce((sum, mask, c) => {
    const shift = 31 - Math.clz32(mask & -mask);
    return (sum | (Math.round(((colour[c] ?? 0) / 255) * (mask >>> shift)) << shift)) >>> 0;
  }, 0);
}

/** Runs of up to 255 equal pixels; a row end after each row; a picture end. */
function runLengths(image: RgbImage, palette: readonly Colour[], bits: number): Uint8Array {
  const out: number[] = [];
  for (let y = image.height - 1; y >= 0; y--) {
    for (let x = 0; x < image.width; ) {
      const index = indexOf(palette, colourAt(image, x, y));
      let run = 1;
      while (x + run < image.width && run < 255 && indexOf(palette, colourAt(image, x + run, y)) === index)
        run++;
      out.push(run, bits === 8 ? index : (index << 4) | index);
      x += run;
    }
    out.push(0, 0);
  }
  out.push(0, 1);
  return Uint8Array.from(out);
}
