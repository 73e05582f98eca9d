/** The middle value; the mean of the two middle ones of an even number. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[half]];
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2;
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function rounded(value: number, digits = 2): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}

export interface Line {
  /** Of y per x. */
  readonly slope: number;
  /** Standard error of the slope; larger the more each point takes after the one before it. */
  readonly error: number;
}

/** Least squares through points in order of x; undefined for fewer than four, or all at one x. */
export function fitLine(points: readonly { readonly x: number; readonly y: number }[]): Line | undefined {
  const [mx, my] = [mean(points.map(({ x }) => x)), mean(points.map(({ y }) => y))];
  const sxx = points.reduce((sum, { x }) => sum + (x - mx) ** 2, 0);
  if (points.length < 4 || sxx === 0) return undefined;
  const slope = points.reduce((sum, { x, y }) => sum + (x - mx) * (y - my), 0) / sxx;
  const rest = points.map(({ x, y }) => y - my - slope * (x - mx));
  const squares = rest.reduce((sum, r) => sum + r * r, 0);
  const independent = Math.sqrt(squares / (points.length - 2) / sxx);
  return { slope, error: independent * inflation(rest, squares) };
}

/**
 * Memory sampled every second hardly changes from one sample to the next, so that hundreds of samples say no more than a
 * few would that were independent: the usual correction by the correlation of neighbours.
 */
function inflation(rest: readonly number[], squares: number): number {
  if (squares === 0) return 1;
  const products = rest.slice(1).reduce((sum, r, i) => sum + r * (rest[i] ?? 0), 0);
  const correlation = Math.min(0.98, Math.max(0, products / squares));
  return Math.sqrt((1 + correlation) / (1 - correlation));
}
