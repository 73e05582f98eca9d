import type { Point } from '../core/geometry.ts';

/** A line from `from` to `to`; a dot where both are the same. */
export interface Segment {
  readonly from: Point;
  readonly to: Point;
}

const DEGREES_PER_STEP = 15;
const CURVE_STEPS = 8;
const ARGUMENTS: Readonly<Record<string, number>> = { M: 2, L: 2, Q: 4, E: 6, O: 4 };

/** Turns a path of `glyphs.ts` into straight segments, short enough to look round. */
export function flattenPath(path: string): Segment[] {
  const words = path.split(' ');
  const segments: Segment[] = [];
  let pen: Point | undefined;
  const draw = (points: readonly Point[]) => {
    for (const point of points) {
      if (pen) segments.push({ from: pen, to: point });
      pen = point;
    }
  };
  for (let i = 0; i < words.length; ) {
    const command = words[i] ?? '';
    const count = ARGUMENTS[command];
    if (count === undefined) throw new TypeError(`"${command}" is no command of a glyph path`);
    const values = words.slice(i + 1, i + 1 + count).map(Number);
    if (command === 'M' || command === 'O') pen = undefined;
    draw(pointsOf(command, values, pen));
    i += 1 + count;
  }
  return segments;
}

function pointsOf(command: string, values: readonly number[], pen: Point | undefined): Point[] {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = values;
  if (command === 'Q') return quadratic(pen ?? [a, b], [a, b], [c, d]);
  if (command === 'E') return ellipse({ center: [a, b], radii: [c, d], from: e, to: f });
  if (command === 'O') return ellipse({ center: [a, b], radii: [c, d], from: 0, to: 360 });
  return [[a, b]];
}

function quadratic(start: Point, control: Point, end: Point): Point[] {
  return Array.from({ length: CURVE_STEPS }, (_, i): Point => {
    const t = (i + 1) / CURVE_STEPS;
    const at = (k: 0 | 1) => (1 - t) ** 2 * start[k] + 2 * t * (1 - t) * control[k] + t ** 2 * end[k];
    return [at(0), at(1)];
  });
}

function ellipse(arc: { center: Point; radii: Point; from: number; to: number }): Point[] {
  const steps = Math.ceil(Math.abs(arc.to - arc.from) / DEGREES_PER_STEP);
  return Array.from({ length: steps + 1 }, (_, i): Point => {
    const angle = ((arc.from + ((arc.to - arc.from) * i) / steps) * Math.PI) / 180;
    return [arc.center[0] + arc.radii[0] * Math.cos(angle), arc.center[1] + arc.radii[1] * Math.sin(angle)];
  });
}

/** Distance from a point to a segment. */
export function distanceToSegment(x: number, y: number, { from, to }: Segment): number {
  const dx = to[0] - from[0];
  const dy = to[1] - from[1];
  const length = dx * dx + dy * dy;
  const along = length > 0 ? ((x - from[0]) * dx + (y - from[1]) * dy) / length : 0;
  const t = Math.min(1, Math.max(0, along));
  return Math.hypot(x - from[0] - t * dx, y - from[1] - t * dy);
}
