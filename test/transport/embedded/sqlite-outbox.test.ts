import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type ErrorCode, VitrineError } from '../../../src/core/errors.ts';
import { createSqliteOutbox } from '../../../src/transport/embedded/sqlite-outbox.ts';
import { createEmbeddedTransport } from '../../../src/transport/embedded/transport.ts';
import { collect, MORNING } from '../../contract/records.ts';

let root: string;
let folder: string;
let path: string;
let cases = 0;

before(() => {
  root = mkdtempSync(join(tmpdir(), 'vitrine-outbox-'));
});
after(() => rmSync(root, { recursive: true, force: true }));
beforeEach(() => {
  folder = join(root, `case-${cases++}`);
  path = join(folder, 'outbox.db');
});

const entry = (payload: string) => ({ topic: 'sightings', key: 'shop', payload });

const fails = (code: ErrorCode) => (error: unknown) => {
  assert.ok(error instanceof VitrineError, String(error));
  assert.equal(error.code, code);
  assert.ok(error.message.includes(path), 'the message names the file');
  return true;
};

describe('outbox in SQLite', () => {
  it('keeps what was appended, in order, until it is removed', async () => {
    const first = createSqliteOutbox({ path });
    await first.start();
    const ids: number[] = [];
    for (let i = 0; i < 1_203; i++) ids.push(await first.append(entry(`payload ${i}`)));
    await first.remove(ids.slice(0, 600));
    await first.remove([ids[0] ?? 0, 999_999]);
    await first.stop();
    const second = createSqliteOutbox({ path });
    await second.start();
    const pending = await collect(second.pending());
    assert.deepEqual(
      pending,
      ids.slice(600).map((id, i) => ({ id, ...entry(`payload ${600 + i}`) })),
    );
    await second.remove(pending.map(({ id }) => id));
    assert.ok((await second.append(entry('next'))) > (ids.at(-1) ?? 0), 'an id is never used again');
    await second.stop();
  });

  it('belongs to one process at a time, and its files to their owner', async () => {
    const first = createSqliteOutbox({ path });
    const second = createSqliteOutbox({ path });
    await first.start();
    await first.append(entry('x'));
    await assert.rejects(second.start(), fails('STORE_BUSY'));
    for (const name of readdirSync(folder))
      assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name);
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    await first.stop();
    await second.start();
    assert.equal((await collect(second.pending())).length, 1);
    await second.stop();
  });

  it('refuses a file that is not an outbox', async () => {
    mkdirSync(folder);
    writeFileSync(path, 'not a database'.repeat(99));
    await assert.rejects(createSqliteOutbox({ path }).start(), fails('STORE_UNREADABLE'));
    rmSync(path);
    mkdirSync(path);
    await assert.rejects(createSqliteOutbox({ path }).start(), fails('STORE_UNREADABLE'));
    rmSync(path, { recursive: true });
    const other = new DatabaseSync(path);
    other.exec('create table notes (text)');
    other.close();
    await assert.rejects(createSqliteOutbox({ path }).start(), fails('STORE_UNREADABLE'));
  });

  it('refuses a newer outbox', async () => {
    const outbox = createSqliteOutbox({ path });
    await outbox.start();
    await outbox.stop();
    const raw = new DatabaseSync(path);
    raw.exec('pragma user_version = 99');
    raw.close();
    await assert.rejects(outbox.start(), fails('STORE_NEWER'));
  });

  it('drops what is older than the limit and says how much', async () => {
    let now = MORNING;
    const lines: string[] = [];
    const logger = {
      debug() {},
      info() {},
      warn() {},
      error: (m: string, f = {}) => void lines.push(m + JSON.stringify(f)),
    };
    const clock = { now: () => now, monotonic: () => 0 };
    const outbox = createSqliteOutbox({ path, clock, logger, maxAgeMs: 1_000 });
    await outbox.start();
    await outbox.append(entry('old'));
    await outbox.append(entry('old too'));
    now += 900;
    await outbox.append(entry('young'));
    await outbox.stop();
    now += 500;
    await outbox.start();
    assert.deepEqual(
      (await collect(outbox.pending())).map(({ payload }) => payload),
      ['young'],
    );
    assert.match(lines.join(), /too old.*"messages":2/);
    await outbox.stop();
  });

  it('keeps no trace of handled messages once it has been at rest', async () => {
    let monotonic = 0;
    const outbox = createSqliteOutbox({ path, clock: { now: () => MORNING, monotonic: () => monotonic } });
    await outbox.start();
    const ids: number[] = [];
    for (let i = 0; i < 200; i++) ids.push(await outbox.append(entry(`the-secret-face-id ${'x'.repeat(i)}`)));
    monotonic += 120_000;
    await outbox.remove(ids);
    const script =
      'for (const f of process.argv.slice(1)) console.log(require("fs").readFileSync(f).includes("secret"))';
    const files = readdirSync(folder).map((name) => join(folder, name));
    const traces = spawnSync(process.execPath, ['-e', script, ...files], { encoding: 'utf8' }).stdout;
    await outbox.stop();
    assert.ok(!traces.includes('true'), `${files.join()}: ${traces}`);
    assert.ok(traces.includes('false'));
    assert.ok(!readFileSync(path).includes('secret'));
  });
});

describe('kill -9 of a process that publishes', () => {
  const KILLS = 12;
  const publisher = fileURLToPath(new URL('../fixtures/publisher.ts', import.meta.url));

  it(`loses nothing that was published, at ${KILLS} random instants`, async () => {
    const published = new Set<number>();
    const handled = new Set<number>();
    for (let kill = 0; kill < KILLS; kill++) {
      const first = Math.max(-1, ...published, ...handled) + 1;
      const output = await runAndKill(String(first), Math.random() * 80);
      for (const line of output.split('\n')) {
        const [what, number] = line.split(' ');
        if (what === 'published') published.add(Number(number));
        if (what === 'handled') handled.add(Number(number));
      }
    }
    const late: number[] = [];
    const transport = createEmbeddedTransport({ outbox: createSqliteOutbox({ path }) });
    await transport.subscribe(
      'sightings',
      async (batch) => void late.push(...batch.map((d) => Date.parse(d.message.timestamp) - MORNING)),
      { group: 'sink', maxBatch: 100 },
    );
    await transport.start();
    await transport.drain();
    await transport.stop();
    assert.ok(published.size > KILLS, `${published.size} were published`);
    for (const number of published)
      assert.ok(handled.has(number) || late.includes(number), `message ${number}`);
    assert.deepEqual(
      late,
      late.toSorted((a, b) => a - b),
      'in the order of publication',
    );
  });

  async function runAndKill(first: string, afterReady: number): Promise<string> {
    const child = spawn(process.execPath, [publisher, path, first], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    const closed = once(child, 'close');
    while (!output.includes('ready') && child.exitCode === null) await delay(5);
    await delay(afterReady);
    child.kill('SIGKILL');
    await closed;
    assert.equal(child.signalCode, 'SIGKILL');
    return output;
  }
});
