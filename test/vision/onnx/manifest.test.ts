import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { describeError, VitrineError } from '../../../src/core/errors.ts';
import { modelRoles } from '../../../src/vision/models.ts';
import { defaultModelsDir, loadManifests, selectEntry } from '../../../src/vision/onnx/manifest.ts';
import { echoEntry, echoModel, writeUserModel } from './user-model.ts';

const modelsDir = '/nowhere';
const bytes = echoModel('nhwc');

describe('manifests', () => {
  let folder = '';

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vitrine-manifest-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  /** The one line for a user's manifest with this entry. */
  async function problem(entry: unknown): Promise<string> {
    const manifest = await writeUserModel(folder, bytes, entry);
    return problemOf(manifest);
  }

  async function problemOf(manifest: string): Promise<string> {
    const error = await loadManifests({ modelsDir, manifests: [manifest] }).catch((e: unknown) => e);
    assert.ok(error instanceof VitrineError);
    assert.equal(error.code, 'MODEL_INVALID');
    const line = describeError(error);
    assert.ok(!line.includes('\n'), line);
    return line;
  }

  it('serves every role with a model of our own', async () => {
    const entries = await loadManifests({ modelsDir });
    for (const role of modelRoles) {
      const { spec, path } = selectEntry(entries, role);
      assert.equal(spec.role, role);
      assert.equal(path, join(modelsDir, spec.file));
    }
  });

  it("finds a user's file beside the manifest and shows its input as callers feed it", async () => {
    const manifest = await writeUserModel(folder, bytes, echoEntry(bytes, 'nhwc'));
    const entries = await loadManifests({ modelsDir, manifests: [manifest] });
    const entry = selectEntry(entries, 'face-embedder', { 'face-embedder': 'echo' });
    assert.equal(entry.path, join(folder, 'echo.onnx'));
    assert.equal(entry.manifest, manifest);
    assert.deepEqual(entry.spec.input.shape, ['N', 3, 2, 2]);
    assert.equal(selectEntry(entries, 'face-embedder').spec.name, 'face_recognition');
  });

  it('takes a hash in capital letters', async () => {
    const entry = echoEntry(bytes, 'nhwc');
    const manifest = await writeUserModel(folder, bytes, { ...entry, sha256: entry.sha256.toUpperCase() });
    const entries = await loadManifests({ modelsDir, manifests: [manifest] });
    assert.equal(entries.at(-1)?.spec.sha256, entry.sha256);
  });

  it('says on one line what is wrong with an entry', async () => {
    const entry = echoEntry(bytes, 'nhwc');
    assert.match(
      await problem({ ...entry, sha256: 'abc' }),
      /models\.0\.sha256 must be 64 hexadecimal digits/,
    );
    assert.match(await problem({ ...entry, role: 'oracle' }), /models\.0\.role/);
    assert.match(
      await problem({ ...entry, input: { name: 'data', shape: [1] } }),
      /input\.shape must have four/,
    );
    assert.match(await problem({ ...entry, input: { ...entry.input, std: [1, 0, 1] } }), /std must not be 0/);
    assert.match(await problem({ ...entry, licence: '' }), /models\.0\.licence/);
    const unnamed = { ...entry, outputs: [{ name: 'fc1', shape: ['N', 12] }] };
    assert.match(await problem(unnamed), /models\.0\.outputs must name "embedding" \(role face-embedder\)/);
    const half = { ...entry, role: 'face-detector', outputs: [{ name: 'boxes', shape: ['N', 'A', 16] }] };
    assert.match(await problem(half), /must name "scores" and "boxes" \(role face-detector\)/);
  });

  it('refuses a name that is taken', async () => {
    const line = await problem({ ...echoEntry(bytes, 'nhwc'), name: 'blazeface' });
    assert.match(line, /the name "blazeface" is in .* and again in /);
  });

  it('refuses a manifest that is not there or not JSON', async () => {
    assert.match(await problemOf(join(folder, 'none.json')), /none\.json cannot be read/);
    const path = join(folder, 'broken.json');
    await writeFile(path, '{');
    assert.match(await problemOf(path), /broken\.json is not JSON/);
  });

  it('refuses a selection that names no model of the role, and lists those there are', async () => {
    const manifest = await writeUserModel(folder, bytes, echoEntry(bytes, 'nhwc'));
    const entries = await loadManifests({ modelsDir, manifests: [manifest] });
    const select = () => selectEntry(entries, 'face-embedder', { 'face-embedder': 'blazeface' });
    const message = 'no model "blazeface" has the role face-embedder (there is: face_recognition, echo)';
    assert.throws(select, { code: 'MODEL_INVALID', message });
  });

  it('looks for models where VITRINE_MODELS says, else in the checkout', () => {
    assert.equal(defaultModelsDir({ VITRINE_MODELS: 'models-here' }), resolve('models-here'));
    const checkout = resolve(import.meta.dirname, '../../..');
    assert.equal(defaultModelsDir({}), join(checkout, '.cache', 'models'));
  });
});
