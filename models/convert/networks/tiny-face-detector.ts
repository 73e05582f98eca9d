import type { GraphBuilder, ValueName } from '../graph-builder.ts';
import {
  addConvolution,
  addPool,
  addSeparable,
  convolution,
  scaleConvolutionInput,
  subtractMean,
} from '../layers.ts';
import type { Network } from '../network.ts';
import { readWeightList } from '../packages.ts';

/** Of the training pictures, RGB. */
const MEAN = [117.001, 114.697, 97.404] as const;

/** As a 32-bit float, like the published network has it. */
const LEAK = { float: Math.fround(0.1) };

/**
 * The tiny face detector of face-api.js: six convolutions, the first plain and without padding, the others separable
 * and padded, each followed by a leaky ReLU and a pool, down to a grid of stride 32. Height and width are free multiples
 * of 32. `grid` holds 5 channels (x, y, width, height, score, all raw) for each of 5 anchors: channel = 5 · anchor + part.
 */
export const tinyFaceDetector: Network = {
  name: 'tiny_face_detector',
  role: 'face-scanner',
  file: 'tiny_face_detector.onnx',
  licence: 'MIT',
  origin:
    'face-api.js by Vincent Mühler; weights from @vladmandic/face-api 1.7.15, model/tiny_face_detector_model (uint8-quantised)',
  input: { name: 'input', shape: ['N', 3, 'H', 'W'] },
  outputs: [{ name: 'grid', shape: ['N', 25, 'h', 'w'] }],
  async convert(graph) {
    const weights = await readWeightList('@vladmandic/face-api', 'model/tiny_face_detector_model');
    const first = convolution(weights.get('conv0/filters'), {
      bias: weights.get('conv0/bias'),
      padding: 'valid',
    });
    const picture = subtractMean(graph, graph.input, MEAN);
    let x = addConvolution(graph, picture, scaleConvolutionInput(first, 1 / 255));
    x = leakyPool(graph, x, 2);
    for (const index of [1, 2, 3, 4, 5]) {
      x = addSeparable(graph, x, weights, { name: `conv${index}`, padding: 1 });
      x = leakyPool(graph, x, index < 5 ? 2 : 1);
    }
    const head = convolution(weights.get('conv8/filters'), {
      bias: weights.get('conv8/bias'),
      padding: 'valid',
    });
    return { grid: addConvolution(graph, x, head) };
  },
};

function leakyPool(graph: GraphBuilder, x: ValueName, stride: number): ValueName {
  const activated = graph.node('LeakyRelu', [x], { alpha: LEAK });
  return addPool(graph, activated, { op: 'MaxPool', size: 2, stride, padding: 'same' });
}
