import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { registerModels } from '../../src/cli/commands/models.ts';
import { shippedManifest } from '../../src/vision/onnx/manifest.ts';
import { echoEntry, echoModel, writeUserModel } from '../vision/onnx/user-model.ts';
import { call } from './in-process.ts';
import { runCli, temporaryFolder } from './run-cli.ts';

/** The shipped models, whatever they are. */
const manifest = JSON.parse(readFileSync(shippedManifest, 'utf8')) as {
  readonly models: readonly { readonly name: string; readonly role: string; readonly file: string }[];
};
const NAMES = manifest.models.map(({ name }) => name);
const [first] = manifest.models;
assert.ok(first);

interface Listed {
  readonly name: string;
  readonly role: string;
  readonly selected: boolean;
  readonly bytes: number | null;
  readonly licence: string;
  readonly origin: string;
}

describe('vitrine models', () => {
  const folder = temporaryFolder('cli-models');
  const models = join(folder.path, 'models');
  const env = { VITRINE_MODELS: models };
  const shipped = join(folder.path, 'shipped.yaml');

  /** The real command line; its models are in a folder of this test. */
  const run = (...args: string[]) => runCli(['models', ...args], { cwd: folder.path, env });
  const callWith = (config: string, ...args: string[]) =>
    call(registerModels, ['models', ...args, '--config', config]);

  /** A configuration with a user's embedder `echo` that is selected. */
  async function ownModel(name: string, change: Record<string, unknown> = {}): Promise<string> {
    const place = join(folder.path, name);
    mkdirSync(place);
    const bytes = echoModel('nchw');
    const manifest = await writeUserModel(place, bytes, { ...echoEntry(bytes, 'nchw'), ...change });
    const config = join(place, 'vitrine.yaml');
    const select = '{ face-embedder: echo }';
    writeFileSync(
      config,
      `vision: { models: { dir: ${models}, manifests: [${manifest}], select: ${select} } }`,
    );
    return config;
  }

  before(async () => {
    writeFileSync(shipped, `vision: { models: { dir: ${models} } }`);
    const { code, stdout } = await run('build');
    assert.deepEqual(
      [code, stdout],
      [0, `${NAMES.length} models ready in ${models} (${NAMES.length} built)\n`],
    );
  });
  after(() => folder[Symbol.dispose]());

  it('build says in one line that all is current, and nothing else', async () => {
    const again = await run('build');
    assert.deepEqual(again, { code: 0, stdout: `${NAMES.length} models ready in ${models}\n`, stderr: '' });
  });

  it('build makes again what is damaged, in the folder that --dir names', async () => {
    const path = join(models, first.file);
    const { size } = statSync(path);
    writeFileSync(path, 'half a model');
    const { code, stdout } = await call(registerModels, ['models', 'build', '--dir', models]);
    assert.deepEqual([code, stdout], [0, `${NAMES.length} models ready in ${models} (1 built)\n`]);
    assert.equal(statSync(path).size, size);
  });

  it('build ends with one line where the folder cannot be made', async () => {
    const { code, stdout, stderr } = await run('build', '--dir', '/dev/null/models');
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /^vitrine: .*\/dev\/null\/models.* \(OUTPUT_UNWRITABLE\)\. [^\n]+\n$/);
  });

  it('list shows every model with role, size, licence and origin', async () => {
    const { code, stdout, stderr } = await run('list');
    const [header = '', ...rows] = stdout.trimEnd().split('\n');
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(header, /^NAME +ROLE +SELECTED +SIZE +LICENCE +ORIGIN$/);
    assert.deepEqual(
      rows.map((row) => row.split(' ')[0]),
      NAMES,
    );
    const embedder = rows.find((row) => row.startsWith('face_recognition '));
    assert.match(embedder ?? '', /^\S+ +face-embedder +yes +\d+\.\d MB +CC0-1\.0 +dlib_face/);
  });

  it('list --json is one document with the true sizes', async () => {
    const { stdout } = await callWith(shipped, 'list', '--json');
    const listed = JSON.parse(stdout) as Listed[];
    assert.deepEqual(
      listed.map(({ name }) => name),
      NAMES,
    );
    for (const { name, bytes, licence, origin } of listed) {
      const file = manifest.models.find((model) => model.name === name)?.file ?? '';
      assert.equal(bytes, statSync(join(models, file)).size);
      assert.ok(licence && origin);
    }
    const roles = new Set(listed.map(({ role }) => role));
    const selected = listed.filter((model) => model.selected).map(({ role }) => role);
    assert.deepEqual(selected, [...roles], 'one model a role');
  });

  it('list and verify know the models of a configuration', async () => {
    const config = await ownModel('own');
    const list = await callWith(config, 'list', '--json');
    const embedders = (JSON.parse(list.stdout) as Listed[]).filter(({ role }) => role === 'face-embedder');
    assert.deepEqual(
      embedders.map(({ name, selected }) => [name, selected]),
      [
        ['face_recognition', false],
        ['echo', true],
      ],
    );
    const verify = await callWith(config, 'verify');
    assert.deepEqual([verify.code, verify.stderr], [0, '']);
    assert.match(verify.stdout, /^echo +ok$/m);
  });

  it('verify ends with 0 and a line for each model where all are right', async () => {
    const { code, stdout, stderr } = await run('verify');
    const rows = stdout.trimEnd().split('\n');
    assert.deepEqual([code, stderr], [0, '']);
    assert.deepEqual(
      rows.map((row) => row.split(/ +/)),
      NAMES.map((name) => [name, 'ok']),
    );
  });

  it('verify ends with 1 and the reason where one is wrong', async () => {
    const config = await ownModel('wrong', { outputs: [{ name: 'embedding', shape: ['N', 128] }] });
    const { code, stdout, stderr } = await run('verify', '--config', config);
    assert.equal(code, 1);
    assert.match(stdout, /^echo +the shape of output "embedding" is \[N, 12\] in the file, \[N, 128\]/m);
    assert.match(stdout, new RegExp(`^${first.name} +ok$`, 'm'));
    assert.match(stderr, new RegExp(`^1 of ${NAMES.length + 1} models are wrong; .*\\n$`));
  });

  it('say of a folder that is not there that the models are missing', async () => {
    const config = join(folder.path, 'nowhere.yaml');
    const nowhere = join(folder.path, 'nowhere');
    writeFileSync(config, `vision: { models: { dir: ${nowhere} } }`);
    const list = await callWith(config, 'list', '--json');
    assert.equal(list.code, 0);
    assert.ok((JSON.parse(list.stdout) as Listed[]).every(({ bytes }) => bytes === null));
    const verify = await callWith(config, 'verify');
    assert.equal(verify.code, 1);
    assert.match(verify.stdout, new RegExp(`^${first.name} +there is no .*nowhere/${first.file}$`, 'm'));
    assert.match(verify.stderr, new RegExp(`^${NAMES.length} of ${NAMES.length} models are wrong`));
    assert.ok(!existsSync(nowhere), 'looking makes nothing');
  });

  it('end with one line where a manifest is broken', async () => {
    const config = await ownModel('broken');
    rmSync(join(folder.path, 'broken', 'manifest.json'));
    for (const command of ['list', 'verify']) {
      const { code, stdout, stderr } = await callWith(config, command);
      assert.deepEqual([code, stdout], [1, '']);
      assert.match(stderr, /^vitrine: the manifest .* cannot be read \(MODEL_INVALID\)\. [^\n]+\n$/);
    }
  });

  it('end with 2 where they are called wrongly or the configuration cannot be read', async () => {
    for (const args of [[], ['lst'], ['list', '--csv'], ['build', 'all'], ['verify', '--config']])
      assert.equal((await call(registerModels, ['models', ...args])).code, 2, args.join(' '));
    const { code, stderr } = await run('list', '--config', 'missing.yaml');
    assert.equal(code, 2);
    assert.match(stderr, /^vitrine: Cannot read missing\.yaml: ENOENT \(CONFIG_UNREADABLE\)\. [^\n]+\n$/);
  });

  it('teach with an example', async () => {
    for (const command of ['list', 'build', 'verify']) {
      const { code, stdout } = await call(registerModels, ['models', command, '--help']);
      assert.equal(code, 0);
      assert.match(stdout, new RegExp(`Examples:\\n {2}vitrine models ${command}`));
    }
  });
});
