import type { Box, Point } from '../core/geometry.ts';
import type { RgbImage } from '../core/image.ts';
import { type Lettering, simplify } from './lettering.ts';

/** Painting into a picture in memory, with smooth edges. What lies outside the picture is cut off. */

export interface Paint {
  /** Red, green, blue; 0 to 255. */
  readonly colour: readonly [number, number, number];
  /** 0 (invisible) to 1. */
  readonly opacity: number;
}

/** Mixes the paint into one pixel; `share` is how much of it is covered, 0 to 1. */
function blend(image: RgbImage, x: number, y: number, paint: Paint, share: number): void {
  const alpha = paint.opacity * share;
  const [red, green, blue] = paint.colour;
  const i = (y * image.width + x) * 3;
  const { data } = image;
  data[i] = mix(data[i] as number, red, alpha);
  data[i + 1] = mix(data[i + 1] as number, green, alpha);
  data[i + 2] = mix(data[i + 2] as number, blue, alpha);
}

function mix(below: number, above: number, alpha: number): number {
  return below + (above - below) * alpha + 0.5;
}

/** Signed distance of a point to the edge of a box with round corners: negative inside. */
function distanceToEdge(x: number, y: number, box: Box, radius: number): number {
  const dx = Math.abs(x - box.x - box.width / 2) - box.width / 2 + radius;
  const dy = Math.abs(y - box.y - box.height / 2) - box.height / 2 + radius;
  const toCentre = dx > 0 && dy > 0 ? Math.sqrt(dx * dx + dy * dy) : Math.max(dx, dy);
  return toCentre - radius;
}

function roundedRadius(box: Box, radius: number): number {
  return Math.max(0, Math.min(radius, box.width / 2, box.height / 2));
}

/** Fills a box with round corners. */
export function fillBox(image: RgbImage, box: Box, options: { radius: number; paint: Paint }): void {
  const radius = roundedRadius(box, options.radius);
  const right = Math.min(image.width, Math.ceil(box.x + box.width));
  const bottom = Math.min(image.height, Math.ceil(box.y + box.height));
  for (let y = Math.max(0, Math.floor(box.y)); y < bottom; y++) {
    for (let x = Math.max(0, Math.floor(box.x)); x < right; x++) {
      const share = 0.5 - distanceToEdge(x + 0.5, y + 0.5, box, radius);
      if (share > 0) blend(image, x, y, options.paint, Math.min(1, share));
    }
  }
}

export interface OutlineOptions {
  readonly radius: number;
  /** Width of the line in pixels; the box's edge is its middle. */
  readonly thickness: number;
  readonly paint: Paint;
}

/** Draws the outline of a box with round corners. Only pixels near the edge are looked at. */
export function outlineBox(image: RgbImage, box: Box, options: OutlineOptions): void {
  const radius = roundedRadius(box, options.radius);
  const half = options.thickness / 2;
  const reach = Math.ceil(half + 1);
  const inner = Math.ceil(radius) + reach;
  const left = Math.floor(box.x) - reach;
  const right = Math.ceil(box.x + box.width) + reach;
  const top = Math.floor(box.y) - reach;
  const bottom = Math.ceil(box.y + box.height) + reach;
  for (let y = Math.max(0, top); y < Math.min(image.height, bottom); y++) {
    const solidRow = y < box.y + inner || y >= box.y + box.height - inner;
    for (let x = Math.max(0, left); x < Math.min(image.width, right); x++) {
      if (!solidRow && x >= left + reach + inner && x < right - reach - inner) x = right - reach - inner;
      if (x < 0 || x >= image.width) continue;
      const share = half + 0.5 - Math.abs(distanceToEdge(x + 0.5, y + 0.5, box, radius));
      if (share > 0) blend(image, x, y, options.paint, Math.min(1, share));
    }
  }
}

/** Draws a round dot. */
export function dot(image: RgbImage, center: Point, options: { radius: number; paint: Paint }): void {
  const { radius, paint } = options;
  const box = { x: center[0] - radius, y: center[1] - radius, width: 2 * radius, height: 2 * radius };
  fillBox(image, box, { radius, paint });
}

export interface TextOptions {
  readonly lettering: Lettering;
  readonly paint: Paint;
  /** Where the pen starts: left end of the text, top of its capitals. Whole pixels. */
  readonly at: Point;
}

/** Writes one line of text. */
export function writeText(image: RgbImage, text: string, options: TextOptions): void {
  const { lettering, paint } = options;
  let pen = Math.round(options.at[0]);
  const line = Math.round(options.at[1]);
  for (const character of simplify(text)) {
    const glyph = lettering.glyph(character);
    for (let row = 0; row < glyph.height; row++) {
      const y = line + glyph.top + row;
      if (y < 0 || y >= image.height) continue;
      for (let column = 0; column < glyph.width; column++) {
        const x = pen + glyph.left + column;
        const covered = glyph.coverage[row * glyph.width + column] ?? 0;
        if (covered > 0 && x >= 0 && x < image.width) blend(image, x, y, paint, covered / 255);
      }
    }
    pen += glyph.advance;
  }
}
