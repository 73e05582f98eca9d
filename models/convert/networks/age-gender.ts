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
 * The age and gender network of face-api.js: a small Xception. `age` in years (a regression), `gender` as the
 * probabilities of male and female.
 */
export const ageGender: Network = {
  name: 'age_gender',
  role: 'age-gender',
  file: 'age_gender.onnx',
  licence: 'MIT',
  origin:
    'face-api.js by Vincent Mühler; weights from @vladmandic/face-api 1.7.15, model/age_gender_model (uint8-quantised)',
  input: { name: 'input', shape: ['N', 3, 112, 112] },
  outputs: [
    { name: 'age', shape: ['N', 1] },
    { name: 'gender', shape: ['N', 2] },
  ],
  async convert(graph) {
    const weights = await readWeightList('@vladmandic/face-api', 'model/age_gender_model');
    const x = extractor(graph, weights);
    const features = graph.node('Flatten', [
      addPool(graph, x, { op: 'AveragePool', size: 7, stride: 2, padding: 'valid' }),
    ]);
    const head = (name: string): ValueName =>
      addDense(graph, features, {
        weight: weights.get(`fc/${name}/weights`),
        bias: weights.get(`fc/${name}/bias`),
      });
    return { age: head('age'), gender: graph.node('Softmax', [head('gender')], { axis: -1 }) };
  },
};

function extractor(graph: GraphBuilder, weights: Weights): ValueName {
  const picture = subtractMean(graph, graph.input, MEAN);
  const entry = scaleConvolutionInput(strided(weights, 'entry_flow/conv_in'), 1 / 255);
  let x = relu(graph, addConvolution(graph, picture, entry));
  x = reduction(graph, weights, { x, inner: x, name: 'entry_flow/reduction_block_0' });
  x = reduction(graph, weights, { x, inner: relu(graph, x), name: 'entry_flow/reduction_block_1' });
  for (const index of [0, 1]) x = middle(graph, weights, { x, name: `middle_flow/main_block_${index}` });
  x = reduction(graph, weights, { x, inner: relu(graph, x), name: 'exit_flow/reduction_block' });
  return relu(graph, addSeparable(graph, x, weights, { name: 'exit_flow/separable_conv' }));
}

/** Two separable convolutions and a pool, beside a strided 1×1 convolution of the block's input. */
function reduction(
  graph: GraphBuilder,
  weights: Weights,
  block: { x: ValueName; inner: ValueName; name: string },
): ValueName {
  const { x, inner, name } = block;
  const first = addSeparable(graph, inner, weights, { name: `${name}/separable_conv0` });
  const second = addSeparable(graph, relu(graph, first), weights, { name: `${name}/separable_conv1` });
  const pooled = addPool(graph, second, { op: 'MaxPool', size: 3, stride: 2, padding: 'same' });
  return add(graph, pooled, addConvolution(graph, x, strided(weights, `${name}/expansion_conv`)));
}

function middle(graph: GraphBuilder, weights: Weights, block: { x: ValueName; name: string }): ValueName {
  let y = block.x;
  for (const index of [0, 1, 2]) {
    y = addSeparable(graph, relu(graph, y), weights, { name: `${block.name}/separable_conv${index}` });
  }
  return add(graph, y, block.x);
}

function strided(weights: Weights, name: string) {
  const bias = weights.get(`${name}/bias`);
  return convolution(weights.get(`${name}/filters`), { bias, stride: 2, padding: 'same' });
}
