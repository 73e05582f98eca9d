import type { GraphBuilder, ValueName } from '../graph-builder.ts';
import {
  add,
  addConvolution,
  addPool,
  convolution,
  foldIntoConvolution,
  relu,
  scaleConvolutionInput,
  subtractMean,
} from '../layers.ts';
import type { Network } from '../network.ts';
import { readWeightList } from '../packages.ts';
import type { Weights } from '../weights.ts';

/** Of the training pictures, RGB. */
const MEAN = [122.782, 117.001, 104.298] as const;

/**
 * dlib's face recognition ResNet: 128 numbers per aligned 150×150 chip; faces of one person lie closer than about
 * 0.6 (Euclidean). A 7×7 stem, then blocks of two 3×3 convolutions, each followed by a scale and shift.
 */
const blocks: readonly { readonly down?: string; readonly plain: readonly string[] }[] = [
  { plain: ['conv32_1', 'conv32_2', 'conv32_3'] },
  { down: 'conv64_down', plain: ['conv64_1', 'conv64_2', 'conv64_3'] },
  { down: 'conv128_down', plain: ['conv128_1', 'conv128_2'] },
  { down: 'conv256_down', plain: ['conv256_1', 'conv256_2'] },
  { down: 'conv256_down_out', plain: [] },
];

/** Height (= width) and channels of an activation. */
interface Size {
  readonly side: number;
  readonly channels: number;
}

export const faceRecognition: Network = {
  name: 'face_recognition',
  role: 'face-embedder',
  file: 'face_recognition.onnx',
  licence: 'CC0-1.0',
  origin:
    'dlib_face_recognition_resnet_model_v1 by Davis King, converted by Vincent Mühler; weights from @vladmandic/face-api 1.7.15, model/face_recognition_model (uint8-quantised)',
  input: { name: 'input', shape: ['N', 3, 150, 150] },
  outputs: [{ name: 'embedding', shape: ['N', 128] }],
  async convert(graph) {
    const weights = await readWeightList('@vladmandic/face-api', 'model/face_recognition_model');
    const { x, size } = stem(graph, weights);
    const { x: features } = residualBlocks(graph, weights, { x, size });
    const pooled = graph.node('Flatten', [graph.node('GlobalAveragePool', [features])]);
    const fc = weights.get('fc');
    return { embedding: graph.node('MatMul', [pooled, graph.floats(fc.data, fc.shape)]) };
  },
};

interface Activation {
  readonly x: ValueName;
  readonly size: Size;
}

function stem(graph: GraphBuilder, weights: Weights): Activation {
  const picture = subtractMean(graph, graph.input, MEAN);
  const layer = { name: 'conv32_down', x: picture, inputScale: 1 / 255, stride: 2, padding: 0 };
  const x = relu(graph, scaledConvolution(graph, weights, layer));
  const pooled = addPool(graph, x, { op: 'MaxPool', size: 3, stride: 2, padding: 'valid' });
  return { x: pooled, size: { side: 35, channels: 32 } };
}

function residualBlocks(graph: GraphBuilder, weights: Weights, start: Activation): Activation {
  let current = start;
  for (const { down, plain } of blocks) {
    if (down !== undefined) current = reducingBlock(graph, weights, { name: down, ...current });
    for (const name of plain) current = { ...current, x: plainBlock(graph, weights, { name, x: current.x }) };
  }
  return current;
}

function plainBlock(graph: GraphBuilder, weights: Weights, block: { name: string; x: ValueName }): ValueName {
  const { name, x } = block;
  const first = scaledConvolution(graph, weights, { name: `${name}/conv1`, x, stride: 1, padding: 1 });
  const second = { name: `${name}/conv2`, x: relu(graph, first), stride: 1, padding: 1 };
  return relu(graph, add(graph, scaledConvolution(graph, weights, second), x));
}

/**
 * Halves the side. The short cut is an average pool; where the two branches differ, the convolved one is padded with
 * zeros at the right and below, and the short cut with channels of zeros.
 */
function reducingBlock(
  graph: GraphBuilder,
  weights: Weights,
  block: { name: string } & Activation,
): Activation {
  const { name, x, size } = block;
  const first = scaledConvolution(graph, weights, { name: `${name}/conv1`, x, stride: 2, padding: 0 });
  const second = { name: `${name}/conv2`, x: relu(graph, first), stride: 1, padding: 1 };
  const convolved = scaledConvolution(graph, weights, second);
  const convolvedSide = Math.floor((size.side - 3) / 2) + 1;
  const side = Math.floor(size.side / 2);
  const channels = weights.get(`${name}/conv2/conv/bias`).data.length;
  const pooled = addPool(graph, x, { op: 'AveragePool', size: 2, stride: 2, padding: 'valid' });
  const sum = add(
    graph,
    padAtEnd(graph, pooled, { channels: channels - size.channels, side: 0 }),
    padAtEnd(graph, convolved, { channels: 0, side: side - convolvedSide }),
  );
  return { x: relu(graph, sum), size: { side, channels } };
}

function padAtEnd(graph: GraphBuilder, x: ValueName, by: Size): ValueName {
  if (by.channels === 0 && by.side === 0) return x;
  return graph.node('Pad', [x, graph.integers([0, 0, 0, 0, 0, by.channels, by.side, by.side])]);
}

/** A convolution with bias, then times `scale/weights` plus `scale/biases` per channel: one convolution. */
function scaledConvolution(
  graph: GraphBuilder,
  weights: Weights,
  layer: { name: string; x: ValueName; inputScale?: number; stride: number; padding: number },
): ValueName {
  const { name, x, inputScale = 1, stride, padding } = layer;
  const bias = weights.get(`${name}/conv/bias`);
  const base = convolution(weights.get(`${name}/conv/filters`), { bias, stride, padding });
  const after = {
    factor: weights.get(`${name}/scale/weights`).data,
    shift: weights.get(`${name}/scale/biases`).data,
  };
  return addConvolution(graph, x, scaleConvolutionInput(foldIntoConvolution(base, after), inputScale));
}
