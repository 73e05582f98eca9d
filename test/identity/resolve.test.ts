import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sightingMessageSchema } from '../../src/contract/sighting.ts';
import type { TrackUpdate } from '../../src/core/track.ts';
import type { Resolution } from '../../src/identity/gallery.ts';
import { createSightings, defaultSightingRules, type SightingRules } from '../../src/identity/resolve.ts';
import { START, update } from './synthetic-people.ts';

const FACE = 'v-0123456789ab';
const NOBODY: Resolution = {
  faceId: undefined,
  returning: false,
  confidence: 0,
  since: 0,
  contradiction: false,
};
const SOMEBODY: Resolution = { ...NOBODY, faceId: FACE, confidence: 1 };

const at = (ms: number, more: Partial<TrackUpdate> = {}) =>
  update({ track: 't1', startedAt: START, capturedAt: START + ms, ...more });
const sightings = (rules: Partial<SightingRules> = {}, run = 'r1') =>
  createSightings({ run, site: 'shop', rules: { ...defaultSightingRules, ...rules } });
const seconds = (rows: readonly { timestamp: string }[]) =>
  rows.map((row) => (Date.parse(row.timestamp) - START) / 1000);

describe('sightings', () => {
  it('are one per track and second, and one at the end, dated when the face was last seen', () => {
    const maker = sightings();
    const rows = [];
    for (let ms = 0; ms <= 2500; ms += 100) rows.push(...maker.add(at(ms), SOMEBODY));
    rows.push(...maker.add(at(4000, { state: 'ended' }), SOMEBODY));
    assert.deepEqual(seconds(rows), [0, 1, 2, 2.5]);
    assert.deepEqual(
      rows.map((row) => row.state),
      ['live', 'live', 'live', 'ended'],
    );
    assert.equal(new Set(rows.map((row) => row.id)).size, 4);
    for (const row of rows) sightingMessageSchema.parse(row);
  });

  it('are one per frame where that is asked for', () => {
    const maker = sightings({ everyFrame: true });
    const rows = [0, 100, 200, 200].flatMap((ms) => maker.add(at(ms), SOMEBODY));
    assert.deepEqual(seconds(rows), [0, 0.1, 0.2]);
  });

  it('have the same ids when the same run is told again, and others in another run', () => {
    const ids = (run: string) => [0, 1000].flatMap((ms) => sightings({}, run).add(at(ms), SOMEBODY)[0]?.id);
    assert.deepEqual(ids('r1'), ids('r1'));
    assert.notDeepEqual(ids('r1'), ids('r2'));
  });

  it('wait for the id, and then all carry it', () => {
    const maker = sightings();
    assert.deepEqual(maker.add(at(0), NOBODY), []);
    assert.deepEqual(maker.add(at(1000), NOBODY), []);
    const rows = maker.add(at(2000), SOMEBODY);
    assert.deepEqual(seconds(rows), [0, 1, 2]);
    assert.ok(rows.every((row) => row.faceId === FACE));
  });

  it('wait three seconds at most, then go out without an id, once', () => {
    const maker = sightings();
    const early = [0, 1000, 2000, 2900].flatMap((ms) => maker.add(at(ms), NOBODY));
    assert.deepEqual(early, []);
    const late = maker.add(at(4000), NOBODY);
    assert.deepEqual(seconds(late), [0, 1]);
    assert.ok(late.every((row) => row.faceId === null));
    const named = maker.add(at(5000), SOMEBODY);
    assert.deepEqual(seconds(named), [2, 4, 5]);
    assert.ok(named.every((row) => row.faceId === FACE));
  });

  it('of a track that ends unidentified go out without an id', () => {
    const maker = sightings();
    maker.add(at(0), NOBODY);
    const rows = maker.add(at(500, { state: 'ended' }), NOBODY);
    assert.deepEqual(
      rows.map(({ state, faceId }) => [state, faceId]),
      [
        ['live', null],
        ['ended', null],
      ],
    );
  });

  it('do not wait where there is no gallery', () => {
    assert.equal(sightings().add(at(0), undefined)[0]?.faceId, null);
  });

  it('do not carry an id from before it held for this track', () => {
    const maker = sightings();
    maker.add(at(0), NOBODY);
    const rows = maker.add(at(1000), { ...SOMEBODY, since: START + 500 });
    assert.deepEqual(
      rows.map((row) => row.faceId),
      [null, FACE],
    );
  });

  it('go on under another track name when the id is taken back', () => {
    const maker = sightings();
    const other = 'v-zzzzzzzzzzzz';
    const rows = [
      ...maker.add(at(0), SOMEBODY),
      ...maker.add(at(900), SOMEBODY),
      ...maker.add(at(1000), { ...NOBODY, contradiction: true }),
      ...maker.add(at(1100), { ...SOMEBODY, faceId: other }),
      ...maker.add(at(1200, { state: 'ended' }), { ...SOMEBODY, faceId: other }),
    ];
    assert.deepEqual(
      rows.map(({ track, state, faceId }) => [track, state, faceId]),
      [
        ['t1', 'live', FACE],
        ['t1', 'ended', FACE],
        ['t1.2', 'live', other],
        ['t1.2', 'ended', other],
      ],
    );
    assert.deepEqual(seconds(rows), [0, 0.9, 1, 1.1]);
  });

  it('are rounded, within their bounds, and null where nothing is known', () => {
    const box = { x: 1.23456, y: -0.04, width: 10.06, height: 20 };
    const attributes = {
      age: { mean: 33.333, low: -2, high: 130 },
      gender: { label: 'male', probability: 0.98765 },
    } as const;
    const [row] = sightings().add(at(0, { box, attributes, confidence: 1.0000001 }), SOMEBODY);
    assert.ok(row);
    assert.deepEqual(row.box, { x: 1.2, y: 0, width: 10.1, height: 20 });
    assert.deepEqual(
      [row.age, row.ageLow, row.ageHigh, row.genderProbability, row.confidence],
      [33.3, 0, 120, 0.988, 1],
    );
    const [blank] = sightings().add(at(0, { attributes: undefined }), SOMEBODY);
    assert.deepEqual(
      [blank?.age, blank?.ageLow, blank?.ageHigh, blank?.gender, blank?.genderProbability],
      [null, null, null, 'unknown', null],
    );
  });

  it('held back for a track that is never ended go out after a minute, or at the end of the run', () => {
    const maker = sightings();
    maker.add(at(0), NOBODY);
    const rows = maker.add(at(120_000, { track: 't2', startedAt: START + 120_000 }), NOBODY);
    assert.deepEqual(
      rows.map((row) => row.track),
      ['t1'],
    );
    assert.deepEqual(
      maker.flush().map((row) => row.track),
      ['t2'],
    );
    assert.deepEqual(maker.flush(), []);
  });
});
