import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openVision, visionOptionsFrom } from '../../src/app/vision.ts';
import { imageFrame } from '../../src/capture/images/image-frame.ts';
import { readImage } from '../../src/capture/images/read-image.ts';
import { loadConfig } from '../../src/config/load.ts';
import { videoAnalysisSchema } from '../../src/contract/analysis.ts';
import type { Mode } from '../../src/contract/primitives.ts';
import { sightingSchema } from '../../src/contract/sighting.ts';
import { createVault } from '../../src/identity/vault.ts';
import { analyzePicture } from '../../src/pipeline/picture.ts';
import { defaultModelsDir } from '../../src/vision/onnx/manifest.ts';
import { type CliResult, runCli, temporaryFolder } from '../cli/run-cli.ts';
import { count, query } from './data-folder.ts';
import { portrait, shopClip } from './material.ts';
import { assertGood, assertRefused, documentIn, documentsIn, start, until } from './program.ts';
import { pictureTraces, type Trace, tracesOf, tracesOfClip } from './traces.ts';

/** What each mode leaves behind: in its data folder, in temporary files, in what it prints and in its log. */

const FACE_ID = /v-[0-9a-z]{12}/;
const folder = temporaryFolder('privacy');
after(() => folder[Symbol.dispose]());
const clip = await shopClip(8);

interface Remains {
  readonly name: string;
  readonly bytes: Buffer;
}

interface Run {
  readonly place: string;
  readonly result: CliResult;
  readonly files: readonly Remains[];
}

/** A working directory with a folder for data and one for temporary files. */
function place(name: string): { cwd: string; env: Record<string, string> } {
  const cwd = join(folder.path, name);
  mkdirSync(join(cwd, 'tmp'), { recursive: true });
  return { cwd, env: { TMPDIR: join(cwd, 'tmp'), VITRINE_LOG__LEVEL: 'debug' } };
}

/** Every file below the working directory. */
function remainsIn(cwd: string): Remains[] {
  return readdirSync(cwd, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ name: path.slice(cwd.length + 1), bytes: readFileSync(path) }));
}

async function run(name: string, args: readonly string[]): Promise<Run> {
  const { cwd, env } = place(name);
  const result = await start(args, { cwd, env }).ended;
  return { place: cwd, result, files: remainsIn(cwd) };
}

const watch = (mode: Mode) =>
  run(`run-${mode}`, ['run', '--source', clip.path, '--mode', mode, '--data', 'data', '--json']);

/** Runs a shop and kills it in the middle of the clip: what lies about then was meant to be tidied later. */
async function killed(mode: Mode): Promise<Run> {
  const { cwd, env } = place(`killed-${mode}`);
  const args = ['run', '--source', clip.path, '--mode', mode, '--data', 'data', '--json'];
  const running = start(args, { cwd, env });
  await until(running, () => running.text.stdout.split('\n').length > 3, {
    what: 'some sightings were printed',
  });
  running.child.kill('SIGKILL');
  const result = await running.ended;
  return { place: cwd, result, files: remainsIn(cwd) };
}

function assertNothingOf(traces: readonly Trace[], { result, files }: Run): void {
  const said = [
    { name: 'standard output', bytes: Buffer.from(result.stdout) },
    { name: 'standard error', bytes: Buffer.from(result.stderr) },
  ];
  for (const { name, bytes } of [...files, ...said])
    for (const trace of traces) assert.ok(!bytes.includes(trace.bytes), `${name} holds ${trace.what}`);
}

function assertNoFaceId(remains: readonly Remains[]): void {
  for (const { name, bytes } of remains) assert.doesNotMatch(bytes.toString('latin1'), FACE_ID, name);
}

function filledTables(data: string): string[] {
  const tables = query<{ name: string }>(data, "select name from sqlite_schema where type = 'table'");
  return tables
    .map(({ name }) => name)
    .filter((name) => count(data, name) > 0 && !name.startsWith('sqlite_'));
}

let traces: readonly Trace[];
before(async () => {
  traces = [...(await tracesOfClip(clip.path)), ...pictureTraces];
});

describe('the search for traces', () => {
  it('knows the numbers that the program computes', async () => {
    const { cwd } = place('control');
    const path = await portrait(join(cwd, 'portrait.jpg'));
    const { stdout } = await runCli(['analyze', path, '--json', '--embeddings'], { cwd });
    const [printed] = (JSON.parse(stdout) as { faces: { embedding: number[] }[] }).faces;
    const config = loadConfig({ env: {}, overrides: { mode: 'session' } });
    const vision = await openVision({ ...visionOptionsFrom(config), appearance: false });
    const [face] = await analyzePicture(imageFrame(await readImage(path), { camera: 'x' }), vision);
    await vision.close();
    const embedding = face?.description.descriptor?.face ?? new Float32Array();
    assert.deepEqual([...embedding], printed?.embedding, 'the same in another process');
    const found = tracesOf(embedding, 'it').filter(({ bytes }) => stdout.includes(bytes.toString('latin1')));
    assert.ok(found.some(({ what }) => what === 'it as JSON'));
    assert.ok(traces.length > 100, 'the clip gives many to search for');
  });
});

describe('anonymous mode', () => {
  let shop: Run;
  before(async () => {
    shop = await run('run-default', ['run', '--source', clip.path, '--data', 'data', '--json']);
  });

  it('is what run does unless told otherwise, and keeps counts per minute and nothing else', () => {
    assert.equal(shop.result.code, 0);
    assert.match(shop.result.stderr, /in anonymous mode/);
    const data = join(shop.place, 'data');
    assert.deepEqual(filledTables(data).sort(), [
      'audience_minutes',
      'cameras',
      'schema_migrations',
      'sites',
    ]);
    const names = shop.files.map(({ name }) => name).sort();
    assert.deepEqual(
      names,
      ['data/vitrine.db', 'data/vitrine.db.lock'],
      'no key, no messages, no temporary file',
    );
  });

  it('leaves no id, no embedding and no picture anywhere', () => {
    assertNothingOf(traces, shop);
    assertNoFaceId(shop.files);
    assert.doesNotMatch(shop.result.stdout + shop.result.stderr, FACE_ID);
    const sightings = documentsIn(shop.result.stdout, sightingSchema);
    assert.ok(sightings.length > 3 && sightings.every(({ faceId }) => faceId === null));
  });

  it('does all its work without the models that could recognise anybody', async () => {
    const { cwd } = place('few-models');
    mkdirSync(join(cwd, 'models'));
    for (const file of readdirSync(defaultModelsDir()))
      if (!/face_recognition|faceres/.test(file))
        symlinkSync(join(defaultModelsDir(), file), join(cwd, 'models', file));
    writeFileSync(join(cwd, 'few.yaml'), 'vision: { models: { dir: models } }\n');
    const args = ['analyze', clip.path, '--json', '--max-fps', '6', '--config', 'few.yaml'];
    const result = await runCli([...args, '--mode', 'anonymous'], { cwd });
    assertGood(result);
    const { faces, visitors } = documentIn(result.stdout, videoAnalysisSchema);
    assert.ok(faces > 10 && visitors.length === 0);
    const refused = await runCli(args, { cwd });
    assertRefused(refused, { exit: 1, code: 'MODEL_MISSING', names: 'face_recognition.onnx' });
  });
});

describe('session mode', () => {
  it('keeps counts and visits without ids', async () => {
    const shop = await watch('session');
    assert.equal(shop.result.code, 0);
    const data = join(shop.place, 'data');
    assert.deepEqual(
      filledTables(data)
        .filter((table) => !['schema_migrations', 'sites', 'cameras'].includes(table))
        .sort(),
      ['audience_minutes', 'visits'],
    );
    assert.deepEqual(query(data, 'select 1 from visits where face_id is not null'), []);
    assertNothingOf(traces, shop);
    assertNoFaceId(shop.files);
    assert.doesNotMatch(shop.result.stderr, FACE_ID);
    assert.match(shop.result.stdout, FACE_ID, 'ids are for who watches, while the session lasts');
  });

  it('leaves no more behind when it is killed', async () => {
    const shop = await killed('session');
    assertNothingOf(traces, shop);
    assertNoFaceId(shop.files);
  });

  it('of analyze leaves no file at all', async () => {
    const analysis = await run('analyze-session', ['analyze', clip.path, '--json', '--max-fps', '6']);
    assertGood(analysis.result);
    assert.deepEqual(analysis.files, []);
    assertNothingOf(traces, analysis);
  });
});

describe('loyalty mode', () => {
  let shop: Run;
  before(async () => {
    shop = await watch('loyalty');
  });

  it('keeps sealed templates, which only the key opens', () => {
    const data = join(shop.place, 'data');
    const key = Buffer.from(readFileSync(join(data, 'vitrine.key'), 'utf8').trim(), 'hex');
    const vault = createVault({ key });
    interface Row {
      readonly id: string;
      readonly faceId: string;
      readonly model: string;
      readonly sealed: Uint8Array;
    }
    const rows = query<Row>(data, 'select id, face_id as faceId, model, sealed from templates');
    assert.ok(rows.length > 0);
    const opened = rows.map(({ id, faceId, model, sealed }) =>
      vault.openDescriptor(sealed, { templateId: id, faceId, model }),
    );
    assertNothingOf(
      opened.flatMap(({ face }, i) => tracesOf(face, `template ${i}`)),
      shop,
    );
  });

  it('leaves no embedding and no picture in clear, also when it is killed', async () => {
    assertNothingOf(traces, shop);
    const names = shop.files.map(({ name }) => name).sort();
    assert.deepEqual(
      names,
      ['outbox.db', 'vitrine.db', 'vitrine.db.lock', 'vitrine.key'].map((n) => `data/${n}`),
    );
    assertNothingOf(traces, await killed('loyalty'));
  });

  it('shows thumbnails in the report only if asked, and keeps none in the data folder', async () => {
    const args = [
      'analyze',
      clip.path,
      '--max-fps',
      '6',
      '--mode',
      'loyalty',
      '--data',
      'data',
      '--out',
      'report',
    ];
    const plain = await run('analyze-loyalty', args);
    assertGood(plain.result, [/^Written to/]);
    assertNothingOf(traces, plain);
    const crops = await run('analyze-crops', [...args, '--crops']);
    assertGood(crops.result, [/^Written to/]);
    const report = crops.files.find(({ name }) => name.endsWith('.html'));
    assert.match(report?.bytes.toString() ?? '', /<img [^>]*src="data:image\/jpeg;base64,\/9j\//);
    assertNothingOf(traces, { ...crops, files: crops.files.filter((file) => file !== report) });
  });
});
