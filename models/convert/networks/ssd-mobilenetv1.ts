import type { GraphBuilder, ValueName } from '../graph-builder.ts';
import {
  addConvolution,
  type Convolution,
  convolution,
  depthwiseConvolution,
  foldIntoConvolution,
  scaleConvolutionInput,
  selectChannels,
} from '../layers.ts';
import type { Network } from '../network.ts';
import { readWeightList } from '../packages.ts';
import type { Weights } from '../weights.ts';

/** Of the batch normalisation, as a 32-bit float. */
const EPSILON = 0.0010000000474974513;

/** Layers of MobileNet v1 (1–13) whose depthwise convolution halves the side. */
const HALVING = new Set([2, 4, 6, 12]);

/** What the box encodings are divided by: the centre's shift and the logarithm of the size. */
const CENTRE_SCALE = 10;
const SIZE_SCALE = 5;

/**
 * SSD with MobileNet v1 at 512×512: 5,118 anchors on six grids (32, 16, 8, 4, 2 and 1 cells wide). `boxes` are the
 * decoded corners x0, y0, x1, y1 as fractions of the input, `scores` probabilities.
 */
export const ssdMobilenetv1: Network = {
  name: 'ssd_mobilenetv1',
  role: 'face-scanner',
  file: 'ssd_mobilenetv1.onnx',
  licence: 'Apache-2.0',
  origin:
    'tensorflow-face-detection by yeephycho (trained on WIDER FACE), converted by Vincent Mühler; weights from @vladmandic/face-api 1.7.15, model/ssd_mobilenetv1_model (uint8-quantised)',
  input: { name: 'input', shape: ['N', 3, 512, 512] },
  outputs: [
    { name: 'boxes', shape: ['N', 5118, 4] },
    { name: 'scores', shape: ['N', 5118] },
  ],
  async convert(graph) {
    const weights = await readWeightList('@vladmandic/face-api', 'model/ssd_mobilenetv1_model');
    const grids = features(graph, weights);
    const encodings = predict(graph, weights, {
      grids,
      predictor: 'BoxEncodingPredictor',
      perAnchor: 4,
      keep: [1, 0, 3, 2],
    });
    const logits = predict(graph, weights, { grids, predictor: 'ClassPredictor', perAnchor: 3, keep: [1] });
    const scores = graph.node('Sigmoid', [graph.reshape(logits, [0, -1])]);
    return { boxes: decode(graph, weights, encodings), scores };
  },
};

/** The six grids that boxes are predicted from. */
function features(graph: GraphBuilder, weights: Weights): ValueName[] {
  const picture = graph.node('Sub', [graph.input, graph.floats([127.5], [])]);
  const first = pointwise(weights, 'MobilenetV1/Conv2d_0_pointwise', 2);
  let x = clamped(graph, picture, scaleConvolutionInput(first, 1 / 127.5));
  const grids: ValueName[] = [];
  for (let layer = 1; layer <= 13; layer++) {
    x = clamped(
      graph,
      x,
      depthwise(weights, `MobilenetV1/Conv2d_${layer}_depthwise`, HALVING.has(layer) ? 2 : 1),
    );
    x = clamped(graph, x, pointwise(weights, `MobilenetV1/Conv2d_${layer}_pointwise`, 1));
    if (layer === 11 || layer === 13) grids.push(x);
  }
  for (let layer = 0; layer < 8; layer++) {
    const stride = layer % 2 === 0 ? 1 : 2;
    x = clamped(graph, x, pointwise(weights, `Prediction/Conv2d_${layer}_pointwise`, stride));
    if (stride === 2) grids.push(x);
  }
  return grids;
}

/** One number list per anchor of all grids, [N, anchors, kept]; of each anchor's channels only `keep`, in that order. */
function predict(
  graph: GraphBuilder,
  weights: Weights,
  options: { grids: readonly ValueName[]; predictor: string; perAnchor: number; keep: readonly number[] },
): ValueName {
  const { grids, predictor, perAnchor, keep } = options;
  const parts = grids.map((grid, index) => {
    const name = `Prediction/BoxPredictor_${index}/${predictor}`;
    const all = convolution(weights.get(`${name}/weights`), {
      bias: weights.get(`${name}/biases`),
      padding: 'valid',
    });
    const anchors = Array.from({ length: all.shape[0] / perAnchor }, (_, anchor) => anchor);
    const channels = anchors.flatMap((anchor) => keep.map((part) => anchor * perAnchor + part));
    const rows = addConvolution(graph, grid, selectChannels(all, channels));
    return graph.reshape(graph.node('Transpose', [rows], { perm: [0, 2, 3, 1] }), [0, -1, keep.length]);
  });
  return graph.node('Concat', parts, { axis: 1 });
}

/** Corners from encodings (x, y, log width, log height) relative to the anchors, which are y0, x0, y1, x1. */
function decode(graph: GraphBuilder, weights: Weights, encodings: ValueName): ValueName {
  const { data: corners } = weights.get('Output/extra_dim');
  const count = corners.length / 4;
  const anchorTable = (value: (low: number, high: number) => number): ValueName => {
    const table = Array.from({ length: count }, (_, anchor) => {
      const [y0 = 0, x0 = 0, y1 = 0, x1 = 0] = corners.subarray(anchor * 4, anchor * 4 + 4);
      return [value(x0, x1), value(y0, y1)];
    });
    return graph.floats(table.flat(), [1, count, 2]);
  };
  const part = (from: number, to: number): ValueName =>
    graph.node('Slice', [encodings, graph.integers([from]), graph.integers([to]), graph.integers([2])]);
  const mul = (a: ValueName, b: ValueName): ValueName => graph.node('Mul', [a, b]);

  const shift = mul(
    part(0, 2),
    anchorTable((low, high) => (high - low) / CENTRE_SCALE),
  );
  const centre = graph.node('Add', [shift, anchorTable((low, high) => (low + high) / 2)]);
  const growth = graph.node('Exp', [mul(part(2, 4), graph.floats([1 / SIZE_SCALE], []))]);
  const half = mul(
    growth,
    anchorTable((low, high) => (high - low) / 2),
  );
  return graph.node('Concat', [graph.node('Sub', [centre, half]), graph.node('Add', [centre, half])], {
    axis: 2,
  });
}

function clamped(graph: GraphBuilder, x: ValueName, layer: Convolution): ValueName {
  return graph.node('Clip', [addConvolution(graph, x, layer), graph.floats([0], []), graph.floats([6], [])]);
}

function pointwise(weights: Weights, name: string, stride: number): Convolution {
  const bias = weights.get(`${name}/convolution_bn_offset`);
  return convolution(weights.get(`${name}/weights`), { bias, stride, padding: 'same' });
}

/** Depthwise convolution and batch normalisation in one. */
function depthwise(weights: Weights, name: string, stride: number): Convolution {
  const statistic = (key: string): Float32Array => weights.get(`${name}/BatchNorm/${key}`).data;
  const [gamma, beta] = [statistic('gamma'), statistic('beta')];
  const [mean, variance] = [statistic('moving_mean'), statistic('moving_variance')];
  const factor = Array.from(gamma, (value, i) => value / Math.sqrt((variance[i] as number) + EPSILON));
  const shift = Array.from(beta, (value, i) => value - (mean[i] as number) * (factor[i] as number));
  const base = depthwiseConvolution(weights.get(`${name}/depthwise_weights`), { stride, padding: 'same' });
  return foldIntoConvolution(base, { factor, shift });
}
