import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Sighting } from '../../src/contract/sighting.ts';
import { type CountedPerson, distributionOf, peopleOfSightings } from '../../src/insight/distribution.ts';

function sighting(changes: Partial<Sighting>): Sighting {
  return {
    timestamp: '2026-01-01T10:00:00.000Z',
    age: 30,
    gender: 'female',
    faceId: null,
    camera: 'door',
    track: '1',
    box: { x: 0, y: 0, width: 50, height: 50 },
    confidence: 0.9,
    ...changes,
  };
}

describe('distributionOf', () => {
  it('puts everybody in the row of the age and the column of the gender', () => {
    const { rows, totals } = distributionOf([
      { age: 17.9, gender: 'female' },
      { age: 18, gender: 'male' },
      { age: 30, gender: 'male' },
      { age: 34.9, gender: 'unknown' },
      { age: 80, gender: 'female' },
    ]);
    assert.deepEqual(
      rows.map(({ band, counts }) => [band?.label, counts.female, counts.male, counts.unknown, counts.total]),
      [
        ['0-17', 1, 0, 0, 1],
        ['18-24', 0, 1, 0, 1],
        ['25-34', 0, 1, 1, 2],
        ['35-44', 0, 0, 0, 0],
        ['45-54', 0, 0, 0, 0],
        ['55-64', 0, 0, 0, 0],
        ['65+', 1, 0, 0, 1],
      ],
    );
    assert.deepEqual(totals, { female: 2, male: 2, unknown: 1, total: 5 });
  });

  it('keeps people of unknown age in a row of their own', () => {
    const { rows } = distributionOf([{ age: null, gender: 'male' }]);
    assert.equal(rows.at(-1)?.band, undefined);
    assert.equal(rows.at(-1)?.counts.male, 1);
  });

  it('uses the bands that it is given', () => {
    const bands = [
      { label: '0-39', low: 0, high: 39 },
      { label: '40+', low: 40, high: Number.POSITIVE_INFINITY },
    ];
    const { rows } = distributionOf([{ age: 39.5, gender: 'male' }], bands);
    assert.deepEqual(
      rows.map(({ band, counts }) => [band?.label, counts.total]),
      [
        ['0-39', 1],
        ['40+', 0],
      ],
    );
  });

  it('loses and doubles nobody', () => {
    const person: fc.Arbitrary<CountedPerson> = fc.record({
      age: fc.option(fc.double({ min: 0, max: 120, noNaN: true })),
      gender: fc.constantFrom('female', 'male', 'unknown'),
    });
    fc.assert(
      fc.property(fc.array(person), (people) => {
        const { rows, totals } = distributionOf(people);
        assert.equal(totals.total, people.length);
        for (const key of ['female', 'male', 'unknown', 'total'] as const) {
          assert.equal(
            rows.reduce((sum, row) => sum + row.counts[key], 0),
            totals[key],
          );
        }
      }),
    );
  });
});

describe('peopleOfSightings', () => {
  it('counts a face id once, over tracks and cameras, and a track without one once', () => {
    const people = peopleOfSightings([
      sighting({ faceId: 'v-000000000001', track: '1' }),
      sighting({ faceId: 'v-000000000001', track: '2', camera: 'till' }),
      sighting({ track: '3' }),
      sighting({ track: '3' }),
      sighting({ track: '3', camera: 'till' }),
    ]);
    assert.equal(people.length, 3);
  });

  it('believes the latest answer, and keeps it when a later one knows less', () => {
    const people = peopleOfSightings([
      sighting({ age: null, gender: 'unknown' }),
      sighting({ age: 41, gender: 'female' }),
      sighting({ age: 37, gender: 'male' }),
      sighting({ age: null, gender: 'unknown' }),
    ]);
    assert.deepEqual(people, [{ age: 37, gender: 'male' }]);
  });
});
