import type { GraphBuilder, ValueName } from '../graph-builder.ts';
import {
  add,
  addConvolution,
  addDense,
  addPool,
  addSeparable,
  convolution,
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
 * The 68-point landmark network of face-api.js: four dense blocks, then one linear layer. `points` are x, y from 0 to
 * 1 of the input's side, in the order of the iBUG 300-W marking.
 */
export const faceLandmark68: Network = {
  name: 'face_landmark_68',
  role: 'landmarks-68',
  file: 'face_landmark_68.onnx',
  licence: 'MIT',
  origin:
    'face-api.js by Vincent Mühler; weights from @vladmandic/face-api 1.7.15, model/face_landmark_68_model (uint8-quantised)',
  input: { name: 'input', shape: ['N', 3, 112, 112] },
  outputs: [{ name: 'points', shape: ['N', 68, 2] }],
  async convert(graph) {
    const weights = await readWeightList('@vladmandic/face-api', 'model/face_landmark_68_model');
    let x = denseBlock(graph, weights, { name: 'dense0', first: firstLayer(graph, weights) });
    for (const name of ['dense1', 'dense2', 'dense3']) {
      const first = addSeparable(graph, x, weights, { name: `${name}/conv0`, stride: 2 });
      x = denseBlock(graph, weights, { name, first });
    }
    const pooled = addPool(graph, x, { op: 'AveragePool', size: 7, stride: 2, padding: 'valid' });
    const flat = graph.node('Flatten', [pooled]);
    const points = addDense(graph, flat, { weight: weights.get('fc/weights'), bias: weights.get('fc/bias') });
    return { points: graph.reshape(points, [0, 68, 2]) };
  },
};

function firstLayer(graph: GraphBuilder, weights: Weights): ValueName {
  const bias = weights.get('dense0/conv0/bias');
  const layer = convolution(weights.get('dense0/conv0/filters'), { bias, stride: 2, padding: 'same' });
  return addConvolution(graph, subtractMean(graph, graph.input, MEAN), scaleConvolutionInput(layer, 1 / 255));
}

/** Each of three separable convolutions reads the rectified sum of all that came before it in the block. */
function denseBlock(
  graph: GraphBuilder,
  weights: Weights,
  block: { name: string; first: ValueName },
): ValueName {
  let x = relu(graph, block.first);
  let sum = x;
  for (const index of [1, 2, 3]) {
    const layer = addSeparable(graph, x, weights, { name: `${block.name}/conv${index}` });
    sum = add(graph, sum, layer);
    x = relu(graph, sum);
  }
  return x;
}
