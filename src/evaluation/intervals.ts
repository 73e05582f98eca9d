/** 95 % intervals. They take rows as independent: rows of one person or one picture make the truth wider. */

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Two-sided 95 % point of the normal distribution. */
const Z = 1.959963984540054;

/** Two-sided 95 % points of Student's t for 1 to 10 degrees of freedom (standard table). */
const T_TABLE = [12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.306, 2.2622, 2.2281];

/**
 * Wilson's score interval (1927) for a rate of `successes` in `n`; undefined for n = 0. Unlike the textbook's
 * symmetric one it stays inside 0 to 1 and is sound for rates near either end.
 */
export function wilsonInterval(successes: number, n: number): Interval | undefined {
  if (n <= 0) return undefined;
  const p = successes / n;
  const shrink = 1 + Z ** 2 / n;
  const middle = (p + Z ** 2 / (2 * n)) / shrink;
  const half = (Z / shrink) * Math.sqrt((p * (1 - p)) / n + Z ** 2 / (4 * n ** 2));
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}

/** Student's t interval for the mean of `errors` (each ≥ 0), cut at 0; undefined for fewer than two. */
export function meanInterval(errors: readonly number[]): Interval | undefined {
  const n = errors.length;
  if (n < 2) return undefined;
  const average = mean(errors);
  let squares = 0;
  for (const error of errors) squares += (error - average) ** 2;
  const half = studentT(n - 1) * Math.sqrt(squares / (n - 1) / n);
  return { low: Math.max(0, average - half), high: average + half };
}

/** Mean of the values; NaN for none. */
export function mean(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** Median of the values; NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Two-sided 95 % point of Student's t; above the table by the expansion in 1/df (Abramowitz & Stegun 26.7.5). */
export function studentT(df: number): number {
  const tabled = T_TABLE[df - 1];
  if (tabled !== undefined) return tabled;
  const first = (Z ** 3 + Z) / 4;
  const second = (5 * Z ** 5 + 16 * Z ** 3 + 3 * Z) / 96;
  const third = (3 * Z ** 7 + 19 * Z ** 5 + 17 * Z ** 3 - 15 * Z) / 384;
  return Z + first / df + second / df ** 2 + third / df ** 3;
}
