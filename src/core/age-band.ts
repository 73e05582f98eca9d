/** A range of ages in completed years, both ends included. */
export interface AgeBand {
  /** `25-34`, `65+`. */
  readonly label: string;
  readonly low: number;
  readonly high: number;
}

/** Minors are one band: they are counted, never targeted. */
export const defaultAgeBands: readonly AgeBand[] = [
  { label: '0-17', low: 0, high: 17 },
  { label: '18-24', low: 18, high: 24 },
  { label: '25-34', low: 25, high: 34 },
  { label: '35-44', low: 35, high: 44 },
  { label: '45-54', low: 45, high: 54 },
  { label: '55-64', low: 55, high: 64 },
  { label: '65+', low: 65, high: Number.POSITIVE_INFINITY },
];

/** The band of an age in years; a fraction counts as the year begun: 17.9 is 17. Undefined if no band holds it. */
export function ageBandOf(age: number, bands: readonly AgeBand[] = defaultAgeBands): AgeBand | undefined {
  const years = Math.floor(age);
  return bands.find((band) => years >= band.low && years <= band.high);
}
