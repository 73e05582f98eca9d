import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { DATABASE_FILE, OUTBOX_FILE, openShop, type Shop, type ShopOptions } from '../../src/app/shop.ts';
import { configSchema } from '../../src/config/schema.ts';
import type { Mode } from '../../src/contract/primitives.ts';
import type { SightingMessage } from '../../src/contract/sighting.ts';
import { silentLogger } from '../../src/core/logger.ts';
import type { FaceDescriptor, TrackUpdate } from '../../src/core/track.ts';
import { encodeDescriptor, toTemplateDescriptor } from '../../src/identity/descriptor.ts';
import { KEY_FILE } from '../../src/identity/key.ts';
import { look, START, seededRandom, update } from '../identity/synthetic-people.ts';

const HOUR = 3_600_000;
const KEY = 'ab'.repeat(32);

async function scratch(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'vitrine-shop-'));
  after(() => rm(dir, { recursive: true, force: true }));
  return join(dir, 'data');
}

interface Opening {
  readonly mode: Mode;
  readonly dataDir: string;
  readonly persists?: boolean;
  readonly key?: string;
  readonly onSighting?: (message: SightingMessage) => void;
}

function open({ mode, dataDir, persists = true, key, onSighting }: Opening): Promise<Shop> {
  const options: ShopOptions = {
    config: configSchema.parse({ mode, dataDir }),
    persists,
    embedder: mode === 'anonymous' ? undefined : { model: 'test-1', dimensions: 128 },
    environment: key === undefined ? {} : { VITRINE_KEY: key },
    logger: silentLogger,
    ...(onSighting ? { onSighting } : {}),
  };
  return openShop(options);
}

async function withShop<T>(opening: Opening, work: (shop: Shop) => Promise<T>): Promise<T> {
  const shop = await open(opening);
  try {
    return await work(shop);
  } finally {
    await shop.close();
  }
}

/**
 * A person whose looks are all alike, of numbers that float32 and sums of a few hold exactly: the template, which is
 * a weighted mean of the looks, then holds these very numbers.
 */
function plainPerson(seed: number): FaceDescriptor {
  const random = seededRandom(seed);
  const number = () => (Math.floor(random() * 31) - 15) / 128;
  return {
    face: Float32Array.from({ length: 128 }, number),
    appearance: Float32Array.from({ length: 1024 }, number),
  };
}

const ANNA = plainPerson(1);
const BORIS = plainPerson(2);

interface Visit {
  readonly person: FaceDescriptor | undefined;
  readonly track: string;
  readonly from?: number;
  readonly age?: { mean: number; low: number; high: number };
}

/** Three seconds before the camera, looked at every 300 ms. */
function* visit({ person, track, from = START, age }: Visit): Generator<TrackUpdate> {
  const attributes = {
    age: age ?? { mean: 35, low: 28, high: 42 },
    gender: { label: 'female', probability: 0.95 },
  } as const;
  for (let ms = 0; ms <= 3000; ms += 100) {
    const capturedAt = from + ms;
    const looks = ms % 300 === 0 ? [look(person, { capturedAt, quality: 0.75 })] : [];
    yield update({ track, startedAt: from, capturedAt, looks, attributes });
  }
  yield update({ track, startedAt: from, capturedAt: from + 3000, state: 'ended', attributes });
}

/** Who the visitor turned out to be. */
async function receive(shop: Shop, who: Visit): Promise<string | undefined> {
  let faceId: string | undefined;
  for (const seen of visit(who)) faceId = (await shop.stage.handle(seen))?.faceId ?? faceId;
  return faceId;
}

async function collect<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const row of rows) all.push(row);
  return all;
}

/** All bytes of all files in the folder. */
async function bytesOf(dataDir: string): Promise<Buffer> {
  const files = await readdir(dataDir, { recursive: true });
  return Buffer.concat(await Promise.all(files.map((file) => readFile(join(dataDir, file)))));
}

/** Pieces of a descriptor as they would lie in a file: floats of either descriptor, and the bytes of a template. */
function piecesOf(person: FaceDescriptor): Buffer[] {
  const { face, appearance } = person;
  const floats = [face, appearance ?? new Float32Array(0)].map((v) =>
    Buffer.from(v.buffer, v.byteOffset, v.byteLength),
  );
  return [...floats, encodeDescriptor(toTemplateDescriptor(person))].flatMap((bytes) => [
    bytes.subarray(4, 36),
    bytes.subarray(bytes.length - 32),
  ]);
}

function assertHoldsNothingOf(bytes: Buffer, person: FaceDescriptor): void {
  for (const piece of piecesOf(person)) assert.equal(bytes.indexOf(piece), -1);
}

describe('a shop in session mode', () => {
  it('that keeps nothing leaves its folder untouched', async () => {
    const dataDir = await scratch();
    const sightings: SightingMessage[] = [];
    const opening = { mode: 'session', dataDir, persists: false } as const;
    await withShop({ ...opening, onSighting: (m) => void sightings.push(m) }, async (shop) => {
      assert.ok(await receive(shop, { person: ANNA, track: 't1' }));
      await shop.drain();
      assert.equal(existsSync(dataDir), false);
    });
    assert.equal(existsSync(dataDir), false);
    assert.equal(sightings.length, 5);
    assert.ok(sightings.every(({ faceId }) => faceId === sightings[0]?.faceId && faceId !== null));
  });

  it('that counts stores visits without ids, and nothing of a face', async () => {
    const dataDir = await scratch();
    const opening = { mode: 'session', dataDir } as const;
    const ids = await withShop(opening, async (shop) => {
      const anna = await receive(shop, { person: ANNA, track: 't1' });
      const again = await receive(shop, { person: ANNA, track: 't2', from: START + HOUR });
      const boris = await receive(shop, { person: BORIS, track: 't3', from: START + HOUR });
      await shop.drain();
      assert.equal(again, anna);
      assert.notEqual(boris, anna);
      const { queries } = shop.store ?? assert.fail();
      const { sightings, visitors, templates, visits } = await queries.counts();
      assert.deepEqual([sightings, visitors, templates, visits], [0, 0, 0, 3]);
      assert.ok((await collect(queries.visits())).every(({ faceId }) => faceId === null));
      return [anna, boris];
    });
    const files = await readdir(dataDir);
    assert.ok(files.includes(DATABASE_FILE));
    assert.ok(!files.includes(OUTBOX_FILE) && !files.includes(KEY_FILE), files.join(', '));
    const bytes = await bytesOf(dataDir);
    assertHoldsNothingOf(bytes, ANNA);
    assertHoldsNothingOf(bytes, BORIS);
    for (const id of ids) assert.equal(bytes.indexOf(id ?? assert.fail()), -1);
  });

  it('knows nobody after a restart', async () => {
    const dataDir = await scratch();
    const meet = (from: number) =>
      withShop({ mode: 'session', dataDir }, (shop) => receive(shop, { person: ANNA, track: 't1', from }));
    assert.notEqual(await meet(START), await meet(START + HOUR));
  });
});

describe('a shop in anonymous mode', () => {
  it('has no gallery, names nobody and stores only counts', async () => {
    const dataDir = await scratch();
    const sightings: SightingMessage[] = [];
    const opening = {
      mode: 'anonymous',
      dataDir,
      onSighting: (m: SightingMessage) => void sightings.push(m),
    } as const;
    await withShop(opening, async (shop) => {
      assert.equal(shop.gallery, undefined);
      assert.equal(await receive(shop, { person: undefined, track: 't1' }), undefined);
      await shop.drain();
      const { queries } = shop.store ?? assert.fail();
      const counts = await queries.counts();
      assert.deepEqual([counts.sightings, counts.visitors, counts.templates, counts.visits], [0, 0, 0, 0]);
      const minutes = await collect(queries.audienceMinutes());
      assert.equal(
        minutes.reduce((sum, { tracks }) => sum + tracks, 0),
        1,
      );
      assert.equal(minutes[0]?.ageBand, '35-44');
    });
    assert.equal(sightings.length, 5);
    assert.ok(sightings.every(({ faceId }) => faceId === null));
  });
});

describe('a shop in loyalty mode', () => {
  it('keeps visitors under the same ids over restarts, and knows that they return', async () => {
    const dataDir = await scratch();
    const opening = { mode: 'loyalty', dataDir } as const;
    const first = await withShop(opening, async (shop) => {
      const ids = [
        await receive(shop, { person: ANNA, track: 't1' }),
        await receive(shop, { person: BORIS, track: 't2', from: START + 5000 }),
      ];
      await shop.drain();
      return ids;
    });
    assert.ok(first[0] && first[1] && first[0] !== first[1]);
    await withShop(opening, async (shop) => {
      assert.equal(shop.gallery?.stats().visitors, 2);
      assert.equal(await receive(shop, { person: BORIS, track: 't1', from: START + 2 * HOUR }), first[1]);
      assert.equal(await receive(shop, { person: ANNA, track: 't2', from: START + 3 * HOUR }), first[0]);
      await shop.drain();
      const { queries } = shop.store ?? assert.fail();
      const visits = await collect(queries.visits());
      assert.equal(visits.length, 4);
      assert.deepEqual(
        visits
          .filter(({ returning }) => returning)
          .map(({ faceId }) => faceId)
          .toSorted(),
        first.toSorted(),
      );
      assert.equal((await queries.counts()).visitors, 2);
    });
  });

  it('writes templates that only the key can read', async () => {
    const dataDir = await scratch();
    const id = await withShop({ mode: 'loyalty', dataDir, key: KEY }, async (shop) => {
      const anna = await receive(shop, { person: ANNA, track: 't1' });
      await shop.drain();
      assert.ok(((await shop.store?.queries.counts())?.templates ?? 0) > 0);
      // While it runs, side files of the database hold what has just been written.
      assertHoldsNothingOf(await bytesOf(dataDir), ANNA);
      return anna;
    });
    const bytes = await bytesOf(dataDir);
    assert.ok(bytes.indexOf(id ?? assert.fail()) >= 0, 'the id is there, so the search finds what is');
    assertHoldsNothingOf(bytes, ANNA);
    assert.equal(bytes.indexOf(Buffer.from(KEY, 'hex')), -1);
    assert.ok(!(await readdir(dataDir)).includes(KEY_FILE));
  });

  it('refuses another key, a malformed one and none, and goes on with the right one', async () => {
    const dataDir = await scratch();
    const meet = (key: string | undefined, from: number) =>
      withShop({ mode: 'loyalty', dataDir, ...(key === undefined ? {} : { key }) }, async (shop) => {
        const faceId = await receive(shop, { person: ANNA, track: 't1', from });
        await shop.drain();
        return faceId;
      });
    const anna = await meet(KEY, START);
    assert.ok(anna);
    for (const wrong of ['cd'.repeat(32), 'no key', undefined])
      await assert.rejects(meet(wrong, START + HOUR), { code: 'KEY_INVALID' }, `${wrong}`);
    assert.equal(await meet(KEY, START + 2 * HOUR), anna);
  });

  it('keeps no template of a child', async () => {
    const dataDir = await scratch();
    await withShop({ mode: 'loyalty', dataDir }, async (shop) => {
      const age = { mean: 8, low: 6, high: 11 };
      assert.equal(await receive(shop, { person: ANNA, track: 't1', age }), undefined);
      await shop.drain();
      const { visitors, templates, sightings } = (await shop.store?.queries.counts()) ?? assert.fail();
      assert.deepEqual([visitors, templates], [0, 0]);
      assert.equal(sightings, 5);
    });
  });

  it('has stored every sighting once when it is drained', async () => {
    const dataDir = await scratch();
    const told: SightingMessage[] = [];
    await withShop({ mode: 'loyalty', dataDir, onSighting: (m) => void told.push(m) }, async (shop) => {
      for (let i = 0; i < 6; i++)
        await receive(shop, { person: i % 2 ? ANNA : BORIS, track: `t${i}`, from: START + i * 5000 });
      await shop.drain();
      const stored = await collect((shop.store ?? assert.fail()).queries.sightings());
      assert.equal(stored.length, 30);
      assert.deepEqual(stored.map(({ id }) => id).toSorted(), told.map(({ id }) => id).toSorted());
    });
  });
});
