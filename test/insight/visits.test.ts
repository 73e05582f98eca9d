import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { extendVisits, VISIT_GAP, type VisitSighting, visitsAround } from '../../src/insight/visits.ts';
import type { VisitRecord } from '../../src/storage/store.ts';

const START = Date.UTC(2026, 2, 1, 10);
const MINUTE = 60_000;
const who = { site: 'shop', faceId: 'v-00000000anna' };

function seen(minute: number, over: Partial<VisitSighting> = {}): VisitSighting {
  return { at: START + minute * MINUTE, ageMean: 30, gender: 'female', ...over };
}

/** A store of visits that keeps to the port. */
class Book {
  readonly #visits = new Map<string, VisitRecord>();

  add(sightings: readonly VisitSighting[], gapMs = VISIT_GAP): number {
    if (sightings.length === 0) return 0;
    const times = sightings.map(({ at }) => at);
    const known = visitsAround(
      [...this.#visits.values()],
      Math.min(...times) - gapMs,
      Math.max(...times) + gapMs,
    );
    const { visits, removedVisits } = extendVisits({ ...who, known, sightings, gapMs });
    for (const id of removedVisits) this.#visits.delete(id);
    for (const visit of visits) this.#visits.set(visit.id, visit);
    return visits.length + removedVisits.length;
  }

  get visits(): VisitRecord[] {
    return [...this.#visits.values()].toSorted((a, b) => a.startedAt - b.startedAt);
  }

  /** Start and end in minutes, and whether returning. */
  get spans(): [number, number, boolean][] {
    return this.visits.map((v) => [
      (v.startedAt - START) / MINUTE,
      (v.endedAt - START) / MINUTE,
      v.returning,
    ]);
  }
}

describe('visits', () => {
  it('begins with the first sighting, as the visit of someone new', () => {
    const book = new Book();
    book.add([seen(0)]);
    assert.deepEqual(
      book.visits.map(({ id, ...rest }) => [id.length, rest]),
      [[20, { ...who, startedAt: START, endedAt: START, returning: false, ageMean: 30, gender: 'female' }]],
    );
  });

  it('goes on while no gap is as long as 30 minutes', () => {
    const book = new Book();
    for (const minute of [0, 29.99, 59.98]) book.add([seen(minute)]);
    assert.deepEqual(book.spans, [[0, 59.98, false]]);
  });

  it('ends at a gap of 30 minutes; the next visit is returning', () => {
    const book = new Book();
    for (const minute of [0, 10, 40, 41]) book.add([seen(minute)]);
    assert.deepEqual(book.spans, [
      [0, 10, false],
      [40, 41, true],
    ]);
  });

  it('joins two visits when a late sighting closes the gap', () => {
    const book = new Book();
    book.add([seen(0), seen(50)]);
    const [first] = book.visits;
    book.add([seen(25)]);
    assert.deepEqual(book.spans, [[0, 50, false]]);
    assert.equal(book.visits[0]?.id, first?.id, 'and keeps the id of the first');
  });

  it('makes a visit returning when an earlier one comes to light', () => {
    const book = new Book();
    book.add([seen(300)]);
    book.add([seen(0)]);
    assert.deepEqual(book.spans, [
      [0, 0, false],
      [300, 300, true],
    ]);
  });

  it('stays returning after its predecessor has been pruned', () => {
    const visit: VisitRecord = {
      ...who,
      id: 'later',
      startedAt: START,
      endedAt: START,
      returning: true,
      ageMean: null,
      gender: 'unknown',
    };
    const { visits } = extendVisits({ ...who, known: [visit], sightings: [seen(1)] });
    assert.deepEqual(
      visits.map(({ id, returning }) => [id, returning]),
      [['later', true]],
    );
  });

  it('changes nothing for a sighting that is known', () => {
    const book = new Book();
    book.add([seen(0), seen(5), seen(10)]);
    assert.equal(book.add([seen(5)]), 0);
    assert.equal(book.add([seen(10), seen(0)]), 0);
  });

  it('takes age and gender from the newest sighting that knows them', () => {
    const book = new Book();
    book.add([seen(0, { ageMean: null, gender: 'unknown' })]);
    book.add([seen(1, { ageMean: 28, gender: 'unknown' })]);
    book.add([seen(2, { ageMean: 31, gender: 'male' })]);
    book.add([seen(3, { ageMean: null, gender: 'unknown' }), seen(1.5, { ageMean: 99, gender: 'female' })]);
    assert.deepEqual(
      book.visits.map(({ ageMean, gender }) => [ageMean, gender]),
      [[31, 'male']],
    );
  });

  it('gives a visit an id that follows from its first sighting', () => {
    const ids = [new Book(), new Book()].map((book) => {
      book.add([seen(0), seen(1)]);
      return book.visits[0]?.id;
    });
    assert.equal(ids[0], ids[1]);
    const other = extendVisits({ ...who, faceId: 'v-0000000br1s0', known: [], sightings: [seen(0)] });
    assert.notEqual(other.visits[0]?.id, ids[0]);
  });

  it('is the same for sightings in any order, any portions, and any number of repetitions', () => {
    const gapMs = 10;
    const sightings = fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 40 });
    const property = fc.property(
      sightings,
      fc.infiniteStream(fc.integer({ min: 1, max: 5 })),
      (times, sizes) => {
        const book = new Book();
        const queue = [...times];
        for (const size of sizes) {
          if (queue.length === 0) break;
          const portion = queue
            .splice(0, size)
            .map((t) => ({ at: START + t, ageMean: null, gender: 'unknown' as const }));
          book.add(portion, gapMs);
          if (size % 2 === 0) book.add(portion, gapMs);
        }
        const spans = book.visits.map((v) => [v.startedAt - START, v.endedAt - START, v.returning]);
        assert.deepEqual(spans, spansOf(times, gapMs));
      },
    );
    fc.assert(property, { numRuns: 2_000 });
  });
});

/** The definition: runs of sorted times without a gap of `gapMs`; all but the first are returning. */
function spansOf(times: readonly number[], gapMs: number): [number, number, boolean][] {
  const spans: [number, number, boolean][] = [];
  for (const time of times.toSorted((a, b) => a - b)) {
    const last = spans.at(-1);
    if (last && time - last[1] < gapMs) last[1] = time;
    else spans.push([time, time, spans.length > 0]);
  }
  return spans;
}
