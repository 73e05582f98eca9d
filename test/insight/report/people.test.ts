import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  ambiguousAges,
  occupancy,
  picturedPeople,
  presenceOf,
  presenceOfTracks,
  trackPeople,
  typicalSpan,
  unidentifiedTracks,
  visitorsOf,
} from '../../../src/insight/report/people.ts';
import { at, picture, sighting, start, video, visitor } from './analysis-samples.ts';

const seen = (...seconds: number[]) => seconds.map((second) => sighting({ timestamp: at(second) }));
const stretch = (from: number, to: number) => ({ from: start + from * 1000, to: start + to * 1000 });

describe('presenceOf', () => {
  it('joins sightings a second or three apart and parts those farther off', () => {
    assert.deepEqual(presenceOf(seen(5, 6, 7, 10, 20, 21)), [stretch(5, 10), stretch(20, 21)]);
  });

  it('does not mind their order', () => {
    assert.deepEqual(presenceOf(seen(7, 5, 6)), [stretch(5, 7)]);
  });
});

describe('presenceOfTracks', () => {
  it('keeps two people apart who are there at the same time', () => {
    const rows = [...seen(1, 2), ...seen(1, 2).map((row) => ({ ...row, track: '2' }))];
    assert.deepEqual(presenceOfTracks(rows), [stretch(1, 2), stretch(1, 2)]);
  });
});

describe('visitorsOf', () => {
  it('lists visitors as they came, each with the times at which he was in view', () => {
    const early = visitor({ faceId: 'v-00000000000b', firstSeen: at(1), lastSeen: at(2) });
    const late = visitor({ firstSeen: at(10), lastSeen: at(31), visits: 2 });
    const sightings = seen(10, 11, 30, 31).map((row) => ({ ...row, faceId: late.faceId }));
    const visitors = visitorsOf(video({ visitors: [late, early], sightings }));
    assert.deepEqual(
      visitors.map(({ faceId, presence }) => [faceId, presence]),
      [
        // Nothing but the summary is known of the first: it stands in for the sightings.
        ['v-00000000000b', [stretch(1, 2)]],
        ['v-00000000000a', [stretch(10, 11), stretch(30, 31)]],
      ],
    );
  });
});

describe('unidentifiedTracks', () => {
  it('counts a track that never got an id, not one that was provisional at first', () => {
    const rows = [
      sighting({ track: '1' }),
      sighting({ track: '1', faceId: 'v-00000000000a' }),
      sighting({ track: '2' }),
      sighting({ track: '2' }),
    ];
    assert.equal(unidentifiedTracks(rows), 1);
  });
});

describe('trackPeople', () => {
  it('counts each track, whoever it was', () => {
    const rows = ['1', '2'].map((track) => sighting({ track, faceId: 'v-00000000000a' }));
    assert.equal(trackPeople(rows).length, 2);
  });
});

describe('picturedPeople', () => {
  it('takes a visitor in several pictures once, from the best face, and each face without an id', () => {
    const faceId = 'v-00000000000a';
    const age = (mean: number) => ({ mean, low: mean - 4, high: mean + 4 });
    const people = picturedPeople([
      picture('a.jpg', [{ faceId, quality: 0.2, age: age(60) }, { age: age(20) }]),
      picture('b.jpg', [{ faceId, quality: 0.9, age: age(50) }, { age: age(20) }]),
    ]);
    assert.deepEqual(people.map((person) => person.age).sort(), [20, 20, 50]);
  });
});

describe('ambiguousAges', () => {
  it('counts intervals that reach over the edge of a band', () => {
    const ages = [
      { mean: 30, low: 26, high: 33 },
      { mean: 30, low: 24.9, high: 34.9 },
      { mean: 70, low: 66, high: 80 },
    ];
    assert.equal(ambiguousAges(ages), 1);
    assert.equal(typicalSpan(ages), 10);
    assert.equal(typicalSpan([]), 0);
  });
});

describe('occupancy', () => {
  it('counts who is there at once, also for an instant', () => {
    const steps = occupancy([stretch(0, 10), stretch(5, 8), stretch(9, 9)]);
    assert.deepEqual(
      steps.map((step) => step.count),
      [1, 2, 1, 2, 1, 0],
    );
  });
});
