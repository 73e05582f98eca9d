import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Clock } from '../../src/core/clock.ts';
import { VitrineError } from '../../src/core/errors.ts';
import { auditSubject } from '../../src/storage/audit.ts';
import type { Store } from '../../src/storage/store.ts';
import { ANNA, BORIS, collect, MORNING, minute, sighting, template, visit, visitor } from './records.ts';

export interface StoreHarness {
  /** A store, not started, on the data of this harness; a second one sees what the first one has stored. */
  open(clock: Clock): Store;
  /** Removes the data. */
  dispose(): Promise<void>;
}

/** What every adapter of `storage/store.ts` promises. */
export function storeContract(name: string, makeHarness: () => Promise<StoreHarness>): void {
  describe(`store contract: ${name}`, () => {
    let harness: StoreHarness;
    let store: Store;
    const clock: Clock = { now: () => MORNING + 86_400_000, monotonic: () => 0 };

    beforeEach(async () => {
      harness = await makeHarness();
      store = harness.open(clock);
      await store.start();
    });

    afterEach(async () => {
      await store.stop();
      await harness.dispose();
    });

    async function restart(): Promise<void> {
      await store.stop();
      store = harness.open(clock);
      await store.start();
    }

    describe('gallery', () => {
      it('starts empty', async () => {
        assert.deepEqual(await store.gallery.load(), { visitors: [], templates: [] });
      });

      it('keeps visitors and templates to the last bit over a restart', async () => {
        const boris = visitor({
          faceId: BORIS,
          createdAt: MORNING + 1,
          ageMean: null,
          ageLow: null,
          ageHigh: null,
        });
        await store.gallery.apply([
          { kind: 'visitor', visitor: visitor() },
          { kind: 'visitor', visitor: boris },
          { kind: 'template', template: template() },
        ]);
        await restart();
        const { visitors, templates } = await store.gallery.load();
        assert.deepEqual(visitors, [visitor(), boris]);
        assert.deepEqual(templates.map(plainBytes), [plainBytes(template())]);
      });

      it('accepts a template that stands before its visitor in the list', async () => {
        await store.gallery.apply([
          { kind: 'template', template: template() },
          { kind: 'visitor', visitor: visitor() },
        ]);
        assert.equal((await store.gallery.load()).templates.length, 1);
      });

      it('replaces a visitor and a template that are already there', async () => {
        await store.gallery.apply([
          { kind: 'visitor', visitor: visitor() },
          { kind: 'template', template: template() },
        ]);
        const older = visitor({ ageMean: 35, lastSeenAt: MORNING + 120_000 });
        const better = template({ quality: 0.95, sealed: new Uint8Array([9, 9]) });
        const changes = [
          { kind: 'visitor', visitor: older },
          { kind: 'template', template: better },
        ] as const;
        await store.gallery.apply(changes);
        await store.gallery.apply(changes);
        const { visitors, templates } = await store.gallery.load();
        assert.deepEqual(visitors, [older]);
        assert.deepEqual(templates.map(plainBytes), [plainBytes(better)]);
      });

      it('removes a template, and removing it twice does no harm', async () => {
        await store.gallery.apply([
          { kind: 'visitor', visitor: visitor() },
          { kind: 'template', template: template({ id: 'a' }) },
          { kind: 'template', template: template({ id: 'b' }) },
        ]);
        await store.gallery.apply([{ kind: 'template-removed', id: 'a' }]);
        await store.gallery.apply([{ kind: 'template-removed', id: 'a' }]);
        assert.deepEqual(
          (await store.gallery.load()).templates.map((t) => t.id),
          ['b'],
        );
      });

      it('applies a list as a whole or not at all', async () => {
        const orphan = template({ faceId: 'v-nobody000000' });
        await assert.rejects(
          store.gallery.apply([
            { kind: 'visitor', visitor: visitor() },
            { kind: 'template', template: orphan },
          ]),
          VitrineError,
        );
        assert.deepEqual(await store.gallery.load(), { visitors: [], templates: [] });
        await store.gallery.apply([{ kind: 'visitor', visitor: visitor() }]);
        assert.equal((await store.gallery.load()).visitors.length, 1);
      });
    });

    describe('records', () => {
      it('gives back a sighting exactly as it came, with and without what may be unknown', async () => {
        const full = sighting();
        const bare = sighting({
          at: MORNING + 1000,
          age: null,
          ageLow: null,
          ageHigh: null,
          gender: 'unknown',
          genderProbability: null,
          faceId: null,
          looking: false,
          state: 'ended',
        });
        await store.records.record({ sightings: [full, bare] });
        assert.deepEqual(await collect(store.queries.sightings()), [full, bare]);
      });

      it('stores a sighting once, however often it is delivered', async () => {
        const first = sighting();
        await store.records.record({ sightings: [first, first] });
        await store.records.record({ sightings: [{ ...first, age: 99 }, sighting({ at: MORNING + 1000 })] });
        assert.deepEqual(
          (await collect(store.queries.sightings())).map((row) => row.age),
          [33.5, 33.5],
        );
      });

      it('replaces visits and minutes that are already there', async () => {
        await store.records.record({ visits: [visit()], audienceMinutes: [minute()] });
        const longer = visit({ endedAt: MORNING + 900_000, returning: true });
        const fuller = minute({ tracks: 3, presentSeconds: 60 });
        await store.records.record({ visits: [longer], audienceMinutes: [fuller] });
        assert.deepEqual(await collect(store.queries.visits()), [longer]);
        assert.deepEqual(await collect(store.queries.audienceMinutes()), [fuller]);
      });

      it('keeps minutes apart by run, site, camera, minute, age band and gender', async () => {
        const all = [
          minute(),
          minute({ run: 'run-2' }),
          minute({ site: 'other' }),
          minute({ camera: 'till' }),
          minute({ minute: MORNING + 60_000 }),
          minute({ ageBand: 'unknown' }),
          minute({ gender: 'unknown' }),
        ];
        await store.records.record({ audienceMinutes: all });
        await store.records.record({ audienceMinutes: all });
        assert.equal((await store.queries.counts()).audienceMinutes, all.length);
      });

      it('records a batch as a whole or not at all', async () => {
        const bad = minute({ presentSeconds: Number.NaN });
        await assert.rejects(
          store.records.record({ sightings: [sighting()], audienceMinutes: [bad] }),
          VitrineError,
        );
        assert.equal((await store.queries.counts()).sightings, 0);
        await store.records.record({ sightings: [sighting()], audienceMinutes: [minute()] });
        assert.equal((await store.queries.counts()).sightings, 1);
      });

      it('does not mix up batches that are recorded at the same time', async () => {
        const batches = Array.from({ length: 20 }, (_, i) => [
          sighting({ at: MORNING + i }),
          sighting({ at: MORNING + i, track: 't2' }),
        ]);
        await Promise.all(batches.map((sightings) => store.records.record({ sightings })));
        assert.equal((await store.queries.counts()).sightings, 40);
      });

      it('removes visits that were joined, in the same transaction as the visit that took them in', async () => {
        await store.records.record({ visits: [visit({ id: 'a' }), visit({ id: 'b' })] });
        await store.records.record({
          visits: [visit({ id: 'a', endedAt: MORNING + 1 })],
          removedVisits: ['b'],
        });
        assert.deepEqual(
          (await collect(store.queries.visits())).map((v) => [v.id, v.endedAt]),
          [['a', MORNING + 1]],
        );
      });

      it('finds the latest visit of a visitor at a site', async () => {
        await store.records.record({
          visits: [
            visit({ id: 'old' }),
            visit({ id: 'new', startedAt: MORNING + 7_200_000, endedAt: MORNING + 7_300_000 }),
            visit({
              id: 'elsewhere',
              site: 'other',
              startedAt: MORNING + 9_000_000,
              endedAt: MORNING + 9_000_000,
            }),
            visit({
              id: 'boris',
              faceId: BORIS,
              startedAt: MORNING + 9_000_000,
              endedAt: MORNING + 9_000_000,
            }),
          ],
        });
        assert.equal((await store.records.latestVisit('shop', ANNA))?.id, 'new');
        assert.equal(await store.records.latestVisit('other', BORIS), undefined);
      });

      it('finds the visits around a time: those that overlap it and one on each side', async () => {
        const hours = [0, 1, 2, 3, 4, 5].map((h) => {
          const startedAt = MORNING + h * 3_600_000;
          return visit({ id: `h${h}`, startedAt, endedAt: startedAt + 600_000 });
        });
        await store.records.record({ visits: hours });
        const around = async (from: number, to: number) => {
          const query = { site: 'shop', faceId: ANNA, from: MORNING + from, to: MORNING + to };
          return (await store.records.visitsAround(query)).map((v) => v.id);
        };
        assert.deepEqual(await around(2 * 3_600_000, 3 * 3_600_000), ['h1', 'h2', 'h3', 'h4']);
        assert.deepEqual(await around(1_800_000, 1_900_000), ['h0', 'h1']);
        assert.deepEqual(await around(-5, -1), ['h0']);
        assert.deepEqual(await around(600_000, 600_000), ['h0', 'h1']);
        assert.deepEqual(await around(9 * 3_600_000, 9 * 3_600_000), ['h5']);
      });
    });

    describe('queries', () => {
      it('streams sightings in order of time, more than one page of them', async () => {
        const total = 2_345;
        const rows = Array.from({ length: total }, (_, i) =>
          sighting({ at: MORNING + ((i * 7919) % total) * 10, track: `t${i % 3}` }),
        );
        await store.records.record({ sightings: rows });
        const seen = await collect(store.queries.sightings());
        const times = seen.map((row) => Date.parse(row.timestamp));
        assert.equal(new Set(seen.map((row) => row.id)).size, total);
        assert.deepEqual(
          times,
          times.toSorted((a, b) => a - b),
        );
      });

      it('streams every sighting when thousands share one timestamp', async () => {
        const rows = Array.from({ length: 2_100 }, (_, i) => sighting({ track: `t${i}` }));
        await store.records.record({ sightings: rows });
        const seen = await collect(store.queries.sightings());
        assert.equal(new Set(seen.map((row) => row.track)).size, 2_100);
      });

      it('filters sightings by time (from included, to not), camera and visitor', async () => {
        await store.records.record({
          sightings: [
            sighting({ at: MORNING }),
            sighting({ at: MORNING + 1000, camera: 'till' }),
            sighting({ at: MORNING + 2000, faceId: BORIS }),
            sighting({ at: MORNING + 3000, faceId: null }),
          ],
        });
        const offsets = async (filter: Parameters<Store['queries']['sightings']>[0]) =>
          (await collect(store.queries.sightings(filter))).map((row) => Date.parse(row.timestamp) - MORNING);
        assert.deepEqual(await offsets({ from: MORNING + 1000, to: MORNING + 3000 }), [1000, 2000]);
        assert.deepEqual(await offsets({ camera: 'door' }), [0, 2000, 3000]);
        assert.deepEqual(await offsets({ faceId: ANNA }), [0, 1000]);
        assert.deepEqual(
          await offsets({ faceId: ANNA, camera: 'till', from: MORNING, to: MORNING + 9000 }),
          [1000],
        );
        assert.deepEqual(await offsets({ from: MORNING + 9000 }), []);
      });

      it('streams visitors, visits and minutes over page borders', async () => {
        const n = 1_003;
        const ids = Array.from({ length: n }, (_, i) => `v-${String(i).padStart(12, '0')}`);
        await store.gallery.apply(
          ids.map((faceId) => ({ kind: 'visitor' as const, visitor: visitor({ faceId }) })),
        );
        await store.records.record({
          visits: ids.map((faceId) => visit({ id: faceId, faceId })),
          audienceMinutes: ids.map((_, i) =>
            minute({ minute: MORNING + Math.floor(i / 3) * 60_000, run: `r${i % 3}` }),
          ),
        });
        assert.equal(new Set((await collect(store.queries.visitors())).map((v) => v.faceId)).size, n);
        assert.equal(new Set((await collect(store.queries.visits())).map((v) => v.id)).size, n);
        assert.equal((await collect(store.queries.audienceMinutes())).length, n);
      });

      it('lets rows be written while a list is being read', async () => {
        const rows = Array.from({ length: 1_500 }, (_, i) => sighting({ at: MORNING + i }));
        await store.records.record({ sightings: rows });
        let seen = 0;
        for await (const _ of store.queries.sightings()) {
          if (seen++ === 10) await store.records.record({ sightings: [sighting({ at: MORNING + 10_000 })] });
        }
        assert.equal(seen, 1_501);
      });

      it('counts what is stored', async () => {
        await store.gallery.apply([
          { kind: 'visitor', visitor: visitor() },
          { kind: 'template', template: template() },
        ]);
        await store.records.record({
          sightings: [sighting()],
          visits: [visit()],
          audienceMinutes: [minute()],
        });
        assert.deepEqual(await store.queries.counts(), {
          sightings: 1,
          visitors: 1,
          visits: 1,
          templates: 1,
          audienceMinutes: 1,
        });
      });
    });

    describe('erasure', () => {
      async function fill(): Promise<void> {
        for (const faceId of [ANNA, BORIS]) {
          await store.gallery.apply([
            { kind: 'visitor', visitor: visitor({ faceId }) },
            { kind: 'template', template: template({ faceId, id: `template-${faceId}` }) },
          ]);
          await store.records.record({
            sightings: [
              sighting({ faceId, track: faceId }),
              sighting({ faceId: null, track: `early-${faceId}` }),
            ],
            visits: [visit({ faceId, id: `visit-${faceId}` })],
          });
        }
      }

      it('removes one visitor with all that hangs on the id, and nobody else', async () => {
        await fill();
        assert.equal(await store.queries.erase(ANNA), true);
        const { visitors, templates } = await store.gallery.load();
        assert.deepEqual(
          [...visitors, ...templates].map((row) => row.faceId),
          [BORIS, BORIS],
        );
        assert.deepEqual(
          (await collect(store.queries.visits())).map((row) => row.faceId),
          [BORIS],
        );
        const left = (await collect(store.queries.sightings())).map((row) => row.faceId);
        assert.deepEqual(left.toSorted(), [BORIS, null, null].toSorted());
      });

      it('says false for an id that is not there, and for one that was erased', async () => {
        await fill();
        assert.equal(await store.queries.erase('v-nobody000000'), false);
        assert.equal(await store.queries.erase(ANNA), true);
        assert.equal(await store.queries.erase(ANNA), false);
      });

      it('writes one line in the audit log, without the id', async () => {
        await fill();
        await store.queries.erase(ANNA);
        await store.queries.erase('v-nobody000000');
        const log = await collect(store.queries.auditLog());
        assert.deepEqual(log, [{ at: clock.now(), action: 'erase', subject: auditSubject(ANNA), rows: 4 }]);
        assert.ok(!JSON.stringify(log).includes(ANNA));
      });

      it('does not let late messages bring an erased id back, also after a restart', async () => {
        await fill();
        await store.queries.erase(ANNA);
        const late = async () => {
          await store.records.record({
            sightings: [sighting({ at: MORNING + 5000 })],
            visits: [visit({ id: 'late' })],
          });
          await store.gallery.apply([
            { kind: 'visitor', visitor: visitor() },
            { kind: 'template', template: template({ id: 'late' }) },
          ]);
        };
        await late();
        await restart();
        await late();
        assert.equal((await collect(store.queries.sightings({ faceId: ANNA }))).length, 0);
        assert.deepEqual(await store.queries.counts(), {
          sightings: 3,
          visitors: 1,
          visits: 1,
          templates: 1,
          audienceMinutes: 0,
        });
      });
    });

    describe('retention', () => {
      it('removes what was last seen before the date and keeps the rest', async () => {
        const day = 86_400_000;
        for (const [i, faceId] of [ANNA, BORIS].entries()) {
          const at = MORNING + i * day;
          await store.gallery.apply([
            { kind: 'visitor', visitor: visitor({ faceId, createdAt: MORNING, lastSeenAt: at }) },
            { kind: 'template', template: template({ id: `t${i}`, faceId }) },
          ]);
          await store.records.record({
            sightings: [sighting({ at, faceId })],
            visits: [visit({ id: `v${i}`, faceId, startedAt: MORNING - day, endedAt: at })],
            audienceMinutes: [minute({ minute: at })],
          });
        }
        assert.equal(await store.queries.prune(MORNING + day), 5);
        assert.deepEqual(await store.queries.counts(), {
          sightings: 1,
          visitors: 1,
          visits: 1,
          templates: 1,
          audienceMinutes: 1,
        });
        assert.equal((await store.gallery.load()).visitors[0]?.faceId, BORIS);
        assert.deepEqual(await collect(store.queries.auditLog()), [
          { at: clock.now(), action: 'prune', subject: null, rows: 5 },
        ]);
      });

      it('removes nothing and logs nothing when nothing is old', async () => {
        await store.records.record({ sightings: [sighting()] });
        assert.equal(await store.queries.prune(MORNING), 0);
        assert.deepEqual(await collect(store.queries.auditLog()), []);
      });

      it('removes more rows than one step takes', async () => {
        const rows = Array.from({ length: 5_001 }, (_, i) => sighting({ at: MORNING + i }));
        await store.records.record({ sightings: rows });
        assert.equal(await store.queries.prune(MORNING + 5_000), 5_000);
        assert.equal((await store.queries.counts()).sightings, 1);
      });
    });

    it('adds lines to the audit log and gives them back in order of time', async () => {
      const entry = { action: 'export', subject: null, rows: 12 } as const;
      await store.records.audit({ ...entry, at: MORNING + 2 });
      await store.records.audit({ ...entry, at: MORNING + 1, action: 'merge', subject: auditSubject(BORIS) });
      await restart();
      assert.deepEqual(
        (await collect(store.queries.auditLog())).map((line) => [
          line.at - MORNING,
          line.action,
          line.subject,
        ]),
        [
          [1, 'merge', auditSubject(BORIS)],
          [2, 'export', null],
        ],
      );
    });

    it('can be stopped twice and started again', async () => {
      await store.records.record({ sightings: [sighting()] });
      await store.stop();
      await store.stop();
      await store.start();
      assert.equal((await store.queries.counts()).sightings, 1);
    });

    it('refuses to work before it is started', async () => {
      const closed = harness.open(clock);
      await assert.rejects(closed.queries.counts(), VitrineError);
    });
  });
}

/** Typed arrays of different classes with the same bytes are the same. */
function plainBytes<T extends { sealed: Uint8Array }>(row: T) {
  return { ...row, sealed: [...row.sealed] };
}
