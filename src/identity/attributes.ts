import type { Attributes, Gender } from '../core/track.ts';
import type { VisitorRecord } from '../storage/store.ts';

/** What is known of a visitor beyond the id, from the tracks that showed him or her. Pure functions. */

const ADULT_AGE = 18;
/** Weight of a new visit against all earlier ones: estimates differ by light and angle more than by years. */
const NEW_VISIT_WEIGHT = 0.3;
/** Below this probability the gender is unknown. */
const GENDER_BOUND = 0.6;

export type VisitorAttributes = Pick<
  VisitorRecord,
  'ageMean' | 'ageLow' | 'ageHigh' | 'gender' | 'genderProbability'
>;

/** The whole age interval lies under 18. */
export function isMinor(attributes: Attributes): boolean {
  return attributes.age.high < ADULT_AGE;
}

export function isMinorRecord(record: VisitorAttributes): boolean {
  return record.ageHigh !== null && record.ageHigh < ADULT_AGE;
}

/** What a visitor's record says after a track, from what it said before it. */
export function blendAttributes(
  before: VisitorAttributes | undefined,
  seen: Attributes | undefined,
): VisitorAttributes {
  if (!seen) return before ?? unknownAttributes;
  const fresh = fromTrack(seen);
  if (!before) return fresh;
  return {
    ageMean: blend(before.ageMean, seen.age.mean),
    ageLow: blend(before.ageLow, seen.age.low),
    ageHigh: blend(before.ageHigh, seen.age.high),
    ...blendGender(before, fresh),
  };
}

const unknownAttributes: VisitorAttributes = {
  ageMean: null,
  ageLow: null,
  ageHigh: null,
  gender: 'unknown',
  genderProbability: null,
};

function fromTrack(seen: Attributes): VisitorAttributes {
  return {
    ageMean: seen.age.mean,
    ageLow: seen.age.low,
    ageHigh: seen.age.high,
    gender: seen.gender.label,
    genderProbability: seen.gender.probability,
  };
}

function blend(before: number | null, now: number): number {
  return before === null ? now : before + NEW_VISIT_WEIGHT * (now - before);
}

function blendGender(
  before: VisitorAttributes,
  now: VisitorAttributes,
): Pick<VisitorAttributes, 'gender' | 'genderProbability'> {
  if (before.genderProbability === null) return now;
  const female = blend(femaleProbability(before), femaleProbability(now));
  const probability = Math.max(female, 1 - female);
  const likelier: Gender = female > 0.5 ? 'female' : 'male';
  return { gender: probability >= GENDER_BOUND ? likelier : 'unknown', genderProbability: probability };
}

/** Of an unknown gender it is not said which one is the likelier. */
function femaleProbability(attributes: VisitorAttributes): number {
  const { gender, genderProbability } = attributes;
  if (gender === 'unknown' || genderProbability === null) return 0.5;
  return gender === 'female' ? genderProbability : 1 - genderProbability;
}
