import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, it } from 'node:test';
import { registerDoctor } from '../../src/cli/commands/doctor.ts';
import { createSqliteStore } from '../../src/storage/sqlite/store.ts';
import { defaultModelsDir } from '../../src/vision/onnx/manifest.ts';
import { call } from './in-process.ts';
import { runCli, temporaryFolder } from './run-cli.ts';

const CHECKS = [
  'Node.js',
  'processor',
  'memory',
  'disk',
  'clock',
  'ONNX Runtime',
  'FFmpeg',
  'sharp',
  'SQLite',
  'models',
  'configuration',
  'data folder',
  'database',
  'key',
  'video devices',
];

interface Examined {
  readonly ok: boolean;
  readonly checks: readonly {
    readonly check: string;
    readonly status: 'ok' | 'warning' | 'failed';
    readonly detail: string;
    readonly advice?: string;
  }[];
}

describe('vitrine doctor', () => {
  const folder = temporaryFolder('cli-doctor');
  const data = join(folder.path, 'shop');
  after(() => folder[Symbol.dispose]());

  before(async () => {
    const store = createSqliteStore({ path: join(data, 'vitrine.db') });
    await store.start();
    await store.stop();
  });

  async function examine(...args: string[]) {
    const { code, stdout, stderr } = await call(registerDoctor, [
      'doctor',
      '--json',
      '--data',
      data,
      ...args,
    ]);
    assert.equal(stderr, '');
    const { ok, checks } = JSON.parse(stdout) as Examined;
    assert.equal(code, ok ? 0 : 1);
    const found = (name: string) => {
      const result = checks.find(({ check }) => check === name);
      assert.ok(result, `${name} is checked`);
      return result;
    };
    return { ok, checks, found };
  }

  it('prints a line for each check, with a mark and what was found', async () => {
    const before = readdirSync(data).sort();
    const env = { VITRINE_MODELS: defaultModelsDir() };
    const { code, stdout, stderr } = await runCli(['doctor', '--data', data], { cwd: folder.path, env });
    const lines = stdout.trimEnd().split('\n');
    assert.equal(stderr, '');
    assert.equal(lines.length, CHECKS.length);
    for (const [i, line] of lines.entries())
      assert.match(line, new RegExp(`^[✓!✗] ${(CHECKS[i] ?? '').padEnd(13)}  \\S`));
    assert.equal(code, lines.some((line) => line.startsWith('✗')) ? 1 : 0);
    assert.match(stdout, /^✓ ONNX Runtime {3}\d+\.\d+\.\d+$/m);
    assert.match(stdout, /^✓ FFmpeg {9}\d+\.\d+/m);
    assert.match(stdout, /^✓ sharp {10}\d+\.\d+\.\d+, libvips \d+\.\d+\.\d+$/m);
    assert.match(stdout, /^✓ SQLite {9}\d+\.\d+\.\d+$/m);
    assert.match(stdout, /^✓ configuration {2}defaults: anonymous mode, 0 cameras$/m);
    assert.match(stdout, /^✓ database {7}schema version 1, 0 visitors, /m);
    const files = readdirSync(data).filter((name) => !/-(wal|shm)$/.test(name));
    assert.deepEqual(files.sort(), before, 'nothing was made');
  });

  it('--json says the same in one document', async () => {
    const { checks, found } = await examine();
    assert.deepEqual(
      checks.map(({ check }) => check),
      CHECKS,
    );
    assert.equal(found('Node.js').detail, process.versions.node);
    assert.ok(checks.every(({ status, advice }) => (status === 'ok') === (advice === undefined)));
  });

  it('tells of missing models, and how to make them', async () => {
    const config = join(folder.path, 'models.yaml');
    writeFileSync(config, `vision: { models: { dir: ${join(folder.path, 'nowhere')} } }`);
    const { ok, found } = await examine('--config', config);
    assert.equal(ok, false);
    const { status, detail, advice } = found('models');
    assert.equal(status, 'failed');
    assert.match(detail, /there is no .*nowhere.*, and \d+ more$/);
    assert.match(advice ?? '', /`vitrine models build`/);
  });

  it('goes on with the defaults where the configuration is wrong, and lists its problems', async () => {
    const config = join(folder.path, 'wrong.yaml');
    writeFileSync(config, 'mode: all\nserver: { port: 99999 }');
    const { ok, checks, found } = await examine('--config', config);
    assert.equal(ok, false);
    assert.equal(checks.length, CHECKS.length);
    const { status, detail } = found('configuration');
    assert.equal(status, 'failed');
    assert.match(detail, /wrong\.yaml: .*mode must be one of .*; server\.port must be at most 65535/);
    const missing = await examine('--config', join(folder.path, 'missing.yaml'));
    assert.match(missing.found('configuration').detail, /^Cannot read .*missing\.yaml: ENOENT$/);
  });

  it('opens the cameras of the configuration only when asked to', async () => {
    const config = join(folder.path, 'cameras.yaml');
    writeFileSync(config, `cameras: [{ id: door, source: ${join(folder.path, 'gone.mp4')} }]`);
    const without = await examine('--config', config);
    assert.equal(without.checks.length, CHECKS.length);
    const withThem = await examine('--config', config, '--cameras');
    const { status, detail } = withThem.found('camera door');
    assert.equal(status, 'failed');
    assert.match(detail, /gone\.mp4 does not exist \(SOURCE_NOT_FOUND\)$/);
  });

  it('tells of a newer database and an open folder', async () => {
    const database = new DatabaseSync(join(data, 'vitrine.db'));
    database.exec(`insert into schema_migrations values (99, 'future', 0)`);
    database.close();
    chmodSync(data, 0o755);
    const { ok, found } = await examine();
    assert.equal(ok, false);
    assert.equal(found('database').status, 'failed');
    assert.match(found('database').detail, /schema version 99.*\(STORE_NEWER\)$/);
    assert.equal(found('data folder').status, 'warning');
    assert.match(found('data folder').advice ?? '', /chmod 700/);
  });

  it('ends with 1 and marks on its lines what will not run', async () => {
    const broken = join(folder.path, 'broken');
    mkdirSync(broken, { mode: 0o700 });
    writeFileSync(join(broken, 'vitrine.db'), 'no database '.repeat(100));
    const { code, stdout } = await call(registerDoctor, ['doctor', '--data', broken]);
    assert.equal(code, 1);
    assert.match(
      stdout,
      /^✗ database {7}.* is not a database \(STORE_UNREADABLE\)\. Check the path [^\n]+$/m,
    );
  });

  it('ends with 2 where it is called wrongly, and teaches with an example', async () => {
    assert.equal((await call(registerDoctor, ['doctor', '--fix'])).code, 2);
    assert.equal((await call(registerDoctor, ['doctor', 'cameras'])).code, 2);
    const { code, stdout } = await call(registerDoctor, ['doctor', '--help']);
    assert.equal(code, 0);
    assert.match(stdout, /Examples:\n {2}vitrine doctor\n/);
  });
});
