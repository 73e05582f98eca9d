import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { type Logger, silentLogger } from '../../src/core/logger.ts';
import { KEY_FILE, loadKey } from '../../src/identity/key.ts';

const run = promisify(execFile);
const invalid = { code: 'KEY_INVALID' };

describe('key', () => {
  let dataDir = '';
  const load = (environmentKey?: string, options: { create?: boolean; logger?: Logger } = {}) =>
    loadKey({ dataDir, environmentKey, create: true, logger: silentLogger, ...options });

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'vitrine-key-'));
  });
  afterEach(async () => {
    await rm(dataDir, { recursive: true, force: true });
  });

  it('is made on first use, private, and the same ever after', async () => {
    const first = await load();
    const second = await load();
    assert.equal(first.key.length, 32);
    assert.deepEqual(second, { key: first.key, origin: 'file' });
    assert.equal((await stat(join(dataDir, KEY_FILE))).mode & 0o777, 0o600);
    assert.deepEqual(await readdir(dataDir), [KEY_FILE], 'nothing else is left behind');
  });

  it('is made in a folder that is not there yet', async () => {
    dataDir = join(dataDir, 'a', 'b');
    assert.equal((await load()).origin, 'file');
  });

  it('is the same for many who come first at once, in one process and in several', async () => {
    const here = await Promise.all(Array.from({ length: 20 }, () => load()));
    const script = `
      import { loadKey } from ${JSON.stringify(new URL('../../src/identity/key.ts', import.meta.url).href)};
      const logger = { debug() {}, info() {}, warn() {}, error() {} };
      const { key } = await loadKey({ dataDir: process.argv[1], environmentKey: undefined, create: true, logger });
      process.stdout.write(key.toString('hex'));`;
    const folder = join(dataDir, 'shared');
    const args = ['--input-type=module', '-e', script, folder];
    const there = await Promise.all([1, 2, 3].map(() => run(process.execPath, args)));
    assert.equal(new Set(here.map(({ key }) => key.toString('hex'))).size, 1);
    assert.equal(new Set(there.map(({ stdout }) => stdout)).size, 1);
    assert.match(there[0]?.stdout ?? '', /^[0-9a-f]{64}$/);
  });

  it('comes from the environment if it is there, as hexadecimal or base64, and leaves no file', async () => {
    const key = Buffer.alloc(32, 0xab);
    for (const encoding of ['hex', 'base64', 'base64url'] as const) {
      assert.deepEqual(await load(` ${key.toString(encoding)}\n`), { key, origin: 'environment' });
    }
    assert.deepEqual(await readdir(dataDir), []);
  });

  it('is refused if malformed, without being repeated in the message', async () => {
    const secrets = ['hunter2', 'ab'.repeat(31), 'zz'.repeat(32), Buffer.alloc(31, 1).toString('base64')];
    for (const secret of secrets) {
      await assert.rejects(load(secret), (error: Error) => {
        assert.equal((error as Error & { code: string }).code, 'KEY_INVALID');
        assert.match(error.message, /^VITRINE_KEY is neither 64 hexadecimal digits nor base64 of 32 bytes$/);
        return true;
      });
    }
    await writeFile(join(dataDir, KEY_FILE), 'not a key\n', { mode: 0o600 });
    await assert.rejects(load(), invalid);
  });

  it('is not made anew where templates wait for the old one', async () => {
    await assert.rejects(load(undefined, { create: false }), invalid);
    assert.deepEqual(await readdir(dataDir), []);
  });

  it('waits for a file that another process is writing', async () => {
    const path = join(dataDir, KEY_FILE);
    await writeFile(path, '', { mode: 0o600 });
    const waiting = load();
    await writeFile(path, `${'0f'.repeat(32)}\n`);
    assert.equal((await waiting).key.toString('hex'), '0f'.repeat(32));
  });

  it('is made private, with a warning, if others could read it', {
    skip: process.platform === 'win32',
  }, async () => {
    const warnings: unknown[] = [];
    const logger: Logger = { ...silentLogger, warn: (_message, fields) => warnings.push(fields) };
    const { key } = await load();
    const path = join(dataDir, KEY_FILE);
    await chmod(path, 0o644);
    assert.deepEqual((await load(undefined, { logger })).key, key);
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.deepEqual(warnings, [{ path, madePrivate: true }]);
    assert.match(await readFile(path, 'utf8'), /^[0-9a-f]{64}\n$/);
  });
});
