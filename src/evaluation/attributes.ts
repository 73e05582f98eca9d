import type { AgeGroup, AgeResult, GenderGroup, GenderResult, Grouping } from '../contract/evaluation.ts';
import type { AgeEstimate, GenderEstimate } from '../core/track.ts';
import { mean, meanInterval, median, wilsonInterval } from './intervals.ts';
import type { LabelledGender } from './label-types.ts';

/** One labelled face and what was said of it. */
export interface AttributeCase {
  /** Years; the truth. */
  readonly age: number | undefined;
  readonly gender: LabelledGender | undefined;
  readonly ethnicity: string | undefined;
  /** Undefined if no face was found. */
  readonly found:
    | { readonly age: AgeEstimate | undefined; readonly gender: GenderEstimate | undefined }
    | undefined;
}

/** The ages for which other systems state their figures. */
const ADULTS = { low: 18, high: 75, name: '18-75' };
const OLDEST_DECADE = 100;

type Aged = AttributeCase & { readonly age: number };
type Gendered = AttributeCase & { readonly gender: LabelledGender };

interface Group<T> {
  readonly by: Grouping;
  readonly value: string;
  readonly members: readonly T[];
}

/**
 * Mean absolute error of the age. A face that was not found is not dropped: it enters with the error of a blind
 * guess, the median of all true ages in the set, which is the best that can be said without looking. Undefined if
 * no age is labelled.
 */
export function measureAge(cases: readonly AttributeCase[]): AgeResult | undefined {
  const aged = cases.filter((item): item is Aged => item.age !== undefined);
  if (aged.length === 0) return undefined;
  const blindGuess = median(aged.map((item) => item.age));
  const errorOf = (item: Aged) => Math.abs((item.found?.age?.mean ?? blindGuess) - item.age);
  const groups = groupCases(aged).map(({ by, value, members }): AgeGroup => {
    const errors = members.map(errorOf);
    const interval = meanInterval(errors);
    return {
      by,
      value,
      n: members.length,
      mae: mean(errors),
      low: interval?.low ?? null,
      high: interval?.high ?? null,
    };
  });
  return {
    n: aged.length,
    failed: aged.filter((item) => item.found?.age === undefined).length,
    mae: mean(aged.map(errorOf)),
    mae18to75: groups.find((group) => group.by === 'range')?.mae ?? null,
    groups,
  };
}

/**
 * Share of genders told rightly, over all labelled rows: neither `unknown` nor a face that was not found is right.
 * Undefined if no gender is labelled.
 */
export function measureGender(cases: readonly AttributeCase[]): GenderResult | undefined {
  const gendered = cases.filter((item): item is Gendered => item.gender !== undefined);
  if (gendered.length === 0) return undefined;
  const isRight = (item: Gendered) => item.found?.gender?.label === item.gender;
  const groups = groupCases(gendered).map(({ by, value, members }): GenderGroup => {
    const right = members.filter(isRight).length;
    const interval = wilsonInterval(right, members.length);
    return {
      by,
      value,
      n: members.length,
      accuracy: right / members.length,
      low: interval?.low ?? null,
      high: interval?.high ?? null,
    };
  });
  return {
    n: gendered.length,
    unknown: gendered.filter((item) => item.found?.gender?.label === 'unknown').length,
    accuracy: gendered.filter(isRight).length / gendered.length,
    accuracy18to75: groups.find((group) => group.by === 'range')?.accuracy ?? null,
    groups,
  };
}

/** All cases; those between 18 and 75; then by decade, gender and ethnicity where labelled. No group is empty. */
function groupCases<T extends AttributeCase>(cases: readonly T[]): Group<T>[] {
  const adults = cases.filter((item) => isAdult(item.age));
  return [
    { by: 'all' as const, value: 'all', members: cases },
    { by: 'range' as const, value: ADULTS.name, members: adults },
    ...groupBy(cases, 'decade', (item) => decadeOf(item.age)),
    ...groupBy(cases, 'gender', (item) => item.gender),
    ...groupBy(cases, 'ethnicity', (item) => item.ethnicity),
  ].filter((group) => group.members.length > 0);
}

function isAdult(age: number | undefined): boolean {
  return age !== undefined && age >= ADULTS.low && age <= ADULTS.high;
}

function decadeOf(age: number | undefined): string | undefined {
  if (age === undefined) return undefined;
  if (age >= OLDEST_DECADE) return `${OLDEST_DECADE}+`;
  const start = Math.floor(age / 10) * 10;
  return `${start}-${start + 9}`;
}

function groupBy<T>(cases: readonly T[], by: Grouping, label: (item: T) => string | undefined): Group<T>[] {
  return [...Map.groupBy(cases, label)]
    .flatMap(([value, members]) => (value === undefined ? [] : [{ by, value, members }]))
    .sort((a, b) => a.value.localeCompare(b.value, 'en', { numeric: true }));
}
