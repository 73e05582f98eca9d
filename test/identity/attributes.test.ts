import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Attributes } from '../../src/core/track.ts';
import {
  blendAttributes,
  isMinor,
  isMinorRecord,
  type VisitorAttributes,
} from '../../src/identity/attributes.ts';

const seen = (mean: number, label: Attributes['gender']['label'], probability: number): Attributes => ({
  age: { mean, low: mean - 5, high: mean + 5 },
  gender: { label, probability },
});

const before: VisitorAttributes = {
  ageMean: 40,
  ageLow: 35,
  ageHigh: 45,
  gender: 'female',
  genderProbability: 0.9,
};

describe('attributes of a visitor', () => {
  it('are those of the track in a first visit', () => {
    assert.deepEqual(blendAttributes(undefined, seen(30, 'male', 0.8)), {
      ageMean: 30,
      ageLow: 25,
      ageHigh: 35,
      gender: 'male',
      genderProbability: 0.8,
    });
  });

  it('stay as they are while the track has none', () => {
    assert.equal(blendAttributes(before, undefined), before);
    assert.equal(blendAttributes(undefined, undefined).ageMean, null);
  });

  it('move by three tenths towards a new visit', () => {
    const after = blendAttributes(before, seen(30, 'female', 0.9));
    assert.deepEqual([after.ageMean, after.ageLow, after.ageHigh], [37, 32, 42]);
    assert.equal(after.gender, 'female');
  });

  it('take a gender back to unknown when visits disagree, and to the other when they insist', () => {
    let now = blendAttributes(before, seen(40, 'male', 0.95));
    assert.equal(now.gender, 'female');
    now = blendAttributes(now, seen(40, 'male', 0.95));
    assert.equal(now.gender, 'unknown');
    now = blendAttributes(blendAttributes(now, seen(40, 'male', 0.95)), seen(40, 'male', 0.95));
    assert.equal(now.gender, 'male');
  });

  it('call a minor only someone who is wholly under 18', () => {
    assert.equal(isMinor(seen(12, 'male', 0.9)), true);
    assert.equal(isMinor(seen(13, 'male', 0.9)), false, 'up to 18');
    assert.equal(isMinorRecord({ ...before, ageHigh: 17.9 }), true);
    assert.equal(isMinorRecord({ ...before, ageHigh: null }), false);
  });
});
