import { createImage, type RgbImage } from '../../core/image.ts';

/**
 * Windows bitmaps: sharp has no decoder for them. Layout (little endian, offsets in bytes), after Microsoft's
 * BITMAPFILEHEADER, BITMAPCOREHEADER and BITMAPINFOHEADER…BITMAPV5HEADER:
 *   0 'BM' · 10 offset of the pixels · 14 size of the information header, which follows:
 *   12-byte header: 18 width u16 · 20 height u16 · 24 bits per pixel u16, palette of 3 bytes a colour
 *   else: 18 width i32 · 22 height i32 (negative: top row first) · 28 bits per pixel u16 · 30 compression u32 ·
 *         46 colours in the palette u32 · 54 masks for red, green, blue (u32 each), palette of 4 bytes a colour
 * Rows are padded to 4 bytes; without compression the bottom row comes first.
 */
export interface BmpHeader {
  readonly width: number;
  readonly height: number;
  readonly bitsPerPixel: number;
  readonly compression: number;
  readonly topDown: boolean;
  readonly pixelOffset: number;
  readonly paletteOffset: number;
  readonly paletteEntry: 3 | 4;
  readonly paletteLength: number;
  /** Red, green, blue for 16 and 32 bits. */
  readonly masks: readonly [number, number, number];
}

const RGB = 0;
const RLE8 = 1;
const RLE4 = 2;
const BITFIELDS = 3;
const ALPHA_BITFIELDS = 6;

/** Why a bitmap cannot be read; `images/read-image.ts` makes it a VitrineError. */
export class BmpError extends Error {
  readonly reason: 'unsupported' | 'corrupt';

  constructor(reason: 'unsupported' | 'corrupt', message: string) {
    super(message);
    this.reason = reason;
  }
}

/** Bytes that `parseBmpHeader` looks at. */
export const BMP_HEADER_BYTES = 66;

/** Throws BmpError on a header that is cut short or contradicts itself. */
export function parseBmpHeader(file: Uint8Array): BmpHeader {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (view.byteLength < 26) throw new BmpError('corrupt', 'the header is cut short');
  const headerSize = view.getUint32(14, true);
  if (headerSize !== 12 && headerSize < 40) throw new BmpError('unsupported', 'an OS/2 header of this kind');
  if (headerSize !== 12 && view.byteLength < 54) throw new BmpError('corrupt', 'the header is cut short');
  const header = headerSize === 12 ? parseCore(view) : parseInfo(view, headerSize);
  if (header.width < 1 || header.height < 1) throw new BmpError('corrupt', 'it has no width or no height');
  checkDepth(header);
  return header;
}

function parseCore(view: DataView): BmpHeader {
  const bitsPerPixel = view.getUint16(24, true);
  return {
    width: view.getUint16(18, true),
    height: view.getUint16(20, true),
    bitsPerPixel,
    compression: RGB,
    topDown: false,
    pixelOffset: view.getUint32(10, true),
    paletteOffset: 26,
    paletteEntry: 3,
    paletteLength: bitsPerPixel <= 8 ? 1 << bitsPerPixel : 0,
    masks: defaultMasks(bitsPerPixel),
  };
}

function parseInfo(view: DataView, headerSize: number): BmpHeader {
  const signedHeight = view.getInt32(22, true);
  const bitsPerPixel = view.getUint16(28, true);
  const compression = view.getUint32(30, true);
  const bitfields = compression === BITFIELDS || compression === ALPHA_BITFIELDS;
  if (bitfields && view.byteLength < BMP_HEADER_BYTES)
    throw new BmpError('corrupt', 'the header is cut short');
  const colours = view.getUint32(46, true);
  const full = bitsPerPixel <= 8 ? 1 << bitsPerPixel : 0;
  const maskBytes = headerSize === 40 && bitfields ? (compression === BITFIELDS ? 12 : 16) : 0;
  return {
    width: view.getInt32(18, true),
    height: Math.abs(signedHeight),
    bitsPerPixel,
    compression,
    topDown: signedHeight < 0,
    pixelOffset: view.getUint32(10, true),
    paletteOffset: 14 + headerSize + maskBytes,
    paletteEntry: 4,
    paletteLength: colours === 0 ? full : Math.min(colours, full),
    masks: bitfields
      ? [view.getUint32(54, true), view.getUint32(58, true), view.getUint32(62, true)]
      : defaultMasks(bitsPerPixel),
  };
}

function defaultMasks(bitsPerPixel: number): readonly [number, number, number] {
  return bitsPerPixel === 16 ? [0x7c00, 0x03e0, 0x001f] : [0xff0000, 0x00ff00, 0x0000ff];
}

const DEPTHS: Readonly<Record<number, readonly number[]>> = {
  [RGB]: [1, 2, 4, 8, 16, 24, 32],
  [RLE8]: [8],
  [RLE4]: [4],
  [BITFIELDS]: [16, 32],
  [ALPHA_BITFIELDS]: [16, 32],
};

function checkDepth(header: BmpHeader): void {
  const depths = DEPTHS[header.compression];
  if (depths === undefined) throw new BmpError('unsupported', `compression ${header.compression}`);
  if (!depths.includes(header.bitsPerPixel)) {
    throw new BmpError('corrupt', `${header.bitsPerPixel} bits a pixel do not go with its compression`);
  }
}

/** Decodes the whole file; alpha is dropped, because most writers leave that byte undefined. Throws BmpError. */
export function decodeBmp(file: Uint8Array): RgbImage {
  const header = parseBmpHeader(file);
  if (header.compression === RLE8 || header.compression === RLE4) return decodeRunLengths(file, header);
  const rowBytes = Math.ceil((header.width * header.bitsPerPixel) / 32) * 4;
  if (header.pixelOffset + rowBytes * header.height > file.length + rowBytes - usedBytes(header)) {
    throw new BmpError('corrupt', 'the pixels are cut short');
  }
  const image = createImage(header.width, header.height);
  const readRow = rowReader(file, header, image);
  for (let row = 0; row < header.height; row++) {
    const y = header.topDown ? row : header.height - 1 - row;
    readRow(header.pixelOffset + row * rowBytes, y * header.width * 3);
  }
  return image;
}

/** Bytes of a row that hold pixels: the padding of the last row may be missing. */
function usedBytes(header: BmpHeader): number {
  return Math.ceil((header.width * header.bitsPerPixel) / 8);
}

type RowReader = (from: number, to: number) => void;

function rowReader(file: Uint8Array, header: BmpHeader, image: RgbImage): RowReader {
  if (header.bitsPerPixel <= 8) return indexedRow(file, header, image);
  if (header.bitsPerPixel === 24) return trueColourRow(file, header, image);
  return maskedRow(file, header, image);
}

function trueColourRow(file: Uint8Array, header: BmpHeader, image: RgbImage): RowReader {
  return (from, to) => {
    for (let x = 0, i = from, o = to; x < header.width; x++, i += 3, o += 3) {
      image.data[o] = file[i + 2] as number;
      image.data[o + 1] = file[i + 1] as number;
      image.data[o + 2] = file[i] as number;
    }
  };
}

function indexedRow(file: Uint8Array, header: BmpHeader, image: RgbImage): RowReader {
  const palette = readPalette(file, header);
  const bits = header.bitsPerPixel;
  const mask = (1 << bits) - 1;
  return (from, to) => {
    for (let x = 0, o = to; x < header.width; x++, o += 3) {
      const bit = x * bits;
      const index = ((file[from + (bit >> 3)] as number) >> (8 - bits - (bit & 7))) & mask;
      image.data.set(palette.subarray(index * 3, index * 3 + 3), o);
    }
  };
}

/** 256 colours of 3 bytes; indices beyond the stored palette are black. */
function readPalette(file: Uint8Array, header: BmpHeader): Uint8Array {
  const palette = new Uint8Array(256 * 3);
  for (let i = 0; i < header.paletteLength; i++) {
    const at = header.paletteOffset + i * header.paletteEntry;
    palette[i * 3] = file[at + 2] ?? 0;
    palette[i * 3 + 1] = file[at + 1] ?? 0;
    palette[i * 3 + 2] = file[at] ?? 0;
  }
  return palette;
}

/** 16 and 32 bits: each channel is a run of bits, widened to 0…255. */
function maskedRow(file: Uint8Array, header: BmpHeader, image: RgbImage): RowReader {
  const channels = header.masks.map((mask) => {
    const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
    return { mask, shift, factor: mask === 0 ? 0 : 255 / (mask >>> shift) };
  });
  const bytes = header.bitsPerPixel / 8;
  return (from, to) => {
    for (let x = 0, i = from, o = to; x < header.width; x++, i += bytes, o += 3) {
      let value = (file[i] as number) | ((file[i + 1] as number) << 8);
      if (bytes === 4) value |= ((file[i + 2] as number) << 16) | ((file[i + 3] as number) << 24);
      for (const [c, { mask, shift, factor }] of channels.entries()) {
        image.data[o + c] = Math.round(((value & mask) >>> shift) * factor);
      }
    }
  };
}

/**
 * RLE4 and RLE8: pairs (count, value) repeat a value; (0, 0) ends a row, (0, 1) the picture, (0, 2) moves by the next
 * two bytes, (0, n ≥ 3) is followed by n literal pixels, padded to 16 bits. Pixels that are skipped take colour 0.
 */
function decodeRunLengths(file: Uint8Array, header: BmpHeader): RgbImage {
  const indices = new Uint8Array(header.width * header.height);
  const nibbles = header.compression === RLE4;
  let at = header.pixelOffset;
  let x = 0;
  let row = 0;
  const put = (index: number) => {
    if (x < header.width && row < header.height) indices[row * header.width + x] = index;
    x++;
  };
  const pick = (byte: number, k: number) => (nibbles ? (k % 2 === 0 ? byte >> 4 : byte & 15) : byte);
  for (;;) {
    const count = file[at++];
    const value = file[at++];
    if (count === undefined || value === undefined) throw new BmpError('corrupt', 'the pixels are cut short');
    if (count > 0) {
      for (let k = 0; k < count; k++) put(pick(value, k));
    } else if (value === 0) {
      x = 0;
      row++;
    } else if (value === 1) {
      break;
    } else if (value === 2) {
      x += file[at++] ?? 0;
      row += file[at++] ?? 0;
    } else {
      const bytes = nibbles ? Math.ceil(value / 2) : value;
      for (let k = 0; k < value; k++) put(pick(file[at + (nibbles ? k >> 1 : k)] ?? 0, k));
      at += bytes + (bytes % 2);
    }
  }
  return paint(indices, file, header);
}

function paint(indices: Uint8Array, file: Uint8Array, header: BmpHeader): RgbImage {
  const palette = readPalette(file, header);
  const image = createImage(header.width, header.height);
  for (let row = 0; row < header.height; row++) {
    const y = header.topDown ? row : header.height - 1 - row;
    for (let x = 0; x < header.width; x++) {
      const index = indices[row * header.width + x] as number;
      image.data.set(palette.subarray(index * 3, index * 3 + 3), (y * header.width + x) * 3);
    }
  }
  return image;
}
