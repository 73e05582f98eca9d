import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { visitorSummarySchema } from '../../src/contract/analysis.ts';
import type { SightingMessage } from '../../src/contract/sighting.ts';
import type { Attributes, Gender } from '../../src/core/track.ts';
import { combine, type PersonSeen, summarizeVisitors } from '../../src/insight/visitor-summary.ts';
import { ANNA, BORIS, MORNING, sighting } from '../contract/records.ts';

function attributes(
  mean: number,
  options: Partial<Record<'below' | 'above', number>> & { gender?: Gender; probability?: number } = {},
): Attributes {
  const { below = 5, above = 5, gender = 'female', probability = 0.9 } = options;
  return {
    age: { mean, low: Math.max(0, mean - below), high: Math.min(120, mean + above) },
    gender: { label: gender, probability },
  };
}

describe('what the tracks of a visitor say together', () => {
  it('is nothing without a track', () => {
    assert.equal(combine([]), undefined);
  });

  it('is what the only track says', () => {
    assert.deepEqual(combine([attributes(34.56)]), {
      age: { mean: 34.6, low: 29.6, high: 39.6 },
      gender: { label: 'female', probability: 0.9 },
    });
  });

  it('is the mean age, as sure as the surest track on either side', () => {
    const { age } = combine([
      attributes(30, { below: 4, above: 10 }),
      attributes(40, { below: 12, above: 6 }),
    ]) as Attributes;
    assert.deepEqual(age, { mean: 35, low: 31, high: 41 });
  });

  it('is the gender of the weightier votes, not of the more', () => {
    const sure = attributes(30, { gender: 'male', probability: 0.98 });
    const unsure = attributes(30, { gender: 'female', probability: 0.6 });
    assert.deepEqual((combine([sure, unsure, unsure]) as Attributes).gender, {
      label: 'male',
      probability: 0.98,
    });
    assert.equal(
      (combine([sure, unsure, unsure, unsure, unsure, unsure]) as Attributes).gender.label,
      'female',
    );
  });

  it('leaves the gender unknown where all tracks do, or where they cancel out', () => {
    const unknown = attributes(30, { gender: 'unknown', probability: 0.53 });
    assert.equal((combine([unknown, unknown]) as Attributes).gender.label, 'unknown');
    const split = [attributes(30, { gender: 'male' }), attributes(30, { gender: 'female' })];
    assert.deepEqual((combine(split) as Attributes).gender, { label: 'unknown', probability: 0.5 });
  });

  it('does not count unknown against the others', () => {
    const unknown = attributes(30, { gender: 'unknown', probability: 0.54 });
    const { gender } = combine([
      unknown,
      unknown,
      attributes(30, { gender: 'male', probability: 0.8 }),
    ]) as Attributes;
    assert.deepEqual(gender, { label: 'male', probability: 0.8 });
  });

  it('keeps the mean in the interval and all in what can be', () => {
    const reading = fc
      .record({
        mean: fc.double({ min: 0, max: 110, noNaN: true }),
        below: fc.double({ min: 0, max: 30, noNaN: true }),
        above: fc.double({ min: 0, max: 30, noNaN: true }),
        gender: fc.constantFrom<Gender>('female', 'male', 'unknown'),
        probability: fc.double({ min: 0.5, max: 1, noNaN: true }),
      })
      .map(({ mean, ...rest }) => attributes(mean, rest));
    fc.assert(
      fc.property(fc.array(reading, { minLength: 1, maxLength: 6 }), (list) => {
        const { age, gender } = combine(list) as Attributes;
        assert.ok(age.low >= 0 && age.low <= age.mean && age.mean <= age.high && age.high <= 120);
        assert.ok(gender.probability >= 0.5 && gender.probability <= 1);
      }),
    );
  });
});

const SECOND = 1000;
const HOUR = 3_600_000;

function summarize(sightings: readonly SightingMessage[], seen = new Map<string, PersonSeen>()) {
  const everybody = new Set(sightings.flatMap(({ faceId }) => faceId ?? []));
  for (const faceId of everybody)
    if (!seen.has(faceId)) seen.set(faceId, { readings: new Map([['t1', attributes(30)]]) });
  return summarizeVisitors({ sightings, seen, visitGapMs: HOUR / 2 });
}

describe('the summary of visitors', () => {
  it('counts rows, visits and the time spent in them', () => {
    const rows = [0, 10, 25, 7200, 7230].map((s) => sighting({ at: MORNING + s * SECOND }));
    const [anna, ...others] = summarize(rows);
    assert.deepEqual(others, []);
    assert.deepEqual(anna, {
      faceId: ANNA,
      sightings: 5,
      firstSeen: new Date(MORNING).toISOString(),
      lastSeen: new Date(MORNING + 7230 * SECOND).toISOString(),
      dwellSeconds: 25 + 30,
      visits: 2,
      age: { mean: 30, low: 25, high: 35 },
      gender: { label: 'female', probability: 0.9 },
    });
    assert.deepEqual(visitorSummarySchema.parse(anna), anna);
  });

  it('does not depend on the order of the rows', () => {
    const rows = [0, 10, 25, 7200, 7230].map((s) => sighting({ at: MORNING + s * SECOND }));
    assert.deepEqual(summarize(rows.toReversed()), summarize(rows));
  });

  it('leaves out who was never named', () => {
    assert.deepEqual(summarize([sighting({ faceId: null })]), []);
  });

  it('lists the visitors in the order in which they came', () => {
    const rows = [
      sighting({ at: MORNING + 5 * SECOND, faceId: BORIS, track: 't2' }),
      sighting({ at: MORNING + 9 * SECOND }),
      sighting({ at: MORNING }),
    ];
    assert.deepEqual(
      summarize(rows).map(({ faceId }) => faceId),
      [ANNA, BORIS],
    );
  });

  it('takes age and gender from all tracks of the visitor', () => {
    const readings = new Map([
      ['t1', attributes(20)],
      ['t2', attributes(40)],
    ]);
    const [anna] = summarize([sighting({})], new Map([[ANNA, { readings }]]));
    assert.equal(anna?.age.mean, 30);
  });

  it('gives a dwell of nothing to one who was seen once', () => {
    const [anna] = summarize([sighting({})]);
    assert.deepEqual([anna?.dwellSeconds, anna?.visits, anna?.sightings], [0, 1, 1]);
  });
});
