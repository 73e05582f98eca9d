import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import fc from 'fast-check';
import type { Mode } from '../../src/contract/primitives.ts';
import type { SightingMessage } from '../../src/contract/sighting.ts';
import { VitrineError } from '../../src/core/errors.ts';
import { createSink } from '../../src/pipeline/sink.ts';
import { modeRules } from '../../src/privacy/modes.ts';
import { createSqliteStore } from '../../src/storage/sqlite/store.ts';
import type { RecordBatch, RecordStore, Store } from '../../src/storage/store.ts';
import { createMemoryOutbox } from '../../src/transport/embedded/memory-outbox.ts';
import { createEmbeddedTransport } from '../../src/transport/embedded/transport.ts';
import type { BatchHandler } from '../../src/transport/transport.ts';
import { ANNA, BORIS, collect, MORNING, sighting } from '../contract/records.ts';

const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 3_600_000;

let store: Store;

beforeEach(async () => {
  store = createSqliteStore({ path: ':memory:' });
  await store.start();
});
afterEach(() => store.stop());

function sinkFor(
  mode: Mode,
  over: { records?: RecordStore; sessionTtlMs?: number } = {},
): BatchHandler<'sightings'> {
  return createSink({ records: store.records, rules: modeRules[mode], run: 'run', ...over });
}

const deliver = (sink: BatchHandler<'sightings'>, messages: readonly SightingMessage[]) =>
  sink(messages.map((message) => ({ key: message.site, message })));

/** A store that notes what it is given. */
function noting(records: RecordStore): { records: RecordStore; batches: RecordBatch[] } {
  const batches: RecordBatch[] = [];
  const record = (batch: RecordBatch) => {
    batches.push(batch);
    return records.record(batch);
  };
  return { batches, records: { ...bind(records), record } };
}

function bind(records: RecordStore): RecordStore {
  return {
    record: (batch) => records.record(batch),
    latestVisit: (site, faceId) => records.latestVisit(site, faceId),
    visitsAround: (query) => records.visitsAround(query),
    audit: (entry) => records.audit(entry),
  };
}

/** Anna for two minutes, and again two hours later; somebody provisional in between. */
const day: readonly SightingMessage[] = [
  ...[0, 60, 120].map((s) => sighting({ at: MORNING + s * SECOND })),
  sighting({ at: MORNING + HOUR, faceId: null, track: 't2' }),
  ...[0, 30].map((s) => sighting({ at: MORNING + 2 * HOUR + s * SECOND, track: 't3' })),
];

describe('sink in loyalty mode', () => {
  it('stores sightings and the visits that follow from them', async () => {
    await deliver(sinkFor('loyalty'), day);
    assert.deepEqual(await collect(store.queries.sightings()), day);
    const visits = await collect(store.queries.visits());
    assert.deepEqual(
      visits.map((v) => [v.faceId, v.startedAt - MORNING, v.endedAt - MORNING, v.returning]),
      [
        [ANNA, 0, 2 * MINUTE, false],
        [ANNA, 2 * HOUR, 2 * HOUR + 30 * SECOND, true],
      ],
    );
    assert.equal((await store.queries.counts()).audienceMinutes, 0);
  });

  it('knows the visits of earlier runs', async () => {
    await deliver(sinkFor('loyalty'), day.slice(0, 3));
    await deliver(sinkFor('loyalty'), day.slice(3));
    assert.deepEqual(
      (await collect(store.queries.visits())).map((v) => v.returning),
      [false, true],
    );
  });

  it('keeps visits of one person at two sites apart', async () => {
    await deliver(sinkFor('loyalty'), [sighting(), sighting({ site: 'other', camera: 'gate' })]);
    assert.deepEqual((await collect(store.queries.visits())).map((v) => [v.site, v.returning]).toSorted(), [
      ['other', false],
      ['shop', false],
    ]);
  });

  it('records a batch in one call', async () => {
    const { records, batches } = noting(store.records);
    await deliver(sinkFor('loyalty', { records }), day);
    assert.equal(batches.length, 1);
  });

  it('ends with the same rows whatever is delivered twice or fails in between', async () => {
    const sightings = fc.array(
      fc.record({
        minute: fc.integer({ min: 0, max: 400 }),
        anna: fc.boolean(),
        again: fc.boolean(),
        fail: fc.boolean(),
      }),
      { minLength: 1, maxLength: 12 },
    );
    const property = fc.asyncProperty(sightings, async (steps) => {
      const expected = createSqliteStore({ path: ':memory:' });
      const actual = createSqliteStore({ path: ':memory:' });
      await Promise.all([expected.start(), actual.start()]);
      const messages = steps.map(({ minute, anna }) =>
        sighting({ at: MORNING + minute * MINUTE, faceId: anna ? ANNA : BORIS, track: anna ? 'a' : 'b' }),
      );
      const inOrder = messages.toSorted((a, b) => a.timestamp.localeCompare(b.timestamp));
      await deliver(createSink({ records: expected.records, rules: modeRules.loyalty, run: 'run' }), inOrder);
      let failing = false;
      const record = (batch: RecordBatch) =>
        failing ? Promise.reject(new VitrineError('DISK_FULL', 'no space')) : actual.records.record(batch);
      const records = { ...bind(actual.records), record };
      const sink = createSink({ records, rules: modeRules.loyalty, run: 'run' });
      for (const [i, { again, fail }] of steps.entries()) {
        const batch = [messages[i] ?? sighting()];
        failing = fail;
        if (fail) await assert.rejects(deliver(sink, batch));
        failing = false;
        await deliver(sink, batch);
        if (again) await deliver(sink, batch);
      }
      const rows = async (of: Store) => ({
        sightings: await collect(of.queries.sightings()),
        visits: (await collect(of.queries.visits()))
          .map(({ id, ...rest }) => rest)
          .map((v) => JSON.stringify(v))
          .toSorted(),
      });
      assert.deepEqual(await rows(actual), await rows(expected));
      await Promise.all([expected.stop(), actual.stop()]);
    });
    await fc.assert(property, { numRuns: 60 });
  });
});

describe('sink in session mode', () => {
  it('stores visits without ids, and minutes, and no sighting', async () => {
    const { records, batches } = noting(store.records);
    await deliver(sinkFor('session', { records }), day);
    const visits = await collect(store.queries.visits());
    assert.deepEqual(
      visits.map((v) => [v.faceId, v.startedAt - MORNING, v.endedAt - MORNING, v.returning]),
      [
        [null, 0, 2 * MINUTE, false],
        [null, 2 * HOUR, 2 * HOUR + 30 * SECOND, true],
      ],
    );
    const { sightings, audienceMinutes } = await store.queries.counts();
    assert.equal(sightings, 0);
    assert.ok(audienceMinutes > 0);
    assert.ok(!JSON.stringify(batches).includes(ANNA), 'no face id reaches the store');
  });

  it('extends the same visit over batches and forgets whose it was after the session', async () => {
    const sink = sinkFor('session', { sessionTtlMs: 3 * HOUR });
    for (const message of day) await deliver(sink, [message]);
    assert.equal((await store.queries.counts()).visits, 2);
    await deliver(sink, [sighting({ at: MORNING + 9 * HOUR, faceId: BORIS })]);
    await deliver(sink, [sighting({ at: MORNING + 9 * HOUR + MINUTE })]);
    const visits = await collect(store.queries.visits());
    assert.deepEqual(
      visits.slice(2).map((v) => v.returning),
      [false, false],
      'Anna is nobody known any more',
    );
  });

  it('writes a visit that could not be stored at the first attempt', async () => {
    let failing = true;
    const record = (batch: RecordBatch) =>
      failing ? Promise.reject(new VitrineError('DISK_FULL', 'no space')) : store.records.record(batch);
    const sink = sinkFor('session', { records: { ...bind(store.records), record } });
    await assert.rejects(deliver(sink, day));
    failing = false;
    await deliver(sink, day);
    assert.equal((await store.queries.counts()).visits, 2);
    const minutes = await collect(store.queries.audienceMinutes());
    assert.equal(
      minutes.reduce((sum, row) => sum + row.tracks, 0),
      3,
    );
  });
});

describe('sink in anonymous mode', () => {
  const anonymous = day.map((message) => ({ ...message, faceId: null }));

  it('stores counts per minute and nothing else', async () => {
    const { records, batches } = noting(store.records);
    await deliver(sinkFor('anonymous', { records }), anonymous);
    assert.deepEqual(
      batches.map((batch) => Object.keys(batch)),
      [['audienceMinutes']],
    );
    const { audienceMinutes, ...rest } = await store.queries.counts();
    assert.ok(audienceMinutes > 0);
    assert.deepEqual(rest, { sightings: 0, visitors: 0, visits: 0, templates: 0 });
  });

  it('keeps no id even if one should come', async () => {
    const { records, batches } = noting(store.records);
    await deliver(sinkFor('anonymous', { records }), day);
    assert.ok(!JSON.stringify(batches).includes(ANNA));
  });

  it('counts presence between sightings of a track, but not across a long pause', async () => {
    const at = [0, 1, 2, 3, 60, 61];
    const messages = at.map((s) => sighting({ at: MORNING + s * SECOND, faceId: null, looking: s < 3 }));
    const sink = sinkFor('anonymous');
    for (const message of messages) await deliver(sink, [message]);
    for (const message of messages) await deliver(sink, [message]);
    const rows = await collect(store.queries.audienceMinutes());
    assert.deepEqual(
      rows.map((row) => [
        row.minute - MORNING,
        row.ageBand,
        row.tracks,
        row.presentSeconds,
        row.lookingSeconds,
      ]),
      [
        [0, '25-34', 1, 3, 2],
        [MINUTE, '25-34', 0, 1, 0],
      ],
    );
  });

  it('counts a person of unknown age as unknown until it is known', async () => {
    const unknown = { age: null, ageLow: null, ageHigh: null, gender: 'unknown' as const, faceId: null };
    const sink = sinkFor('anonymous');
    await deliver(sink, [sighting({ ...unknown })]);
    assert.deepEqual(
      (await collect(store.queries.audienceMinutes())).map((row) => [row.ageBand, row.gender, row.tracks]),
      [['unknown', 'unknown', 1]],
    );
    await deliver(sink, [sighting({ at: MORNING + SECOND, faceId: null })]);
    const counted = (await collect(store.queries.audienceMinutes())).filter((row) => row.tracks > 0);
    assert.deepEqual(
      counted.map((row) => [row.ageBand, row.gender, row.tracks, row.presentSeconds]),
      [['25-34', 'female', 1, 1]],
    );
  });
});

describe('sink behind the transport', () => {
  it('stores every sighting once although the store fails now and then', async () => {
    let calls = 0;
    const record = (batch: RecordBatch) =>
      ++calls % 3 === 0
        ? Promise.reject(new VitrineError('STORE_BUSY', 'for the test'))
        : store.records.record(batch);
    const sink = sinkFor('loyalty', { records: { ...bind(store.records), record } });
    const transport = createEmbeddedTransport({
      outbox: createMemoryOutbox(),
      retry: { initialMs: 1, maxMs: 2, limit: 50 },
    });
    await transport.subscribe('sightings', sink, { group: 'sink', maxBatch: 7 });
    await transport.start();
    for (let i = 0; i < 200; i++) {
      await transport.publish(
        'sightings',
        'shop',
        sighting({ at: MORNING + i * SECOND, faceId: i % 2 ? ANNA : BORIS }),
      );
    }
    await transport.drain();
    await transport.stop();
    const { sightings, visits } = await store.queries.counts();
    assert.deepEqual({ sightings, visits }, { sightings: 200, visits: 2 });
    assert.ok(calls > 28);
  });
});
