import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { buildModels } from '../../../models/convert/build.ts';
import type { RgbImage } from '../../../src/core/image.ts';
import type { Model } from '../../../src/vision/models.ts';
import { loadManifests } from '../../../src/vision/onnx/manifest.ts';
import { openModel } from '../../../src/vision/onnx/model.ts';
import { crowd, face, group, noise, type Size, toTensor } from './pictures.ts';
import { type Outputs, references, startTensorflow } from './tensorflow.ts';

/**
 * The converted networks against the published ones, run by TensorFlow.js: the largest absolute difference of any
 * output value. Both compute in 32-bit floats, in another order, so a little remains; the bounds leave room for other
 * processors. Pictures go through in one batch of three, hence the free batch size is tested too.
 */
interface Golden {
  readonly model: string;
  readonly sizes: readonly Size[];
  readonly pictures: 'faces' | 'scenes';
  /** Largest difference by output. */
  readonly bounds: Readonly<Record<string, number>>;
}

const square = (side: number): Size => ({ width: side, height: side });

const goldens: readonly Golden[] = [
  {
    model: 'blazeface',
    sizes: [square(256), { width: 384, height: 224 }],
    pictures: 'scenes',
    bounds: { scores: 1e-3, boxes: 1e-3 },
  },
  { model: 'facemesh', sizes: [square(192)], pictures: 'faces', bounds: { landmarks: 1e-3, score: 1e-4 } },
  { model: 'face_landmark_68', sizes: [square(112)], pictures: 'faces', bounds: { points: 1e-5 } },
  { model: 'face_recognition', sizes: [square(150)], pictures: 'faces', bounds: { embedding: 1e-4 } },
  {
    model: 'faceres',
    sizes: [square(224)],
    pictures: 'faces',
    bounds: { age: 1e-5, gender: 1e-5, descriptor: 1e-4 },
  },
  { model: 'age_gender', sizes: [square(112)], pictures: 'faces', bounds: { age: 1e-3, gender: 1e-5 } },
  { model: 'liveness', sizes: [square(32)], pictures: 'faces', bounds: { live: 1e-5 } },
];

describe('converted models agree with the published ones', () => {
  let modelsDir = '';

  before(async () => {
    modelsDir = await mkdtemp(join(tmpdir(), 'vitrine-golden-'));
    await buildModels({ outDir: modelsDir });
    await startTensorflow();
  });

  after(() => rm(modelsDir, { recursive: true }));

  for (const { model: name, sizes, pictures, bounds } of goldens) {
    for (const size of sizes) {
      const limits = Object.entries(bounds).map(([output, bound]) => `${output} to ${bound}`);
      it(`${name} at ${size.width}×${size.height}: ${limits.join(', ')}`, async (t) => {
        const inputs = await inputsOf(size, pictures);
        const expected = inputs.map(await reference(name));
        const model = await open(modelsDir, name);
        const outputs = await model.run(toTensor(inputs));
        await model.release();
        for (const [output, bound] of Object.entries(bounds)) {
          const difference = largestDifference(outputs.get(output)?.data, expected, output);
          t.diagnostic(`${output}: ${difference.toExponential(1)}`);
          assert.ok(difference <= bound, `${output} differs by ${difference}`);
        }
      });
    }
  }

  it('covers every model of the manifest', async () => {
    const entries = await loadManifests({ modelsDir });
    const covered = goldens.map((golden) => golden.model);
    assert.deepEqual(entries.map((entry) => entry.spec.name).sort(), covered.sort());
  });
});

async function inputsOf(size: Size, kind: Golden['pictures']): Promise<RgbImage[]> {
  const real =
    kind === 'scenes'
      ? [group(size), crowd(size)]
      : [face(size, { column: 17, row: 4 }), face(size, { column: 1, row: 2 })];
  return [noise(size, 20260721n), ...(await Promise.all(real))];
}

async function reference(name: string): Promise<(picture: RgbImage) => Outputs> {
  const load = references[name];
  assert.ok(load, `no reference for ${name}`);
  return load();
}

async function open(modelsDir: string, name: string): Promise<Model> {
  const entry = (await loadManifests({ modelsDir })).find(({ spec }) => spec.name === name);
  assert.ok(entry);
  return openModel(entry, { threads: 1 });
}

function largestDifference(
  actual: Float32Array | undefined,
  expected: readonly Outputs[],
  output: string,
): number {
  const wanted = expected.flatMap((outputs) => [...(outputs[output] ?? [])]);
  assert.equal(actual?.length, wanted.length, `${output} has another length`);
  assert.ok(wanted.every(Number.isFinite), `${output} of the reference is not finite`);
  return wanted.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (actual[i] as number))), 0);
}
