/** Plane geometry in pixels: x to the right, y down. */

export type Point = readonly [x: number, y: number];

/** Axis-aligned box; `x`, `y` is its upper left corner. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Affine map (x, y) → (a·x + b·y + c, d·x + e·y + f), stored as [a, b, c, d, e, f].
 * Warps use the map from the destination to the source.
 */
export type Affine = readonly [number, number, number, number, number, number];

export function center(box: Box): Point {
  return [box.x + box.width / 2, box.y + box.height / 2];
}

export function area(box: Box): number {
  return Math.max(0, box.width) * Math.max(0, box.height);
}

export function intersectionArea(a: Box, b: Box): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return width > 0 && height > 0 ? width * height : 0;
}

/** Intersection over union, 0 to 1. */
export function iou(a: Box, b: Box): number {
  const shared = intersectionArea(a, b);
  const union = area(a) + area(b) - shared;
  return union > 0 ? shared / union : 0;
}

/** Share of the smaller box that lies in the other one, 0 to 1. */
export function containment(a: Box, b: Box): number {
  const smaller = Math.min(area(a), area(b));
  return smaller > 0 ? intersectionArea(a, b) / smaller : 0;
}

/** The part of `box` inside a picture of `width` × `height`; may be empty (width or height 0). */
export function clampBox(box: Box, width: number, height: number): Box {
  const x = Math.min(Math.max(box.x, 0), width);
  const y = Math.min(Math.max(box.y, 0), height);
  const right = Math.min(Math.max(box.x + box.width, 0), width);
  const bottom = Math.min(Math.max(box.y + box.height, 0), height);
  return { x, y, width: right - x, height: bottom - y };
}

/** The same centre, both sides times `factor`. */
export function scaleBox(box: Box, factor: number): Box {
  const [cx, cy] = center(box);
  const width = box.width * factor;
  const height = box.height * factor;
  return { x: cx - width / 2, y: cy - height / 2, width, height };
}

/** The smallest box around `points`; an empty list gives an empty box at the origin. */
export function boundingBox(points: readonly Point[]): Box {
  let left = Number.POSITIVE_INFINITY;
  let top = Number.POSITIVE_INFINITY;
  let right = Number.NEGATIVE_INFINITY;
  let bottom = Number.NEGATIVE_INFINITY;
  for (const [x, y] of points) {
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x);
    bottom = Math.max(bottom, y);
  }
  if (left > right) return { x: 0, y: 0, width: 0, height: 0 };
  return { x: left, y: top, width: right - left, height: bottom - top };
}

export function distance(a: Point, b: Point): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}

export function midpoint(a: Point, b: Point): Point {
  return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
}

export function applyAffine(map: Affine, point: Point): Point {
  const [a, b, c, d, e, f] = map;
  const [x, y] = point;
  return [a * x + b * y + c, d * x + e * y + f];
}

/** How many source pixels one destination pixel spans along x. */
export function affineScale(map: Affine): number {
  return Math.hypot(map[0], map[3]);
}

/**
 * The map from a `size` × `size` square to the square of side `side` around (`cx`, `cy`), turned by `angle`
 * (radians, clockwise on the screen).
 */
export function squareCrop(options: { center: Point; side: number; angle: number; size: number }): Affine {
  const k = options.side / options.size;
  const cos = Math.cos(options.angle) * k;
  const sin = Math.sin(options.angle) * k;
  const half = options.size / 2;
  const [cx, cy] = options.center;
  return [cos, -sin, cx - cos * half + sin * half, sin, cos, cy - sin * half - cos * half];
}

/**
 * Least-squares similarity (rotation, uniform scale, translation) that takes `from[i]` to `to[i]`.
 * Needs at least two distinct points. Closed form of Umeyama (1991) for two dimensions, without reflection.
 */
export function fitSimilarity(from: readonly Point[], to: readonly Point[]): Affine {
  const n = Math.min(from.length, to.length);
  let fx = 0;
  let fy = 0;
  let tx = 0;
  let ty = 0;
  for (let i = 0; i < n; i++) {
    const [ax, ay] = from[i] as Point;
    const [bx, by] = to[i] as Point;
    fx += ax / n;
    fy += ay / n;
    tx += bx / n;
    ty += by / n;
  }
  let a = 0;
  let b = 0;
  let spread = 0;
  for (let i = 0; i < n; i++) {
    const [ax, ay] = from[i] as Point;
    const [bx, by] = to[i] as Point;
    a += (ax - fx) * (bx - tx) + (ay - fy) * (by - ty);
    b += (ax - fx) * (by - ty) - (ay - fy) * (bx - tx);
    spread += (ax - fx) ** 2 + (ay - fy) ** 2;
  }
  a /= spread;
  b /= spread;
  return [a, -b, tx - a * fx + b * fy, b, a, ty - b * fx - a * fy];
}
