import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Gender } from '../../src/core/track.ts';
import { type AttributeCase, measureAge, measureGender } from '../../src/evaluation/attributes.ts';
import { wilsonInterval } from '../../src/evaluation/intervals.ts';

interface Face {
  readonly age?: number;
  readonly gender?: 'female' | 'male';
  readonly ethnicity?: string;
  readonly saidAge?: number;
  readonly saidGender?: Gender;
  readonly missed?: boolean;
}

function face({
  age,
  gender,
  ethnicity,
  saidAge = 30,
  saidGender = 'female',
  missed = false,
}: Face): AttributeCase {
  const found = {
    age: { mean: saidAge, low: saidAge - 5, high: saidAge + 5 },
    gender: { label: saidGender, probability: 0.9 },
  };
  return { age, gender, ethnicity, found: missed ? undefined : found };
}

describe('measureAge', () => {
  it('measures a set worked out by hand', () => {
    const result = measureAge([
      face({ age: 10, saidAge: 12, gender: 'female', ethnicity: 'B' }),
      face({ age: 30, saidAge: 34, gender: 'male', ethnicity: 'A' }),
      face({ age: 38, saidAge: 30, gender: 'male', ethnicity: 'B' }),
      face({ age: 75, saidAge: 65 }),
    ]);
    assert.equal(result?.n, 4);
    assert.equal(result.failed, 0);
    assert.equal(result.mae, (2 + 4 + 8 + 10) / 4);
    assert.equal(result.mae18to75, (4 + 8 + 10) / 3);
    assert.deepEqual(
      result.groups.map(({ by, value, n, mae }) => [by, value, n, mae]),
      [
        ['all', 'all', 4, 6],
        ['range', '18-75', 3, 22 / 3],
        ['decade', '10-19', 1, 2],
        ['decade', '30-39', 2, 6],
        ['decade', '70-79', 1, 10],
        ['gender', 'female', 1, 2],
        ['gender', 'male', 2, 6],
        ['ethnicity', 'A', 1, 4],
        ['ethnicity', 'B', 2, 5],
      ],
    );
  });

  it('gives no interval for a group of one', () => {
    const group = measureAge([face({ age: 10 })])?.groups[0];
    assert.deepEqual([group?.low, group?.high], [null, null]);
  });

  it('charges a face that was not found with a blind guess at the median age', () => {
    const result = measureAge([
      face({ age: 20, saidAge: 20 }),
      face({ age: 40, saidAge: 40 }),
      face({ age: 90, missed: true }),
    ]);
    assert.equal(result?.n, 3);
    assert.equal(result.failed, 1);
    assert.equal(result.mae, (0 + 0 + 50) / 3);
  });

  it('puts the oldest in one group and sorts decades by number', () => {
    const result = measureAge([100, 101, 116, 9, 20].map((age) => face({ age })));
    const decades = result?.groups.filter((group) => group.by === 'decade').map(({ value, n }) => [value, n]);
    assert.deepEqual(decades, [
      ['0-9', 1],
      ['20-29', 1],
      ['100+', 3],
    ]);
  });

  it('has nothing between 18 and 75 to report where there is nobody', () => {
    assert.equal(measureAge([face({ age: 17 }), face({ age: 76 })])?.mae18to75, null);
  });

  it('has no result without labelled ages', () => {
    assert.equal(measureAge([face({ gender: 'male' })]), undefined);
  });
});

describe('measureGender', () => {
  it('counts unknown and missed faces as not correct', () => {
    const result = measureGender([
      face({ age: 30, gender: 'female', saidGender: 'female' }),
      face({ age: 30, gender: 'female', saidGender: 'male' }),
      face({ age: 10, gender: 'male', saidGender: 'unknown' }),
      face({ age: 30, gender: 'male', missed: true }),
      face({ gender: 'male', saidGender: 'male' }),
    ]);
    assert.equal(result?.n, 5);
    assert.equal(result.unknown, 1);
    assert.equal(result.accuracy, 2 / 5);
    assert.equal(result.accuracy18to75, 1 / 3);
    const male = result.groups.find((group) => group.by === 'gender' && group.value === 'male');
    assert.deepEqual(male, { by: 'gender', value: 'male', n: 3, accuracy: 1 / 3, ...wilsonInterval(1, 3) });
  });

  it('leaves faces without a labelled gender out', () => {
    assert.equal(measureGender([face({ age: 30, gender: 'male' }), face({ age: 30 })])?.n, 1);
    assert.equal(measureGender([face({ age: 30 })]), undefined);
  });
});
