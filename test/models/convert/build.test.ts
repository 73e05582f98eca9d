import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { type BuildProgress, buildModels, convert } from '../../../models/convert/build.ts';
import { networks } from '../../../models/convert/catalogue.ts';
import { VitrineError } from '../../../src/core/errors.ts';
import { loadManifests } from '../../../src/vision/onnx/manifest.ts';

describe('building the models', () => {
  let outDir = '';

  beforeEach(async () => {
    outDir = await mkdtemp(join(tmpdir(), 'vitrine-build-'));
  });

  afterEach(() => rm(outDir, { recursive: true, force: true }));

  it('gives the hashes of the manifest, twice in a row', async () => {
    const entries = await loadManifests({ modelsDir: outDir });
    const wanted = entries.map(({ spec }) => [spec.name, spec.sha256]);
    const first = await buildModels({ outDir, expected: new Map() });
    const second = await buildModels({ outDir, expected: new Map() });
    assert.deepEqual(
      first.map(({ name, sha256 }) => [name, sha256]),
      wanted,
    );
    assert.deepEqual(
      second.map(({ name, sha256, built }) => [name, sha256, built]),
      wanted.map(([name, sha256]) => [name, sha256, true]),
    );
  });

  it('takes less than a minute and tells how far it is', async (t) => {
    const started = performance.now();
    const seen: BuildProgress[] = [];
    const built = await buildModels({ outDir, onProgress: (progress) => seen.push(progress) });
    const seconds = (performance.now() - started) / 1000;
    t.diagnostic(`${seconds.toFixed(1)} s`);
    assert.ok(seconds < 60);
    assert.deepEqual(
      seen.map(({ name, done, total }) => [name, done, total]),
      built.map(({ name }, index) => [name, index + 1, built.length]),
    );
  });

  it('leaves a file alone that is right, and writes one again that is not', async () => {
    const [first, second] = await buildModels({ outDir });
    assert.ok(first && second);
    const before = await stat(first.path);
    await writeFile(second.path, 'half a model');
    const again = await buildModels({ outDir });
    assert.equal((await stat(first.path)).mtimeMs, before.mtimeMs);
    assert.deepEqual(
      again.map(({ built }) => built),
      again.map(({ name }) => name === second.name),
    );
    assert.equal((await readFile(second.path)).byteLength, second.bytes);
  });

  it('leaves nothing but the models behind', async () => {
    await buildModels({ outDir });
    assert.deepEqual((await readdir(outDir)).sort(), networks.map(({ file }) => file).sort());
  });

  it('clears away what killed builds left, but no file of another kind or of a build that may still run', async () => {
    const id = '01234567-89ab-cdef-0123-456789abcdef';
    const left = `blazeface.onnx.${id}.tmp`;
    const underWay = `liveness.onnx.${id}.tmp`;
    const foreign = ['notes.tmp', `report-${id}.tmp`, 'blazeface.onnx.tmp'];
    for (const name of [left, underWay, ...foreign]) await writeFile(join(outDir, name), 'half a model');
    const twoHoursAgo = Date.now() / 1000 - 2 * 3600;
    for (const name of [left, ...foreign]) await utimes(join(outDir, name), twoHoursAgo, twoHoursAgo);
    await buildModels({ outDir });
    const wanted = [underWay, ...foreign, ...networks.map(({ file }) => file)];
    assert.deepEqual((await readdir(outDir)).sort(), wanted.sort());
  });

  it('fails, and writes nothing, where the result is not what is expected', async () => {
    const expected = new Map([['blazeface', '0'.repeat(64)]]);
    await assert.rejects(buildModels({ outDir, expected }), (error) => {
      assert.ok(error instanceof VitrineError);
      assert.equal(error.code, 'MODEL_BUILD_FAILED');
      assert.match(error.message, /^blazeface came out as [0-9a-f]{12}…, the manifest says 000000000000…/);
      return true;
    });
    assert.deepEqual(await readdir(outDir), []);
  });

  it('says that the folder is the trouble where it is', async () => {
    const file = join(outDir, 'file');
    await writeFile(file, '');
    await assert.rejects(buildModels({ outDir: join(file, 'models') }), {
      code: 'OUTPUT_UNWRITABLE',
      message: `the models cannot be written to ${join(file, 'models')} (ENOTDIR)`,
    });
  });

  it('names the network whose converter fails', async () => {
    const [network] = networks;
    assert.ok(network);
    const broken = { ...network, convert: () => Promise.resolve({}) };
    await assert.rejects(convert(broken), {
      code: 'MODEL_BUILD_FAILED',
      message: 'blazeface: the converter gives no output "scores"',
    });
  });
});
