import type { Sighting } from '../contract/sighting.ts';
import { type AgeBand, ageBandOf, defaultAgeBands } from '../core/age-band.ts';
import type { Gender } from '../core/track.ts';

/** Who is counted: an estimated age in years, or null where there is none, and a gender. */
export interface CountedPerson {
  readonly age: number | null;
  readonly gender: Gender;
}

export type GenderCounts = Readonly<Record<Gender, number>> & { readonly total: number };

export interface DistributionRow {
  /** Undefined: the age is unknown. */
  readonly band: AgeBand | undefined;
  readonly counts: GenderCounts;
}

/** Age band × gender, the paper's Fig. 11. */
export interface Distribution {
  /** One row a band, youngest first, also where nobody is in it; then people of unknown age, if any. */
  readonly rows: readonly DistributionRow[];
  readonly totals: GenderCounts;
}

/** Counts people by age band and gender; everybody is in exactly one cell. */
export function distributionOf(
  people: Iterable<CountedPerson>,
  bands: readonly AgeBand[] = defaultAgeBands,
): Distribution {
  const cells = new Map<AgeBand | undefined, CountedPerson[]>(bands.map((band) => [band, []]));
  const everybody: CountedPerson[] = [];
  for (const person of people) {
    const band = person.age === null ? undefined : ageBandOf(person.age, bands);
    const cell = cells.get(band) ?? [];
    cell.push(person);
    cells.set(band, cell);
    everybody.push(person);
  }
  const rows = [...cells].map(([band, members]) => ({ band, counts: countGenders(members) }));
  return { rows, totals: countGenders(everybody) };
}

function countGenders(people: readonly CountedPerson[]): GenderCounts {
  const of = (gender: Gender) => people.filter((person) => person.gender === gender).length;
  return { female: of('female'), male: of('male'), unknown: of('unknown'), total: people.length };
}

/**
 * One person for each face id; where a sighting has none (anonymous mode, provisional), one for each track. Age and
 * gender are those of the latest sighting that knows them, because a track's answer gets better as it goes on.
 */
export function peopleOfSightings(sightings: Iterable<Sighting>): CountedPerson[] {
  const people = new Map<string, { age: number | null; gender: Gender }>();
  for (const { faceId, camera, track, age, gender } of sightings) {
    const key = JSON.stringify(faceId ?? [camera, track]);
    const person = people.get(key) ?? { age: null, gender: 'unknown' };
    if (age !== null) person.age = age;
    if (gender !== 'unknown') person.gender = gender;
    people.set(key, person);
  }
  return [...people.values()];
}

/** The distribution as rows of text, header first, with a bar for each band, as the paper's Fig. 11. */
export function distributionRows({ rows }: Distribution): string[][] {
  const body = rows.map(({ band, counts }) => [
    band?.label ?? 'unknown',
    String(counts.female),
    String(counts.male),
    String(counts.unknown),
    '█'.repeat(counts.female) + '▒'.repeat(counts.male) + '░'.repeat(counts.unknown),
  ]);
  return [['AGE', 'FEMALE', 'MALE', 'UNKNOWN', '█ female ▒ male ░ unknown'], ...body];
}
