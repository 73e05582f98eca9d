import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, beforeEach, describe, it } from 'node:test';
import { type ErrorCode, VitrineError } from '../../../src/core/errors.ts';
import { createSqliteStore } from '../../../src/storage/sqlite/store.ts';
import { ANNA, collect, MORNING, sighting, template, visitor } from '../../contract/records.ts';

let root: string;
let folder: string;
let path: string;
let count = 0;

before(() => {
  root = mkdtempSync(join(tmpdir(), 'vitrine-sqlite-'));
});
after(() => rmSync(root, { recursive: true, force: true }));
beforeEach(() => {
  folder = join(root, `case-${count++}`);
  path = join(folder, 'vitrine.db');
});

const fails = (code: ErrorCode, words: RegExp) => (error: unknown) => {
  assert.ok(error instanceof VitrineError, String(error));
  assert.equal(error.code, code);
  assert.match(error.message, words);
  assert.ok(error.message.includes(root), 'the message names the place');
  return true;
};

async function makeDatabase(): Promise<void> {
  const store = createSqliteStore({ path });
  await store.start();
  await store.records.record({ sightings: [sighting()] });
  await store.stop();
}

describe('files of the SQLite store', () => {
  it('are readable by their owner only, in a folder that is too', async () => {
    const store = createSqliteStore({ path });
    await store.start();
    await store.records.record({ sightings: [sighting()] });
    const rights = readdirSync(folder).map((name) => [name, statSync(join(folder, name)).mode & 0o777]);
    await store.stop();
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    assert.deepEqual(rights.toSorted(), [
      ['vitrine.db', 0o600],
      ['vitrine.db-shm', 0o600],
      ['vitrine.db-wal', 0o600],
      ['vitrine.db.lock', 0o600],
    ]);
  });

  it('leaves the rights of a folder and a file alone that were there before', async () => {
    mkdirSync(folder, { mode: 0o755 });
    chmodSync(folder, 0o755);
    writeFileSync(path, '');
    chmodSync(path, 0o640);
    await makeDatabase();
    assert.equal(statSync(folder).mode & 0o777, 0o755);
    assert.equal(statSync(path).mode & 0o777, 0o640);
  });

  it('writes no file for a store in memory', async () => {
    const before = readdirSync(process.cwd());
    const store = createSqliteStore({ path: ':memory:' });
    await store.start();
    await store.records.record({ sightings: [sighting()] });
    assert.equal(await store.queries.erase(ANNA), true);
    await store.stop();
    assert.deepEqual(readdirSync(process.cwd()), before);
  });
});

describe('a path that cannot be the database', () => {
  it('is a folder', async () => {
    mkdirSync(path, { recursive: true });
    await assert.rejects(createSqliteStore({ path }).start(), fails('STORE_UNREADABLE', /is a folder/));
    await assert.rejects(
      createSqliteStore({ path, readOnly: true }).start(),
      fails('STORE_UNREADABLE', /is a folder/),
    );
  });

  it('is some other file', async () => {
    mkdirSync(folder);
    writeFileSync(path, 'timestamp,age,gender\n'.repeat(500));
    const before = statSync(path).size;
    await assert.rejects(createSqliteStore({ path }).start(), fails('STORE_UNREADABLE', /is not a database/));
    assert.equal(statSync(path).size, before, 'and it is left as it was');
  });

  it('has a damaged header', async () => {
    await makeDatabase();
    const raw = await open(path, 'r+');
    await raw.write(Buffer.alloc(100, 0xa5), 0, 100, 0);
    await raw.close();
    await assert.rejects(createSqliteStore({ path }).start(), fails('STORE_UNREADABLE', /is not a database/));
  });

  it('was cut short', async () => {
    await makeDatabase();
    truncateSync(path, 6_000);
    const store = createSqliteStore({ path });
    await assert.rejects(
      async () => {
        await store.start();
        await collect(store.queries.sightings());
      },
      fails('STORE_UNREADABLE', /damaged/),
    );
    await store.stop();
  });

  it('belongs to another program', async () => {
    mkdirSync(folder);
    const other = new DatabaseSync(path);
    other.exec('create table notes (text)');
    other.close();
    await assert.rejects(createSqliteStore({ path }).start(), fails('STORE_UNREADABLE', /another program/));
    const reader = createSqliteStore({ path, readOnly: true });
    await assert.rejects(reader.start(), fails('STORE_UNREADABLE', /another program/));
  });

  it('lies under a file instead of a folder', async () => {
    mkdirSync(folder);
    writeFileSync(join(folder, 'file'), '');
    const under = join(folder, 'file', 'vitrine.db');
    await assert.rejects(
      createSqliteStore({ path: under }).start(),
      fails('STORE_UNREADABLE', /cannot be made/),
    );
  });

  it('was written by a newer version', async () => {
    await makeDatabase();
    const raw = new DatabaseSync(path);
    raw.exec("insert into schema_migrations values (999, 'from-tomorrow', 0)");
    raw.close();
    await assert.rejects(createSqliteStore({ path }).start(), fails('STORE_NEWER', /version 999/));
    await assert.rejects(
      createSqliteStore({ path, readOnly: true }).start(),
      fails('STORE_NEWER', /version 999/),
    );
  });

  it('does not keep the folder locked after any of these', async () => {
    mkdirSync(folder);
    writeFileSync(path, 'no database');
    await assert.rejects(createSqliteStore({ path }).start());
    rmSync(path);
    await makeDatabase();
  });
});

describe('two users of one database', () => {
  it('refuses a second writer in the same process and lets it in afterwards', async () => {
    const first = createSqliteStore({ path });
    const second = createSqliteStore({ path });
    await first.start();
    await assert.rejects(second.start(), fails('STORE_BUSY', /another process/));
    await first.records.record({ sightings: [sighting()] });
    await assert.rejects(second.start(), fails('STORE_BUSY', /another process/));
    await first.stop();
    await second.start();
    assert.equal((await second.queries.counts()).sightings, 1);
    await second.stop();
  });

  it('refuses a second writer in another process, also after one in this process was refused', async () => {
    const store = createSqliteStore({ path });
    await store.start();
    await assert.rejects(createSqliteStore({ path }).start(), fails('STORE_BUSY', /another process/));
    const child = tryStart({ path });
    await store.stop();
    assert.equal(child, 'STORE_BUSY');
    assert.equal(tryStart({ path }), 'started');
  });

  it('lets a reader read what is committed while the writer goes on, and write nothing', async () => {
    const writer = createSqliteStore({ path });
    await writer.start();
    await writer.records.record({ sightings: [sighting()] });
    const reader = createSqliteStore({ path, readOnly: true });
    await reader.start();
    assert.equal((await reader.queries.counts()).sightings, 1);
    await writer.records.record({ sightings: [sighting({ at: MORNING + 1 })] });
    assert.equal((await reader.queries.counts()).sightings, 2);
    await assert.rejects(
      reader.records.record({ sightings: [sighting({ at: MORNING + 2 })] }),
      fails('OUTPUT_UNWRITABLE', /cannot be written/),
    );
    await reader.stop();
    await writer.stop();
  });

  it('says that there is nothing to read', async () => {
    const reader = createSqliteStore({ path, readOnly: true });
    await assert.rejects(reader.start(), fails('STORE_UNREADABLE', /no database/));
    assert.throws(() => statSync(folder), 'and makes no folder');
  });
});

describe('a place that must not be written', {
  skip: process.getuid?.() !== 0 && 'needs root to become nobody',
}, () => {
  it('refuses a folder of someone else', async () => {
    mkdirSync(folder);
    chmodSync(root, 0o755);
    assert.equal(tryStart({ path, asNobody: true }), 'OUTPUT_UNWRITABLE');
    const deeper = join(folder, 'a', 'b', 'vitrine.db');
    assert.equal(tryStart({ path: deeper, asNobody: true }), 'OUTPUT_UNWRITABLE');
  });

  it('refuses a read-only file in a folder that can be written', async () => {
    await makeDatabase();
    chmodSync(folder, 0o777);
    chmodSync(path, 0o444);
    rmSync(`${path}.lock`);
    assert.equal(tryStart({ path, asNobody: true }), 'OUTPUT_UNWRITABLE');
  });

  it('can still be read, if the writer closed it', async () => {
    await makeDatabase();
    chmodSync(folder, 0o755);
    chmodSync(path, 0o444);
    assert.equal(tryStart({ path, asNobody: true, readOnly: true }), 'started');
  });
});

describe('a full disk', () => {
  const mountPoint = () => join(folder, 'disk');

  it('refuses the batch, keeps what was stored, and works again once there is space', async (t) => {
    mkdirSync(mountPoint(), { recursive: true });
    const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', mountPoint()]);
    if (mount.status !== 0) return t.skip('needs the right to mount a small disk');
    try {
      await fillDisk(mountPoint());
    } finally {
      spawnSync('umount', [mountPoint()]);
    }
  });

  async function fillDisk(disk: string): Promise<void> {
    path = join(disk, 'vitrine.db');
    const ballast = join(disk, 'ballast');
    writeFileSync(ballast, Buffer.alloc(1_000_000));
    const store = createSqliteStore({ path });
    await store.start();
    let stored = 0;
    const batch = () => Array.from({ length: 100 }, (_, i) => sighting({ at: MORNING + stored + i }));
    const fill = async () => {
      for (;;) {
        await store.records.record({ sightings: batch() });
        stored += 100;
      }
    };
    await assert.rejects(fill(), fails('DISK_FULL', /no space is left/));
    assert.ok(stored > 0);
    assert.equal((await store.queries.counts()).sightings, stored);
    rmSync(ballast);
    await store.records.record({ sightings: batch() });
    assert.equal((await store.queries.counts()).sightings, stored + 100);
    await store.stop();
    const raw = new DatabaseSync(path);
    assert.deepEqual({ ...raw.prepare('pragma integrity_check').get() }, { integrity_check: 'ok' });
    raw.close();
  }
});

describe('rows for people', () => {
  it('has the four columns of the paper first', async () => {
    await makeDatabase();
    const raw = new DatabaseSync(path);
    const columns = raw.prepare('select * from sightings').columns();
    const readable = raw.prepare('select * from sightings_readable limit 1').get();
    raw.close();
    assert.deepEqual(
      columns.slice(0, 4).map((column) => column.name),
      ['timestamp', 'age', 'gender', 'face_id'],
    );
    assert.deepEqual(Object.entries(readable ?? {}).slice(0, 4), [
      ['timestamp', '2026-03-01T10:00:00.000Z'],
      ['age', 33.5],
      ['gender', 'female'],
      ['face_id', ANNA],
    ]);
  });

  it('shows every millisecond as it was', async () => {
    const store = createSqliteStore({ path });
    await store.start();
    const times = Array.from({ length: 1_000 }, (_, i) => MORNING + i);
    await store.records.record({ sightings: times.map((at) => sighting({ at })) });
    await store.stop();
    const raw = new DatabaseSync(path);
    const shown = raw.prepare('select timestamp from sightings_readable order by id').all();
    raw.close();
    assert.deepEqual(
      new Set(shown.flatMap((row) => Object.values(row))),
      new Set(times.map((at) => new Date(at).toISOString())),
    );
  });

  it('notes every site and camera at its first row', async () => {
    const store = createSqliteStore({ path });
    await store.start();
    await store.records.record({
      sightings: [sighting(), sighting({ camera: 'till', at: MORNING + 5 }), sighting({ camera: 'till' })],
    });
    await store.stop();
    const raw = new DatabaseSync(path);
    const cameras = raw.prepare('select site, id, first_seen_at from cameras order by id').all();
    raw.close();
    assert.deepEqual(
      cameras.map((row) => ({ ...row })),
      [
        { site: 'shop', id: 'door', first_seen_at: MORNING },
        { site: 'shop', id: 'till', first_seen_at: MORNING + 5 },
      ],
    );
  });
});

describe('erased rows', () => {
  const ids = Array.from({ length: 60 }, (_, i) => `v-erase${String(i * 7919 + 1e6).slice(0, 7)}`);
  const seals = ids.map(() => randomBytes(900));

  async function fill(store: ReturnType<typeof createSqliteStore>): Promise<void> {
    for (const [i, faceId] of ids.entries()) {
      await store.gallery.apply([
        { kind: 'visitor', visitor: visitor({ faceId }) },
        { kind: 'template', template: template({ id: `t-${i}`, faceId, sealed: seals[i] as Uint8Array }) },
      ]);
    }
    for (let i = 0; i < 6_000; i += 200) {
      const row = (k: number) =>
        sighting({
          at: MORNING + i + k,
          faceId: ids[((i + k) * 37) % 60] ?? null,
          track: 't'.repeat((k % 40) + 1),
        });
      await store.records.record({ sightings: Array.from({ length: 200 }, (_, k) => row(k)) });
    }
  }

  /** Read by another process: closing the file here would drop the locks of the store in this one. */
  function traces(of: readonly string[]): number {
    const script = `
      const fs = require('node:fs');
      const [path, ...ids] = process.argv.slice(1);
      const files = [path, path + '-wal'].filter((file) => fs.existsSync(file)).map((file) => fs.readFileSync(file));
      console.log(ids.filter((id) => files.some((bytes) => bytes.includes(id))).length);`;
    return Number(spawnSync(process.execPath, ['-e', script, path, ...of], { encoding: 'utf8' }).stdout);
  }

  it('leave no trace in the files, while the store is open', async () => {
    const store = createSqliteStore({ path });
    await store.start();
    await fill(store);
    const gone = ids.slice(0, 20);
    assert.equal(traces(ids), 60);
    for (const faceId of gone) assert.equal(await store.queries.erase(faceId), true);
    assert.equal(traces(gone), 0);
    assert.equal(traces(ids.slice(20)), 40);
    await store.stop();
    const bytes = readFileSync(path);
    const sealed = seals.map((seal) => bytes.includes(seal.subarray(400, 432)));
    assert.deepEqual(sealed.slice(0, 20), Array(20).fill(false));
    assert.deepEqual(sealed.slice(20), Array(40).fill(true));
  });

  it('leave no trace after retention either', async () => {
    const store = createSqliteStore({ path });
    await store.start();
    await fill(store);
    await store.queries.prune(MORNING + 3_600_000);
    assert.equal(traces(ids), 0);
    await store.stop();
  });

  it('are overwritten, without rewriting the file, after retention in a large file', async () => {
    const store = createSqliteStore({ path, rewriteLimit: 1_000_000 });
    await store.start();
    await fill(store);
    const before = statSync(path).size;
    assert.ok(before > 1_000_000);
    await store.queries.prune(MORNING + 3_600_000);
    const found = traces(ids);
    assert.ok(found < 20, `${found} of 60 ids are left in unused space`);
    assert.ok(statSync(path).size >= before, 'the file keeps its size');
    assert.equal(statSync(`${path}-wal`).size, 0);
    await store.stop();
  });

  it('are removed from the files at the next start if the process died in between', async () => {
    const store = createSqliteStore({ path });
    await store.start();
    await fill(store);
    await store.stop();
    // What a process leaves that is killed between the deletion and the rewriting of the file.
    const raw = new DatabaseSync(path);
    raw.exec(
      'pragma secure_delete = off; begin; delete from sightings; delete from templates; delete from visitors',
    );
    raw.exec('pragma user_version = 1; commit');
    raw.close();
    assert.ok(traces(ids) > 0, 'the case is real');
    const next = createSqliteStore({ path });
    await next.start();
    assert.equal(traces(ids), 0);
    await next.stop();
  });

  it('wait for a reader in the midst of a list, and go once it has finished', async () => {
    const store = createSqliteStore({ path });
    await store.start();
    await fill(store);
    const reader = new DatabaseSync(path, { readOnly: true });
    reader.exec('begin');
    reader.prepare('select count(*) from sightings').get();
    const [first = '', second = ''] = ids;
    const started = performance.now();
    assert.equal(await store.queries.erase(first), true);
    assert.ok(performance.now() - started < 1_500, 'the writer is not held up');
    assert.equal(traces([first]), 1, 'the reader still has its pages');
    reader.exec('commit');
    reader.close();
    assert.equal(await store.queries.erase(second), true);
    assert.equal(traces([first, second]), 0);
    await store.stop();
  });

  it('go at the next start if the reader was still there when the store was stopped', async () => {
    const store = createSqliteStore({ path });
    await store.start();
    await fill(store);
    const reader = new DatabaseSync(path, { readOnly: true });
    reader.exec('begin');
    reader.prepare('select count(*) from sightings').get();
    const [first = ''] = ids;
    assert.equal(await store.queries.erase(first), true);
    await store.stop();
    reader.close();
    assert.equal(traces([first]), 1);
    const next = createSqliteStore({ path });
    await next.start();
    assert.equal(traces([first]), 0);
    await next.stop();
  });
});

interface Attempt {
  readonly path: string;
  readonly readOnly?: boolean;
  readonly asNobody?: boolean;
}

/** Starts a store in another process: `started`, or the code of the error. */
function tryStart(attempt: Attempt): string {
  const script = `
    const { createSqliteStore } = await import(${JSON.stringify(new URL('../../../src/storage/sqlite/store.ts', import.meta.url).href)});
    const { path, readOnly = false, asNobody } = JSON.parse(process.argv[1]);
    if (asNobody) { process.setgid(65534); process.setuid(65534); }
    const store = createSqliteStore({ path, readOnly });
    try {
      await store.start();
      await store.queries.counts();
      await store.stop();
      process.stdout.write('started');
    } catch (error) {
      process.stdout.write(String(error.code));
    }`;
  const args = ['--input-type=module', '-e', script, JSON.stringify(attempt)];
  const child = spawnSync(process.execPath, args, { encoding: 'utf8' });
  assert.equal(child.status, 0, child.stderr);
  return child.stdout;
}
