import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { buildModels } from '../../../models/convert/build.ts';
import { GraphBuilder } from '../../../models/convert/graph-builder.ts';
import { describeError, type VitrineError } from '../../../src/core/errors.ts';
import { modelRoles } from '../../../src/vision/models.ts';
import { createModelProvider, listModels, verifyModels } from '../../../src/vision/onnx/provider.ts';
import { echoEntry, echoModel, writeUserModel } from './user-model.ts';

const selected = { 'face-embedder': 'echo' };

describe('the provider of ONNX models', () => {
  let modelsDir = '';
  let folder = '';

  before(async () => {
    modelsDir = await mkdtemp(join(tmpdir(), 'vitrine-models-'));
    await buildModels({ outDir: modelsDir });
  });

  after(() => rm(modelsDir, { recursive: true }));

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vitrine-user-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  /** The one line that loading a user's model fails with. */
  async function problem(bytes: Uint8Array, entry: unknown): Promise<string> {
    const manifest = await writeUserModel(folder, bytes, entry);
    const provider = createModelProvider({ modelsDir, manifests: [manifest], selected, threads: 1 });
    const error = await provider.load('face-embedder').catch((e: unknown) => e);
    const line = describeError(error);
    assert.match(line, /\(MODEL_INVALID\)/);
    assert.ok(!line.includes('\n'), line);
    return line;
  }

  it('loads and runs a model for every role, one picture or several', async () => {
    const provider = createModelProvider({ modelsDir, threads: 1, spinning: false });
    for (const role of modelRoles) {
      const model = await provider.load(role);
      assert.equal(model.spec.role, role);
      for (const batch of [1, 2]) {
        const [, channels, height, width] = model.spec.input.shape.map((size) =>
          typeof size === 'number' ? size : 64,
        );
        const shape = [batch, channels as number, height as number, width as number];
        const data = new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(127);
        const outputs = await model.run({ data, shape });
        for (const { name, shape: wanted } of model.spec.outputs) {
          const output = outputs.get(name);
          assert.deepEqual(
            [output?.shape[0], output?.shape.length],
            [batch, wanted.length],
            `${role} ${name}`,
          );
          assert.ok(output?.data.every(Number.isFinite), `${role} ${name}`);
        }
      }
      await model.release();
    }
  });

  it('gives a model of the caller at each load', async () => {
    const provider = createModelProvider({ modelsDir, threads: 1 });
    const [first, second] = await Promise.all([provider.load('liveness'), provider.load('liveness')]);
    await first.release();
    const input = { data: new Float32Array(3 * 32 * 32), shape: [1, 3, 32, 32] };
    assert.equal((await second.run(input)).get('live')?.data.length, 1);
    await second.release();
  });

  it('refuses a tensor that the model does not take', async () => {
    const model = await createModelProvider({ modelsDir, threads: 1 }).load('liveness');
    const input = { data: new Float32Array(3 * 16 * 16), shape: [1, 3, 16, 16] };
    await assert.rejects(model.run(input), {
      message: 'model liveness was fed [1, 3, 16, 16], it takes [N, 3, 32, 32]',
    });
    await model.release();
  });

  it('says which file is missing', async () => {
    const provider = createModelProvider({ modelsDir: folder });
    await assert.rejects(provider.load('liveness'), {
      code: 'MODEL_MISSING',
      message: `model liveness: there is no ${join(folder, 'liveness.onnx')}`,
    });
  });

  it('notices a single flipped bit', async () => {
    const bytes = await readFile(join(modelsDir, 'liveness.onnx'));
    const middle = Math.floor(bytes.byteLength / 2);
    bytes[middle] = (bytes[middle] as number) ^ 1;
    await writeFile(join(folder, 'liveness.onnx'), bytes);
    const problems = problemsOf(await verifyModels({ modelsDir: folder, threads: 1 }));
    assert.match(
      problems.get('liveness')?.message ?? '',
      /^model liveness: the hash of .* is [0-9a-f]{12}…, the manifest says/,
    );
    assert.equal(problems.get('liveness')?.code, 'MODEL_INVALID');
    assert.equal(problems.get('facemesh')?.code, 'MODEL_MISSING');
  });

  it('finds nothing wrong with what was built', async () => {
    const problems = problemsOf(await verifyModels({ modelsDir, threads: 1 }));
    assert.deepEqual([...problems.values()].filter(Boolean), []);
  });

  it("runs a user's NHWC model with its own normalisation and output name", async () => {
    const bytes = echoModel('nhwc');
    const plain = echoEntry(bytes, 'nhwc');
    const entry = {
      ...plain,
      input: { ...plain.input, mean: [0, 1, 2], std: 2 },
      outputs: [{ name: 'embedding', tensor: 'embedding', shape: ['N', 12] }],
    };
    const manifest = await writeUserModel(folder, bytes, entry);
    const provider = createModelProvider({ modelsDir, manifests: [manifest], selected, threads: 1 });
    const model = await provider.load('face-embedder');
    const data = Float32Array.of(0, 2, 4, 6, 1, 3, 5, 7, 2, 4, 6, 8);
    const outputs = await model.run({ data, shape: [1, 3, 2, 2] });
    await model.release();
    assert.deepEqual([...(outputs.get('embedding')?.data ?? [])], [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]);
  });

  it("names a user's output as callers know it", async () => {
    const bytes = echoModel('nchw');
    const entry = {
      ...echoEntry(bytes, 'nchw'),
      role: 'liveness',
      outputs: [{ name: 'live', tensor: 'embedding', shape: ['N', 12] }],
    };
    const manifest = await writeUserModel(folder, bytes, entry);
    const options = { modelsDir, manifests: [manifest], selected: { liveness: 'echo' }, threads: 1 };
    const model = await createModelProvider(options).load('liveness');
    const outputs = await model.run({ data: new Float32Array(12).fill(9), shape: [1, 3, 2, 2] });
    await model.release();
    assert.deepEqual([...outputs.keys()], ['live']);
    assert.equal(outputs.get('live')?.data[11], 9);
  });

  it("says on one line what of a user's model is wrong: hash, file, input, shape or output", async () => {
    const bytes = echoModel('nhwc');
    const entry = echoEntry(bytes, 'nhwc');
    const input = { ...entry.input };
    const garbage = new TextEncoder().encode('not a model');
    assert.match(await problem(bytes, { ...entry, sha256: 'a'.repeat(64) }), /the hash of .*echo\.onnx is/);
    assert.match(await problem(garbage, echoEntry(garbage, 'nhwc')), /is not an ONNX model that can be run/);
    assert.match(
      await problem(bytes, { ...entry, input: { ...input, name: 'input' } }),
      /the file has no input "input" \(it has: data\)/,
    );
    assert.match(
      await problem(bytes, { ...entry, input: { ...input, shape: ['N', 4, 4, 3] } }),
      /the shape of input "data" is \[N, 2, 2, 3\] in the file, \[N, 4, 4, 3\] in the manifest/,
    );
    assert.match(
      await problem(bytes, { ...entry, input: { ...input, shape: ['N', 3, 2, 2], layout: 'nchw' } }),
      /the shape of input "data" is \[N, 2, 2, 3\] in the file, \[N, 3, 2, 2\] in the manifest/,
    );
    assert.match(
      await problem(bytes, { ...entry, outputs: [{ name: 'embedding', tensor: 'fc1', shape: ['N', 12] }] }),
      /the file has no output "fc1" \(it has: embedding\)/,
    );
    assert.match(
      await problem(bytes, { ...entry, outputs: [{ name: 'embedding', shape: ['N', 128] }] }),
      /the shape of output "embedding" is \[N, 12\] in the file, \[N, 128\] in the manifest/,
    );
    const single = echoModel('nhwc', 1);
    assert.match(
      await problem(single, echoEntry(single, 'nhwc')),
      /the shape of input "data" is \[1, 2, 2, 3\] in the file, \[N, 2, 2, 3\] in the manifest/,
    );
  });

  it('notices an output that comes out in another size than the manifest says', async () => {
    const graph = new GraphBuilder({ name: 'free', input: { name: 'data', shape: ['N', 3, 2, 'W'] } });
    graph.output({ name: 'embedding', shape: ['N', 'D'] }, graph.node('Flatten', [graph.input]));
    const bytes = graph.encode();
    const entry = { ...echoEntry(bytes, 'nchw'), outputs: [{ name: 'embedding', shape: ['N', 128] }] };
    const manifest = await writeUserModel(folder, bytes, entry);
    const provider = createModelProvider({ modelsDir, manifests: [manifest], selected, threads: 1 });
    const model = await provider.load('face-embedder');
    await assert.rejects(model.run({ data: new Float32Array(12), shape: [1, 3, 2, 2] }), {
      code: 'MODEL_INVALID',
      message: 'model echo: the shape of output "embedding" came out as [1, 12], the manifest says [N, 128]',
    });
    await model.release();
  });

  it('lists every model with its place, its size and whether it serves', async () => {
    const bytes = echoModel('nhwc');
    const manifest = await writeUserModel(folder, bytes, echoEntry(bytes, 'nhwc'));
    const listed = await listModels({ modelsDir: folder, manifests: [manifest], selected });
    const byName = new Map(listed.map((model) => [model.spec.name, model]));
    assert.equal(byName.get('echo')?.bytes, bytes.byteLength);
    assert.equal(byName.get('echo')?.selected, true);
    assert.equal(byName.get('face_recognition')?.selected, false);
    assert.equal(byName.get('blazeface')?.selected, true);
    assert.equal(byName.get('blazeface')?.bytes, undefined);
  });
});

function problemsOf(
  verified: Awaited<ReturnType<typeof verifyModels>>,
): Map<string, VitrineError | undefined> {
  return new Map(verified.map(({ spec, problem }) => [spec.name, problem]));
}
