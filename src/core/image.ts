/** A picture in memory: 8-bit RGB, rows packed, 3 bytes a pixel, origin at the upper left. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  /** width · height · 3 bytes. */
  readonly data: Uint8Array;
}

export function createImage(width: number, height: number): RgbImage {
  return { width, height, data: new Uint8Array(width * height * 3) };
}
