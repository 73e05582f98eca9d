import { readFile } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as faceapi from '@vladmandic/face-api/dist/face-api.node-wasm.js';
import type { RgbImage } from '../../../src/core/image.ts';

/**
 * The published networks, run by TensorFlow.js on the packages' own files: what the converted models must agree with.
 * Nothing of the converter is used here.
 */

/** Output values by name, in the order that the converted model has. */
export type Outputs = Readonly<Record<string, Float32Array>>;

function packageFolder(name: string): string {
  const manifest = findPackageJSON(name, import.meta.url);
  if (manifest === undefined) throw new Error(`${name} is not installed`);
  return dirname(manifest);
}

export async function startTensorflow(): Promise<void> {
  setWasmPaths(`${packageFolder('@tensorflow/tfjs-backend-wasm')}/dist/`);
  await tf.setBackend('wasm');
  await tf.ready();
}

/** [1, H, W, 3], 0–255. */
function batchOf(picture: RgbImage): tf.Tensor4D {
  return tf.tensor4d(Float32Array.from(picture.data), [1, picture.height, picture.width, 3]);
}

const valuesOf = (tensor: tf.Tensor): Float32Array => tensor.dataSync<'float32'>();

function concatenate(...parts: readonly Float32Array[]): Float32Array {
  return Float32Array.from(parts.flatMap((part) => [...part]));
}

/** A graph model of `@vladmandic/human`; its fixed input size is loosened, so other sizes can be fed. */
async function loadGraph(name: string): Promise<tf.GraphModel> {
  const folder = join(packageFolder('@vladmandic/human'), 'models');
  const json = JSON.parse(await readFile(join(folder, `${name}.json`), 'utf8'));
  for (const node of json.modelTopology.node) {
    if (node.op !== 'Placeholder') continue;
    node.attr.shape = { shape: { dim: [{ size: '-1' }, { size: '-1' }, { size: '-1' }, { size: '3' }] } };
  }
  const weights = await readFile(join(folder, `${name}.bin`));
  return tf.loadGraphModel({
    load: async () => ({
      modelTopology: json.modelTopology,
      weightSpecs: json.weightsManifest[0].weights,
      weightData: new Uint8Array(weights).buffer,
    }),
  });
}

/** Runs `network` on one picture and frees what it leaves. */
export type Reference = (picture: RgbImage) => Outputs;

/** The named nodes of a graph model, fed (RGB − mean) · scale, as the package's own code feeds it. */
async function graphReference(
  name: string,
  options: { mean: number; scale: number; outputs: Readonly<Record<string, readonly string[]>> },
): Promise<Reference> {
  const model = await loadGraph(name);
  return (picture) => {
    const outputs: Record<string, Float32Array> = {};
    tf.tidy(() => {
      const input = batchOf(picture).sub(options.mean).mul(options.scale);
      for (const [output, nodes] of Object.entries(options.outputs)) {
        const tensors = nodes.map((node) => model.execute(input, node) as tf.Tensor);
        outputs[output] = concatenate(...tensors.map(valuesOf));
      }
    });
    return outputs;
  };
}

/** The nodes before the published Reshape, whose sizes hold for 256×256 only. */
const blazefaceHead = (layer: number): string =>
  `StatefulPartitionedCall/functional_1/conv2d_${layer}/BiasAdd`;

const modelFolder = (): string => join(packageFolder('@vladmandic/face-api'), 'model');

export const references: Readonly<Record<string, () => Promise<Reference>>> = {
  blazeface: () =>
    graphReference('blazeface', {
      mean: 127.5,
      scale: 1 / 127.5,
      outputs: {
        scores: [blazefaceHead(33), blazefaceHead(34)],
        boxes: [blazefaceHead(35), blazefaceHead(36)],
      },
    }),
  facemesh: () =>
    graphReference('facemesh', {
      mean: 0,
      scale: 1 / 255,
      outputs: { landmarks: ['Identity_2'], score: ['Identity_1'] },
    }),
  faceres: () =>
    graphReference('faceres', {
      mean: 0,
      scale: 1,
      outputs: {
        age: ['age_pred/Softmax'],
        gender: ['gender_pred/Sigmoid'],
        descriptor: ['global_pooling/Mean'],
      },
    }),
  liveness: async () => {
    const published = { mean: 0, scale: 1 / 255, outputs: { classes: ['Identity'] } };
    const run = await graphReference('liveness', published);
    return (picture) => ({ live: Object.values(run(picture))[0]?.subarray(0, 1) ?? new Float32Array() });
  },
  face_recognition: async () => {
    const net = new faceapi.FaceRecognitionNet();
    await net.loadFromDisk(modelFolder());
    return (picture) => tidy(() => ({ embedding: read(net.forwardInput(netInput(picture))) }));
  },
  age_gender: async () => {
    const net = new faceapi.AgeGenderNet();
    await net.loadFromDisk(modelFolder());
    return (picture) =>
      tidy(() => {
        const { age, gender } = net.forwardInput(netInput(picture));
        return { age: read(age), gender: read(gender) };
      });
  },
  face_landmark_68: async () => {
    const net = new faceapi.FaceLandmark68Net();
    await net.loadFromDisk(modelFolder());
    return (picture) => tidy(() => ({ points: read(net.forwardInput(netInput(picture))) }));
  },
};

function netInput(picture: RgbImage): faceapi.NetInput {
  const { width, height } = picture;
  const inputs: unknown = [tf.tensor3d(Float32Array.from(picture.data), [height, width, 3])];
  return new faceapi.NetInput(inputs as ConstructorParameters<typeof faceapi.NetInput>[0]);
}

/** The values of a tensor; the package has its own declaration of TensorFlow.js' types. */
function read(tensor: { dataSync(): ArrayLike<number> } | undefined): Float32Array {
  if (tensor === undefined) throw new Error('the network gave no tensor');
  return Float32Array.from(tensor.dataSync());
}

function tidy(run: () => Outputs): Outputs {
  let outputs: Outputs = {};
  tf.tidy(() => {
    outputs = run();
  });
  return outputs;
}
