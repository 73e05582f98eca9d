import type { AgeBand } from '../core/age-band.ts';

/**
 * Bands from the ages at which a new one begins (`buckets.ageBands`, rising): `[18, 25]` → 0-17, 18-24, 25+.
 */
export function ageBandsFrom(starts: readonly number[]): AgeBand[] {
  return [0, ...starts].map((low, index) => {
    const next = starts[index];
    if (next === undefined) return { label: `${low}+`, low, high: Number.POSITIVE_INFINITY };
    return { label: `${low}-${next - 1}`, low, high: next - 1 };
  });
}
