import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SightingMessage } from '../src/contract/sighting.ts';
import { deterministicId, newFaceId } from '../src/core/ids.ts';
import { createSink } from '../src/pipeline/sink.ts';
import { modeRules } from '../src/privacy/modes.ts';
import { createSqliteStore } from '../src/storage/sqlite/store.ts';
import type { Store } from '../src/storage/store.ts';
import { createSqliteOutbox } from '../src/transport/embedded/sqlite-outbox.ts';
import { createEmbeddedTransport } from '../src/transport/embedded/transport.ts';
import { readArguments } from './lib/arguments.ts';
import { type Figure, figure, present } from './lib/report.ts';

/** What SQLite costs, on the disk of the system's folder for temporary files; set TMPDIR to measure another one. */

/** Three faces in each of 80 frames a second, each of them a row: the most that the path of the issue can ask for. */
const LEAST_ROWS_PER_SECOND = 240;

const wanted = readArguments('storage', {
  seconds: {
    about: 'about how long it may take; at 10 as many rows as are meant',
    default: 10,
    min: 1,
    max: 600,
  },
});

const START = Date.UTC(2026, 2, 1, 10);
const faces = Array.from({ length: 200 }, () => newFaceId());

function sightings(first: number, count: number): SightingMessage[] {
  return Array.from({ length: count }, (_, i) => {
    const n = first + i;
    return {
      version: 1,
      timestamp: new Date(START + n * 100).toISOString(),
      id: deterministicId('bench', n),
      age: 33.5,
      ageLow: 26,
      ageHigh: 41,
      gender: 'female',
      genderProbability: 0.97,
      faceId: faces[n % faces.length] ?? null,
      site: 'shop',
      camera: 'door',
      track: `t${n % 50}`,
      box: { x: 100.5, y: 80.25, width: 64, height: 80 },
      confidence: 0.93,
      looking: true,
      state: 'live',
    };
  });
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

let next = 0;

/** Rows per second of `record` with batches of one size. */
async function recordRate(store: Store, batch: number, batches: number): Promise<number> {
  const made = Array.from({ length: batches }, (_, i) => sightings(next + i * batch, batch));
  next += batch * batches;
  const time = await seconds(async () => {
    for (const rows of made) await store.records.record({ sightings: rows });
  });
  return Math.round((batch * batches) / time);
}

/** Messages per second from `publish` to the row, through the outbox, the transport and the sink. */
async function pathRate(store: Store, folder: string, messages: number): Promise<number> {
  const transport = createEmbeddedTransport({
    outbox: createSqliteOutbox({ path: join(folder, 'outbox.db') }),
  });
  const sink = createSink({ records: store.records, rules: modeRules.loyalty, run: 'bench' });
  await transport.subscribe('sightings', sink, { group: 'sink', maxBatch: 500, lingerMs: 100 });
  await transport.start();
  const rows = sightings(next, messages);
  next += messages;
  const time = await seconds(async () => {
    for (const row of rows) await transport.publish('sightings', row.site, row);
    await transport.drain();
  });
  await transport.stop();
  return Math.round(messages / time);
}

async function readRate(store: Store): Promise<number> {
  let rows = 0;
  const time = await seconds(async () => {
    for await (const _ of store.queries.sightings()) rows++;
  });
  return Math.round(rows / time);
}

/** A tenth of what is meant for each second that it may take. */
function share(count: number): number {
  return Math.max(1, Math.round((count * wanted.seconds) / 10));
}

async function recordRates(store: Store): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [batch, batches] of [
    [1, 500],
    [10, 200],
    [100, 100],
    [1000, 50],
  ] as const) {
    const name = batch === 1 ? 'recorded one by one' : `recorded in batches of ${batch}`;
    figures.push(figure({ name, value: await recordRate(store, batch, share(batches)), unit: 'rows/s' }));
  }
  return figures;
}

async function measureIn(folder: string): Promise<Figure[]> {
  const path = join(folder, 'vitrine.db');
  const store = createSqliteStore({ path });
  const start = await seconds(() => store.start());
  await recordRate(store, 100, 10);
  const recorded = await recordRates(store);
  const published = await pathRate(store, folder, share(20_000));
  const read = await readRate(store);
  const { sightings: rows } = await store.queries.counts();
  const erase = await seconds(async () => void (await store.queries.erase(faces[0] ?? '')));
  const bytes = statSync(path).size;
  await store.stop();
  const limit = { rule: 'at least', value: LEAST_ROWS_PER_SECOND } as const;
  return [
    figure({ name: 'from publishing to the stored row', value: published, unit: 'rows/s', limit }),
    ...recorded,
    figure({ name: 'read in order of time', value: read, unit: 'rows/s' }),
    figure({ name: `one visitor erased from ${rows} rows`, value: erase * 1000, unit: 'ms' }),
    figure({ name: 'opened, with all migrations', value: start * 1000, unit: 'ms' }),
    figure({ name: 'on disk', value: bytes / rows, unit: 'bytes/row' }),
  ];
}

async function measure(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'vitrine-bench-'));
  try {
    return await measureIn(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await present({ bench: 'storage', json: wanted.json, measure });
