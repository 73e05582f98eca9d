import { AV_FRAME_DATA_DISPLAYMATRIX } from 'node-av/constants';
import type { Frame as AvFrame } from 'node-av/lib';
import { fitWithin } from '../scale.ts';

/** How a decoded picture is to be changed before anyone sees it. */
export interface PictureShape {
  readonly maxSide: number | undefined;
  readonly greyscale: boolean;
}

/** A filter of FFmpeg's and its arguments. */
export type FilterStep = readonly [name: string, args: string];

/**
 * The filters that make `picture` upright, with square pixels, within `maxSide` and grey if asked for; empty where it
 * already is all that.
 */
export function uprightFilters(picture: AvFrame, shape: PictureShape): FilterStep[] {
  const squared = squarePixels(picture);
  const size = fitWithin(squared, shape.maxSide);
  const filters: FilterStep[] = [];
  if (size.width !== picture.width || size.height !== picture.height) {
    filters.push(['scale', `${size.width}:${size.height}:flags=area`], ['setsar', '1']);
  }
  filters.push(...turnFilters(picture));
  if (shape.greyscale) filters.push(['format', 'gray']);
  return filters;
}

/** Anamorphic video (pixels wider or higher than square) in its shown proportions; the larger side stays. */
function squarePixels(picture: AvFrame): { width: number; height: number } {
  const { width, height } = picture;
  const { num, den } = picture.sampleAspectRatio;
  if (num <= 0 || den <= 0 || num === den) return { width, height };
  const ratio = num / den;
  // Beyond that it is no camera but a damaged header.
  if (ratio > 4 || ratio < 0.25) return { width, height };
  return ratio > 1
    ? { width: Math.round(width * ratio), height }
    : { width, height: Math.round(height / ratio) };
}

/**
 * From the display matrix of phone videos: nine 32-bit integers (host order), of which 0, 1, 3, 4 hold
 * [a b; c d] in 16.16 fixed point, the map from stored to shown coordinates (ISO 14496-12, tkhd).
 */
function turnFilters(picture: AvFrame): FilterStep[] {
  const bytes = picture.getSideData(AV_FRAME_DATA_DISPLAYMATRIX);
  if (bytes === null || bytes.length < 36) return [];
  const [a, b, c, d] = [0, 1, 3, 4].map((i) => bytes.readInt32LE(i * 4)) as [number, number, number, number];
  const lying = Math.abs(b) > Math.abs(a);
  if (lying) {
    // x' = c·y, y' = b·x: a quarter turn, or the transposition about a diagonal.
    if (b > 0) return [['transpose', c < 0 ? 'clock' : 'cclock_flip']];
    return [['transpose', c > 0 ? 'cclock' : 'clock_flip']];
  }
  const filters: FilterStep[] = [];
  if (a < 0) filters.push(['hflip', '']);
  if (d < 0) filters.push(['vflip', '']);
  return filters;
}
