import type { Point } from '../core/geometry.ts';
import {
  ASCENT,
  CAP_HEIGHT,
  DESCENT,
  DIGIT_WIDTH,
  glyphPaths,
  LETTER_GAP,
  MISSING_GLYPH,
  SPACE_WIDTH,
} from './glyphs.ts';
import { distanceToSegment, flattenPath, type Segment } from './strokes.ts';

/** A glyph at one size: how much of each pixel it covers, 0 to 255. */
export interface GlyphBitmap {
  readonly width: number;
  readonly height: number;
  readonly coverage: Uint8Array;
  /** From the pen to the bitmap's left edge, and from the top of the capitals to its upper edge; pixels. */
  readonly left: number;
  readonly top: number;
  /** From this pen position to the next one, pixels. */
  readonly advance: number;
}

/** Half a stroke's width in units of the typeface, and the least in pixels, so that small text does not fade. */
const STROKE_RADIUS = 0.66;
const LEAST_RADIUS = 0.58;
/** Sizes kept at once. A program draws at very few. */
const LETTERINGS_KEPT = 8;

/** The typeface at one size; each glyph is drawn on first use and then kept. */
export class Lettering {
  /** Height of a capital in pixels, at least 1. */
  readonly capHeight: number;
  readonly #glyphs = new Map<string, GlyphBitmap>();

  constructor(capHeight: number) {
    this.capHeight = capHeight;
  }

  glyph(character: string): GlyphBitmap {
    const known = this.#glyphs.get(character);
    if (known) return known;
    const drawn = drawGlyph(character, this.capHeight / CAP_HEIGHT);
    this.#glyphs.set(character, drawn);
    return drawn;
  }

  /** Width of the text in pixels, from the first pen position to behind the last ink. */
  measure(text: string): number {
    let width = 0;
    for (const character of simplify(text)) width += this.glyph(character).advance;
    return Math.max(0, width - Math.round((LETTER_GAP * this.capHeight) / CAP_HEIGHT));
  }

  /** `text`, cut with an ellipsis so that it is at most `width` pixels wide; may be empty. */
  fit(text: string, width: number): string {
    if (this.measure(text) <= width) return text;
    const characters = [...text];
    while (characters.length > 0) {
      characters.pop();
      const shorter = `${characters.join('').trimEnd()}…`;
      if (this.measure(shorter) <= width) return shorter;
    }
    return '';
  }
}

const letterings = new Map<number, Lettering>();

/** The lettering of that size, from the few that are kept. */
export function letteringOf(capHeight: number): Lettering {
  const lettering = letterings.get(capHeight) ?? new Lettering(capHeight);
  letterings.delete(capHeight);
  letterings.set(capHeight, lettering);
  const oldest = letterings.keys().next();
  if (letterings.size > LETTERINGS_KEPT && !oldest.done) letterings.delete(oldest.value);
  return lettering;
}

/** Letters with accents lose them where the typeface lacks the combination. */
export function simplify(text: string): string {
  return text.normalize('NFD').replaceAll(/\p{Mark}/gu, '');
}

function drawGlyph(character: string, scale: number): GlyphBitmap {
  const radius = Math.max(LEAST_RADIUS, STROKE_RADIUS * scale);
  const segments = /\s/.test(character) ? [] : scaled(glyphPaths.get(character) ?? MISSING_GLYPH, scale);
  const reach = Math.ceil(radius + 1);
  const inkWidth = Math.max(0, ...segments.flatMap(({ from, to }) => [from[0] - 0.5, to[0] - 0.5]));
  const top = -Math.ceil(ASCENT * scale) - reach;
  const width = Math.ceil(inkWidth) + 2 * reach + 1;
  const height = Math.ceil((CAP_HEIGHT + DESCENT) * scale) + reach + 1 - top;
  const coverage = new Uint8Array(width * height);
  for (const segment of segments) strokeInto({ coverage, width, height, left: -reach, top }, segment, radius);
  const advance = Math.round(advanceOf(character, inkWidth / scale) * scale);
  return { width, height, coverage, left: -reach, top, advance };
}

function advanceOf(character: string, inkWidth: number): number {
  if (/\s/.test(character)) return SPACE_WIDTH + LETTER_GAP;
  return (/\d/.test(character) ? DIGIT_WIDTH : inkWidth) + LETTER_GAP;
}

/** In pixels, shifted by half a one: stems, capitals and the baseline then lie on pixels, not between two. */
function scaled(path: string, scale: number): Segment[] {
  const place = ([x, y]: Point): Point => [x * scale + 0.5, y * scale + 0.5];
  return flattenPath(path).map(({ from, to }) => ({ from: place(from), to: place(to) }));
}

/** Adds one stroke with round ends; the edge is smoothed over one pixel by its distance. */
function strokeInto(bitmap: Omit<GlyphBitmap, 'advance'>, segment: Segment, radius: number): void {
  const { from, to } = segment;
  const reach = radius + 1;
  const firstX = Math.max(0, Math.floor(Math.min(from[0], to[0]) - reach - bitmap.left));
  const lastX = Math.min(bitmap.width - 1, Math.ceil(Math.max(from[0], to[0]) + reach - bitmap.left));
  const firstY = Math.max(0, Math.floor(Math.min(from[1], to[1]) - reach - bitmap.top));
  const lastY = Math.min(bitmap.height - 1, Math.ceil(Math.max(from[1], to[1]) + reach - bitmap.top));
  for (let y = firstY; y <= lastY; y++) {
    for (let x = firstX; x <= lastX; x++) {
      const distance = distanceToSegment(x + 0.5 + bitmap.left, y + 0.5 + bitmap.top, segment);
      const covered = Math.round(255 * Math.min(1, Math.max(0, radius + 0.5 - distance)));
      const i = y * bitmap.width + x;
      if (covered > (bitmap.coverage[i] ?? 0)) bitmap.coverage[i] = covered;
    }
  }
}
