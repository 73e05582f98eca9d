import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { AudienceMinutes, type Presence, UNKNOWN_BAND } from '../../src/privacy/audience-minutes.ts';
import type { AudienceMinute } from '../../src/storage/store.ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 2, 1, 10);

function presence(over: Partial<Presence> = {}): Presence {
  return {
    site: 'shop',
    camera: 'door',
    track: 't1',
    from: START,
    to: START,
    ageBand: '25-34',
    gender: 'female',
    looking: false,
    ...over,
  };
}

/** What a store holds after it has been given `rows` in turn. */
class Table {
  readonly #rows = new Map<string, AudienceMinute>();

  write(rows: readonly AudienceMinute[]): void {
    for (const row of rows) {
      const { run, site, camera, minute, ageBand, gender } = row;
      this.#rows.set([run, site, camera, minute, ageBand, gender].join('|'), row);
    }
  }

  get rows(): AudienceMinute[] {
    const counted = [...this.#rows.values()].filter((row) => row.tracks > 0 || row.presentSeconds > 0);
    return counted.toSorted((a, b) => a.minute - b.minute || a.ageBand.localeCompare(b.ageBand));
  }

  sum(field: 'tracks' | 'presentSeconds' | 'lookingSeconds'): number {
    return this.rows.reduce((sum, row) => sum + row[field], 0);
  }
}

describe('audience minutes', () => {
  it('counts a track once and its presence in each minute', () => {
    const minutes = new AudienceMinutes('run');
    minutes.add(presence({ from: START + 50_000, to: START + 130_000 }));
    const key = { run: 'run', site: 'shop', camera: 'door', ageBand: '25-34', gender: 'female' as const };
    assert.deepEqual(minutes.changes(), [
      { ...key, minute: START, tracks: 1, presentSeconds: 10, lookingSeconds: 0 },
      { ...key, minute: START + MINUTE, tracks: 0, presentSeconds: 60, lookingSeconds: 0 },
      { ...key, minute: START + 2 * MINUTE, tracks: 0, presentSeconds: 10, lookingSeconds: 0 },
    ]);
  });

  it('counts looking as part of presence', () => {
    const minutes = new AudienceMinutes('run');
    minutes.add(presence({ to: START + 2_000, looking: true }));
    minutes.add(presence({ from: START + 2_000, to: START + 5_000 }));
    const [row] = minutes.changes();
    assert.deepEqual([row?.tracks, row?.presentSeconds, row?.lookingSeconds], [1, 5, 2]);
  });

  it('counts a track that was seen for one moment', () => {
    const minutes = new AudienceMinutes('run');
    minutes.add(presence());
    assert.deepEqual(
      minutes.changes().map(({ tracks, presentSeconds }) => [tracks, presentSeconds]),
      [[1, 0]],
    );
  });

  it('keeps people of different cameras, tracks, ages and genders apart', () => {
    const minutes = new AudienceMinutes('run');
    minutes.add(presence());
    minutes.add(presence({ track: 't2' }));
    minutes.add(presence({ track: 't3', gender: 'male' }));
    minutes.add(presence({ track: 't4', ageBand: '65+' }));
    minutes.add(presence({ camera: 'till' }));
    const counts = minutes
      .changes()
      .map(({ camera, ageBand, gender, tracks }) => [camera, ageBand, gender, tracks]);
    assert.deepEqual(counts, [
      ['door', '25-34', 'female', 2],
      ['door', '25-34', 'male', 1],
      ['door', '65+', 'female', 1],
      ['till', '25-34', 'female', 1],
    ]);
  });

  it('moves what was counted as unknown once age and gender are known', () => {
    const minutes = new AudienceMinutes('run');
    const table = new Table();
    minutes.add(presence({ to: START + 5_000, ageBand: UNKNOWN_BAND, gender: 'unknown', looking: true }));
    table.write(minutes.changes());
    minutes.confirm();
    minutes.add(presence({ from: START + 5_000, to: START + 6_000 }));
    minutes.add(
      presence({ from: START + 6_000, to: START + 7_000, ageBand: UNKNOWN_BAND, gender: 'unknown' }),
    );
    table.write(minutes.changes());
    const rows = table.rows.map(({ ageBand, gender, tracks, presentSeconds, lookingSeconds }) => [
      ageBand,
      gender,
      tracks,
      presentSeconds,
      lookingSeconds,
    ]);
    assert.deepEqual(rows, [['25-34', 'female', 1, 7, 5]]);
  });

  it('gives only what has changed since it was confirmed, and everything else again', () => {
    const minutes = new AudienceMinutes('run');
    minutes.add(presence({ to: START + 1_000 }));
    assert.deepEqual(minutes.changes(), minutes.changes());
    minutes.confirm();
    assert.deepEqual(minutes.changes(), []);
    minutes.add(presence({ from: START + 1_000, to: START + 2_000 }));
    assert.deepEqual(
      minutes.changes().map((row) => row.presentSeconds),
      [2],
    );
  });

  it('knows when a track was last seen', () => {
    const minutes = new AudienceMinutes('run');
    assert.equal(minutes.lastSeen('shop', 'door', 't1'), undefined);
    minutes.add(presence({ to: START + 1_000 }));
    assert.equal(minutes.lastSeen('shop', 'door', 't1'), START + 1_000);
  });

  it('counts all presence exactly once, whatever is fed twice and whenever it is flushed', () => {
    const step = fc.record({
      track: fc.constantFrom('a', 'b', 'c'),
      camera: fc.constantFrom('door', 'till'),
      seconds: fc.integer({ min: 1, max: 90 }),
      band: fc.constantFrom(UNKNOWN_BAND, '18-24', '25-34'),
      gender: fc.constantFrom('female' as const, 'male' as const, 'unknown' as const),
      looking: fc.boolean(),
      again: fc.boolean(),
      flush: fc.constantFrom('no', 'lost', 'stored'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const minutes = new AudienceMinutes('run');
        const table = new Table();
        const until = new Map<string, number>();
        let present = 0;
        let looking = 0;
        let now = START;
        for (const { track, camera, seconds, band, gender, again, flush, ...rest } of steps) {
          const key = `${camera} ${track}`;
          const from = until.get(key) ?? now;
          const to = Math.max(from, now) + seconds * 1_000;
          now = Math.max(now, to - 5_000);
          until.set(key, to);
          present += (to - from) / 1_000;
          if (rest.looking) looking += (to - from) / 1_000;
          const one = presence({ track, camera, from, to, ageBand: band, gender, looking: rest.looking });
          minutes.add(one);
          if (again) minutes.add(one);
          if (flush !== 'no') {
            const rows = minutes.changes();
            if (flush === 'stored') {
              table.write(rows);
              minutes.confirm();
            }
          }
        }
        table.write(minutes.changes());
        assert.equal(table.sum('tracks'), until.size);
        assert.ok(Math.abs(table.sum('presentSeconds') - present) < 1e-6);
        assert.ok(Math.abs(table.sum('lookingSeconds') - looking) < 1e-6);
        for (const row of table.rows) {
          assert.ok(row.minute % MINUTE === 0);
          assert.ok(
            row.tracks >= 0 && row.lookingSeconds >= 0 && row.lookingSeconds <= row.presentSeconds + 1e-9,
          );
          assert.ok(row.presentSeconds <= 60 * until.size);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('forgets what is final, so that a day fits in memory', () => {
    const minutes = new AudienceMinutes('run');
    const table = new Table();
    const track = (i: number) => `t${i}`;
    for (let i = 0; i < 24 * 60; i++) {
      minutes.add(presence({ track: track(i), from: START + i * MINUTE, to: START + i * MINUTE + 30_000 }));
      minutes.add(presence({ track: 'cashier', from: START + i * MINUTE, to: START + (i + 1) * MINUTE }));
      table.write(minutes.changes());
      minutes.confirm();
    }
    assert.equal(minutes.lastSeen('shop', 'door', track(0)), undefined);
    assert.equal(table.sum('tracks'), 24 * 60 + 1);
    assert.equal(table.sum('presentSeconds'), 24 * 60 * 90);
    // Were old minutes kept, the change of a bucket would touch all 1440 of them.
    minutes.add(
      presence({ track: 'cashier', from: START + 1440 * MINUTE, to: START + 1440 * MINUTE, ageBand: '65+' }),
    );
    assert.ok(minutes.changes().length < 60, `${minutes.changes().length} rows`);
  });

  it('counts on under another run when the clock of a camera is set back', () => {
    const minutes = new AudienceMinutes('run');
    const table = new Table();
    const hour = 60 * MINUTE;
    minutes.add(presence({ from: START + hour, to: START + hour + 10_000 }));
    table.write(minutes.changes());
    minutes.confirm();
    minutes.add(presence({ from: START, to: START + 20_000 }));
    table.write(minutes.changes());
    minutes.confirm();
    minutes.add(presence({ track: 't2', from: START + hour, to: START + hour + 5_000 }));
    table.write(minutes.changes());
    assert.equal(table.sum('presentSeconds'), 35, 'nothing is lost or overwritten');
    assert.deepEqual(new Set(table.rows.map((row) => row.run)), new Set(['run', 'run-1']));
  });
});
