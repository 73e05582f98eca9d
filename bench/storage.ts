/**
 * What SQLite costs: `node bench/storage.ts [FOLDER]` prints one JSON document (some seconds). The folder decides which
 * disk is measured; default the system's for temporary files.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SightingMessage } from '../src/contract/sighting.ts';
import { deterministicId, newFaceId } from '../src/core/ids.ts';
import { createSink } from '../src/pipeline/sink.ts';
import { modeRules } from '../src/privacy/modes.ts';
import { createSqliteStore } from '../src/storage/sqlite/store.ts';
import type { Store } from '../src/storage/store.ts';
import { createSqliteOutbox } from '../src/transport/embedded/sqlite-outbox.ts';
import { createEmbeddedTransport } from '../src/transport/embedded/transport.ts';

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

const folder = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'vitrine-bench-'));
try {
  const path = join(folder, 'vitrine.db');
  const store = createSqliteStore({ path });
  const startMs = Math.round((await seconds(() => store.start())) * 1000);
  await recordRate(store, 100, 10);
  const rowsPerSecond = {
    'batch of 1': await recordRate(store, 1, 500),
    'batch of 10': await recordRate(store, 10, 200),
    'batch of 100': await recordRate(store, 100, 100),
    'batch of 1000': await recordRate(store, 1_000, 50),
  };
  const publishedToStoredPerSecond = await pathRate(store, folder, 20_000);
  const readPerSecond = await readRate(store);
  const { sightings: rows } = await store.queries.counts();
  const eraseMs = Math.round(
    (await seconds(async () => void (await store.queries.erase(faces[0] ?? '')))) * 1000,
  );
  const megabytes = Math.round(statSync(path).size / 1e5) / 10;
  await store.stop();
  const machine = `${cpus()[0]?.model ?? 'unknown'} × ${cpus().length}, Node ${process.version}`;
  const result = {
    machine,
    startMs,
    rowsPerSecond,
    publishedToStoredPerSecond,
    readPerSecond,
    rows,
    megabytes,
    eraseMs,
  };
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
