import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { distributionOf } from '../../../src/insight/distribution.ts';
import { crowdChart, presenceLane, pyramidChart, ticksOf } from '../../../src/insight/report/charts.ts';
import { visitorsOf } from '../../../src/insight/report/people.ts';
import { at, sighting, start, video, visitor } from './analysis-samples.ts';

const range = { from: start, to: start + 100_000 };

describe('pyramidChart', () => {
  it('draws bars in proportion and says the totals in words', () => {
    const people = [...Array(4).fill({ age: 30, gender: 'male' }), { age: 30, gender: 'female' }];
    const { markup } = pyramidChart(distributionOf(people));
    assert.match(markup, /<rect class="male" width="84%"/);
    assert.match(markup, /<rect class="female" x="79%" width="21%"/);
    assert.match(markup, /aria-label="Age and gender: 1 female, 4 male, 0 unknown\./);
    assert.doesNotMatch(markup, /with-unknown/);
  });

  it('has a column for unknown gender where there is some, and a row for unknown age', () => {
    const { markup } = pyramidChart(distributionOf([{ age: null, gender: 'unknown' }]));
    assert.match(markup, /with-unknown/);
    assert.match(markup, /<span class="band">unknown<\/span>/);
    assert.match(markup, /<span class="rest">1<\/span>/);
  });
});

describe('presenceLane', () => {
  it('puts a bar where the visitor was in view and shows the shortest look', () => {
    const sightings = [20, 21, 22, 100].map((second) =>
      sighting({ timestamp: at(second), faceId: 'v-00000000000a' }),
    );
    const [shown] = visitorsOf(video({ visitors: [visitor({ visits: 2 })], sightings }));
    assert.ok(shown);
    const { markup } = presenceLane(shown, range);
    assert.match(markup, /<rect class="returning" x="20%" width="2%"/);
    assert.match(markup, /<rect class="returning" x="99.4%" width="0.6%"/);
  });
});

describe('crowdChart', () => {
  it('rises and falls with the people, and names the most', () => {
    const presence = [
      { from: start + 10_000, to: start + 50_000 },
      { from: start + 20_000, to: start + 30_000 },
    ];
    const { markup } = crowdChart(presence, range);
    assert.match(markup, /d="M0 98H100V51H200V4H300V51H500V98H1000"/);
    assert.match(markup, /At most 2 people at once/);
  });
});

describe('ticksOf', () => {
  it('has few round times, whatever the length', () => {
    assert.deepEqual(
      ticksOf(range).map((tick) => tick.seconds),
      [0, 30, 60, 90],
    );
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: 40 * 86_400_000 }), (length) => {
        const ticks = ticksOf({ from: start, to: start + length });
        assert.ok(ticks.length >= 1 && ticks.length <= 7, `${ticks.length}`);
        assert.ok(ticks.every((tick) => tick.at >= 0 && tick.at <= 100.0001));
      }),
    );
  });
});
