import { open, readFile } from 'node:fs/promises';
import sharp, { type OutputInfo } from 'sharp';
import { VitrineError } from '../../core/errors.ts';
import type { RgbImage } from '../../core/image.ts';
import { type ImageFormat, mediaTypeOfName, SNIFF_BYTES, sniffMedia } from '../media-type.ts';
import { fitWithin, scaleImage } from '../scale.ts';
import { BmpError, decodeBmp, parseBmpHeader } from './bmp.ts';
import { toGreyscale } from './greyscale.ts';

/** A picture is read once: libvips' cache of recent operations would only hold memory (and pixels). */
sharp.cache(false);

export interface ReadImageOptions {
  /** Largest picture accepted, in millions of pixels; default 120. */
  readonly maxMegapixels?: number;
  /** Longest side in pixels; larger pictures are scaled down (cheaper than decoding the whole for JPEG and WebP). */
  readonly maxSide?: number;
  /** Luma in all three channels. */
  readonly greyscale?: boolean;
  /** What messages call the picture; default the path, or "the picture". */
  readonly label?: string;
}

export const DEFAULT_MAX_MEGAPIXELS = 120;

/**
 * Reads a still picture (JPEG, PNG, WebP, GIF, TIFF, BMP, AVIF; the first page of several), turned upright by its EXIF
 * orientation, as 8-bit sRGB whatever it was (grey, palette, 16 bit, CMYK). Transparent parts are laid on white: they
 * are almost always a background that was cut away, and dark hair, which detectors and descriptors need the outline
 * of, would melt into black.
 *
 * Throws VitrineError: SOURCE_NOT_FOUND, SOURCE_EMPTY, SOURCE_UNSUPPORTED (not a picture), SOURCE_CORRUPT (damaged or
 * cut short; data after the picture's end is no damage), SOURCE_TOO_LARGE (by its header, before decoding).
 */
export async function readImage(
  input: string | Uint8Array,
  options: ReadImageOptions = {},
): Promise<RgbImage> {
  const label = options.label ?? (typeof input === 'string' ? input : 'the picture');
  const job: ReadJob = { input, label, options };
  const format = await imageFormat(job);
  return format === 'bmp' ? readBmp(job) : readWithSharp(job);
}

interface ReadJob {
  readonly input: string | Uint8Array;
  readonly label: string;
  readonly options: ReadImageOptions;
}

async function imageFormat({ input, label }: ReadJob): Promise<ImageFormat> {
  const head = typeof input === 'string' ? await readHead(input, label) : input.subarray(0, SNIFF_BYTES);
  if (head.length === 0) throw new VitrineError('SOURCE_EMPTY', `${label} is empty`);
  const media = sniffMedia(head);
  if (media?.kind === 'image') return media.format;
  if (media === undefined && typeof input === 'string' && mediaTypeOfName(input)?.kind === 'image') {
    throw new VitrineError(
      'SOURCE_CORRUPT',
      `${label} has the name of a picture but does not begin like one`,
    );
  }
  throw new VitrineError('SOURCE_UNSUPPORTED', `${label} is not a picture`);
}

/** The first bytes of a file. Throws SOURCE_NOT_FOUND and SOURCE_UNSUPPORTED. */
export async function readHead(path: string, label = path): Promise<Uint8Array> {
  try {
    await using file = await open(path);
    const buffer = new Uint8Array(SNIFF_BYTES);
    const { bytesRead } = await file.read(buffer, 0, SNIFF_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    throw unreadable(error, label);
  }
}

function unreadable(error: unknown, label: string): VitrineError {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new VitrineError('SOURCE_NOT_FOUND', `${label} does not exist`, { cause: error });
  }
  const reason = code === 'EISDIR' ? 'is a folder' : `cannot be read (${code ?? 'unknown reason'})`;
  return new VitrineError('SOURCE_UNSUPPORTED', `${label} ${reason}`, { cause: error });
}

async function readWithSharp({ input, label, options }: ReadJob): Promise<RgbImage> {
  // Damage that leaves pixels undefined fails; harmless oddities of many cameras' files ('warning') pass.
  const settings = { failOn: 'error', limitInputPixels: false } as const;
  try {
    const { width, height } = await sharp(input, settings).metadata();
    refuseTooLarge({ width, height }, { label, options });
    let pipeline = sharp(input, settings).autoOrient();
    if (options.maxSide !== undefined) {
      const side = options.maxSide;
      pipeline = pipeline.resize(side, side, { fit: 'inside', withoutEnlargement: true });
    }
    pipeline = pipeline.flatten({ background: '#fff' }).toColourspace('srgb').raw({ depth: 'uchar' });
    const { data, info } = await pipeline.toBuffer({ resolveWithObject: true });
    const image = asRgb(data, info);
    return options.greyscale === true ? toGreyscale(image) : image;
  } catch (error) {
    throw sharpFailure(error, label);
  }
}

function asRgb(data: Uint8Array, info: OutputInfo): RgbImage {
  const { width, height, channels } = info;
  if (channels !== 3) throw new Error(`unexpected number of channels: ${channels}`);
  return { width, height, data };
}

function refuseTooLarge(
  size: { readonly width: number; readonly height: number },
  { label, options }: Pick<ReadJob, 'label' | 'options'>,
): void {
  const limit = options.maxMegapixels ?? DEFAULT_MAX_MEGAPIXELS;
  const megapixels = (size.width * size.height) / 1e6;
  if (megapixels <= limit) return;
  const shown = `${size.width} × ${size.height} pixels, the limit is ${limit} megapixels`;
  throw new VitrineError('SOURCE_TOO_LARGE', `${label} has ${shown}`);
}

function sharpFailure(error: unknown, label: string): VitrineError {
  if (error instanceof VitrineError) return error;
  const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
  return new VitrineError('SOURCE_CORRUPT', `${label} is damaged: ${plain(reason)}`, { cause: error });
}

/** Library messages may quote bytes of the file: only printable ones, and not too many. */
function plain(text: string): string {
  return text
    .replaceAll(/[^\x20-\x7e]+/g, ' ')
    .trim()
    .slice(0, 120);
}

async function readBmp({ input, label, options }: ReadJob): Promise<RgbImage> {
  try {
    const head = typeof input === 'string' ? await readHead(input, label) : input;
    refuseTooLarge(parseBmpHeader(head), { label, options });
    const image = decodeBmp(typeof input === 'string' ? await readFile(input) : input);
    const { width, height } = fitWithin(image, options.maxSide);
    const sized = width === image.width ? image : scaleImage(image, width, height);
    return options.greyscale === true ? toGreyscale(sized) : sized;
  } catch (error) {
    if (error instanceof VitrineError) throw error;
    if (!(error instanceof BmpError)) throw unreadable(error, label);
    const code = error.reason === 'corrupt' ? 'SOURCE_CORRUPT' : 'SOURCE_UNSUPPORTED';
    throw new VitrineError(code, `${label} is a bitmap that cannot be read: ${error.message}`, {
      cause: error,
    });
  }
}
