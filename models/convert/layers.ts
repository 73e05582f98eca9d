import type { GraphBuilder, ValueName } from './graph-builder.ts';
import type { Weight, Weights } from './weights.ts';

/**
 * Layers in ONNX's layout (activations NCHW, filters [out, in/groups, height, width]) from weights in TensorFlow's
 * (NHWC; filters [height, width, in, out]; depthwise [height, width, in, multiplier], output channel =
 * in · multiplier + j). TensorFlow's SAME padding puts the odd pixel at the end, which ONNX calls SAME_UPPER.
 */
export interface Convolution {
  /** [out, in/groups, height, width], flat. */
  readonly filters: Float32Array;
  readonly shape: readonly [out: number, input: number, height: number, width: number];
  readonly groups: number;
  /** One per output channel. */
  readonly bias: Float32Array | undefined;
  readonly stride: number;
  readonly dilation: number;
  /** A number pads all four sides by so much. */
  readonly padding: Padding;
}

export type Padding = 'same' | 'valid' | number;

export interface ConvolutionOptions {
  readonly bias?: Weight | undefined;
  readonly stride?: number;
  readonly dilation?: number;
  readonly padding: Padding;
}

export function convolution(weight: Weight, options: ConvolutionOptions): Convolution {
  const [height, width, input, out] = fourSizes(weight);
  const filters = new Float32Array(weight.data.length);
  let source = 0;
  for (let tap = 0; tap < height * width; tap++) {
    for (let i = 0; i < input; i++) {
      for (let o = 0; o < out; o++) {
        filters[(o * input + i) * height * width + tap] = weight.data[source++] as number;
      }
    }
  }
  return { filters, shape: [out, input, height, width], groups: 1, ...placement(options) };
}

export function depthwiseConvolution(weight: Weight, options: ConvolutionOptions): Convolution {
  const [height, width, input, multiplier] = fourSizes(weight);
  const out = input * multiplier;
  const filters = new Float32Array(weight.data.length);
  let source = 0;
  for (let tap = 0; tap < height * width; tap++) {
    for (let o = 0; o < out; o++) filters[o * height * width + tap] = weight.data[source++] as number;
  }
  return { filters, shape: [out, 1, height, width], groups: input, ...placement(options) };
}

function placement(options: ConvolutionOptions) {
  const { bias, stride = 1, dilation = 1, padding } = options;
  return { bias: bias?.data, stride, dilation, padding };
}

function fourSizes(weight: Weight): [number, number, number, number] {
  const [a = 1, b = 1, c = 1, d = 1] = weight.shape;
  return [a, b, c, d];
}

/** The convolution whose output is this one's, times `factor` and plus `shift`, channel by channel. */
export function foldIntoConvolution(
  base: Convolution,
  after: { factor?: ArrayLike<number>; shift?: ArrayLike<number> },
): Convolution {
  const perChannel = base.filters.length / base.shape[0];
  const factorOf = (channel: number): number => after.factor?.[channel] ?? 1;
  const filters = base.filters.map((value, i) => value * factorOf(Math.floor(i / perChannel)));
  const bias = new Float32Array(base.shape[0]);
  for (let channel = 0; channel < bias.length; channel++) {
    const before = base.bias?.[channel] ?? 0;
    bias[channel] = before * factorOf(channel) + (after.shift?.[channel] ?? 0);
  }
  return { ...base, filters, bias };
}

/** The convolution that gives on x what this one gives on `factor` · x. */
export function scaleConvolutionInput(base: Convolution, factor: number): Convolution {
  return { ...base, filters: base.filters.map((value) => value * factor) };
}

export function addConvolution(graph: GraphBuilder, x: ValueName, layer: Convolution): ValueName {
  const { filters, shape, bias, stride, dilation, groups, padding } = layer;
  const inputs = [x, graph.floats(filters, shape)];
  if (bias !== undefined) inputs.push(graph.floats(bias, [bias.length]));
  return graph.node('Conv', inputs, {
    kernel_shape: [shape[2], shape[3]],
    strides: [stride, stride],
    dilations: [dilation, dilation],
    group: groups,
    ...paddingAttribute(padding),
  });
}

/** A depthwise convolution followed by a 1×1 one that carries the bias; no activation. */
export function addSeparable(
  graph: GraphBuilder,
  x: ValueName,
  weights: Weights,
  options: { name: string; stride?: number },
): ValueName {
  const { name, stride = 1 } = options;
  const depthwise = weights.get(`${name}/depthwise_filter`);
  const spread = addConvolution(graph, x, depthwiseConvolution(depthwise, { stride, padding: 'same' }));
  const pointwise = weights.get(`${name}/pointwise_filter`);
  const bias = weights.get(`${name}/bias`);
  return addConvolution(graph, spread, convolution(pointwise, { bias, padding: 'valid' }));
}

export function addPool(
  graph: GraphBuilder,
  x: ValueName,
  options: { op: 'MaxPool' | 'AveragePool'; size: number; stride: number; padding: Padding },
): ValueName {
  const { op, size, stride, padding } = options;
  return graph.node(op, [x], {
    kernel_shape: [size, size],
    strides: [stride, stride],
    ...paddingAttribute(padding),
  });
}

/** x [N, in] · weight [in, out] + bias. */
export function addDense(
  graph: GraphBuilder,
  x: ValueName,
  layer: { weight: Weight; bias: Weight },
): ValueName {
  const { weight, bias } = layer;
  return graph.node('Gemm', [
    x,
    graph.floats(weight.data, weight.shape),
    graph.floats(bias.data, bias.shape),
  ]);
}

/** x [N, 3, H, W] minus a mean per channel. */
export function subtractMean(
  graph: GraphBuilder,
  x: ValueName,
  mean: readonly [number, number, number],
): ValueName {
  return graph.node('Sub', [x, graph.floats(mean, [1, 3, 1, 1])]);
}

export const relu = (graph: GraphBuilder, x: ValueName): ValueName => graph.node('Relu', [x]);
export const add = (graph: GraphBuilder, a: ValueName, b: ValueName): ValueName => graph.node('Add', [a, b]);

function paddingAttribute(padding: Padding): Record<string, string | number[]> {
  if (padding === 'same') return { auto_pad: 'SAME_UPPER' };
  if (padding === 'valid') return { auto_pad: 'VALID' };
  return { pads: [padding, padding, padding, padding] };
}
