import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createSqliteStore } from '../../../src/storage/sqlite/store.ts';
import type { Store } from '../../../src/storage/store.ts';
import { collect } from '../../contract/records.ts';
import { faceIdOf } from '../fixtures/steps.ts';

const KILLS = 30;
const writer = fileURLToPath(new URL('../fixtures/writer.ts', import.meta.url));

describe('kill -9 of a process that writes', () => {
  let folder: string;
  let path: string;
  const acknowledged = { gallery: new Set<number>(), record: new Set<number>(), erase: new Set<number>() };
  let last = -1;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'vitrine-crash-'));
    path = join(folder, 'vitrine.db');
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it(`loses and doubles nothing that was acknowledged, at ${KILLS} random instants`, async () => {
    for (let kill = 0; kill < KILLS; kill++) {
      await runAndKill(Math.random() * 60);
      if (kill % 10 === 0) checkIntegrity();
    }
    checkIntegrity();
    assert.ok(acknowledged.record.size > KILLS, 'the writers got something done');
    assert.ok(acknowledged.erase.size > 0);
    const store = createSqliteStore({ path });
    await store.start();
    await checkGallery(store);
    await checkRecords(store);
    await store.stop();
  });

  async function runAndKill(afterReady: number): Promise<void> {
    const child = spawn(process.execPath, [writer, path, String(last + 1)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const closed = once(child, 'close');
    const ready = listen(child);
    await Promise.race([ready, closed.then(() => assert.fail('the writer ended before it was ready'))]);
    await delay(afterReady);
    child.kill('SIGKILL');
    await closed;
    assert.equal(child.signalCode, 'SIGKILL');
    last++;
  }

  /** Notes the acknowledgements; resolves at `ready`. */
  function listen(child: ChildProcess): Promise<void> {
    assert.ok(child.stdout);
    const lines = createInterface({ input: child.stdout });
    return new Promise((resolve) => {
      lines.on('line', (line) => {
        if (line === 'ready') return resolve();
        const [kind, step] = line.split(' ');
        assert.ok(kind === 'gallery' || kind === 'record' || kind === 'erase', line);
        acknowledged[kind].add(Number(step));
        if (kind !== 'erase') last = Math.max(last, Number(step));
      });
    });
  }

  function checkIntegrity(): void {
    const raw = new DatabaseSync(path, { readOnly: true });
    const result = raw.prepare('pragma integrity_check').all();
    const orphans = raw.prepare('pragma foreign_key_check').all();
    raw.close();
    assert.deepEqual(
      result.map((row) => ({ ...row })),
      [{ integrity_check: 'ok' }],
    );
    assert.deepEqual(orphans, []);
  }

  async function checkGallery(store: Store): Promise<void> {
    const { visitors, templates } = await store.gallery.load();
    const ids = visitors.map((row) => row.faceId);
    assert.equal(new Set(ids).size, ids.length, 'every visitor once');
    assert.deepEqual(
      ids.toSorted(),
      templates.map((row) => row.faceId).toSorted(),
      'never one without the other',
    );
    for (const step of acknowledged.gallery) {
      if (mayBeErased(step)) continue;
      assert.ok(ids.includes(faceIdOf(step)), `visitor ${step}`);
    }
    for (const step of acknowledged.erase) assert.ok(!ids.includes(faceIdOf(step)), `erased ${step}`);
  }

  async function checkRecords(store: Store): Promise<void> {
    const sightings = await collect(store.queries.sightings());
    const visits = await collect(store.queries.visits());
    const perFace = Map.groupBy(sightings, (row) => row.faceId);
    assert.equal(new Set(sightings.map((row) => row.id)).size, sightings.length, 'every sighting once');
    for (const [faceId, rows] of perFace) {
      assert.equal(rows.length, 3, `a batch is whole: ${faceId}`);
      assert.equal(
        visits.filter((visit) => visit.faceId === faceId).length,
        1,
        `and has its visit: ${faceId}`,
      );
    }
    assert.equal(visits.length, perFace.size);
    for (const step of acknowledged.record) {
      if (!mayBeErased(step)) assert.ok(perFace.has(faceIdOf(step)), `record ${step}`);
    }
    for (const step of acknowledged.erase) assert.ok(!perFace.has(faceIdOf(step)), `erased ${step}`);
  }

  /** An erasure may have been carried out without its acknowledgement being seen. */
  function mayBeErased(step: number): boolean {
    return step % 5 === 0 && acknowledged.record.has(step + 4);
  }
});
