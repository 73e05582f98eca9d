import { VitrineError } from '../../src/core/errors.ts';
import type { GraphBuilder, ValueName } from './graph-builder.ts';
import {
  addConvolution,
  addPool,
  type Convolution,
  convolution,
  depthwiseConvolution,
  foldIntoConvolution,
  type Padding,
  scaleConvolutionInput,
} from './layers.ts';
import {
  flagAttribute,
  type GraphModel,
  type GraphNode,
  spatialAttribute,
  textAttribute,
  textListAttribute,
} from './tfjs-format.ts';
import type { Weight, Weights } from './weights.ts';

/**
 * Translates TensorFlow.js graph models into ONNX, from the asked-for outputs backwards. Activations of rank 4 are
 * kept in NCHW, where TensorFlow has NHWC; a Reshape first turns them back, so flattened orders agree.
 *
 * Two rewrites keep the network's result and make it faster: a per-channel Mul or Add after a convolution goes into
 * its weights (batch normalisation), and chains of Relu, Minimum and Maximum become one clamp.
 */
export interface Translated {
  readonly name: ValueName;
  readonly rank: number;
  /** The convolution that made this value, if nothing came after it. */
  readonly convolution?: { readonly x: ValueName; readonly layer: Convolution };
  /** This value is `of`, limited to low…high. */
  readonly clamp?: { readonly of: ValueName; readonly low: number; readonly high: number };
}

export interface TranslationOptions {
  readonly graph: GraphBuilder;
  readonly model: GraphModel;
  readonly weights: Weights;
  /** What the network expects is (RGB 0–255 − mean) · scale. */
  readonly input: { readonly mean: number; readonly scale: number };
}

type Operation = (translator: GraphTranslator, node: GraphNode) => Translated;

export class GraphTranslator {
  readonly graph: GraphBuilder;
  readonly #options: TranslationOptions;
  readonly #nodes: ReadonlyMap<string, GraphNode>;
  readonly #done = new Map<string, Translated>();

  constructor(options: TranslationOptions) {
    this.graph = options.graph;
    this.#options = options;
    this.#nodes = new Map(options.model.modelTopology.node.map((node) => [node.name, node]));
  }

  /** The ONNX value of the node `reference` (`name` or `name:0`), in NCHW if of rank 4. */
  value(reference: string): Translated {
    const name = reference.replace(/:\d+$/, '');
    const known = this.#done.get(name);
    if (known !== undefined) return known;
    const node = this.#nodes.get(name);
    const operation = node && operations[node.op];
    if (node === undefined || operation === undefined) {
      const what = node === undefined ? `no node "${name}"` : `an unknown operation ${node.op}`;
      throw new VitrineError('MODEL_BUILD_FAILED', `the graph has ${what}`);
    }
    const value = operation(this, node);
    this.#done.set(name, value);
    return value;
  }

  /** The constant behind a reference; undefined for an activation. */
  constant(reference: string | undefined): Weight | undefined {
    const { weights } = this.#options;
    return reference !== undefined && weights.has(reference) ? weights.get(reference) : undefined;
  }

  /** The picture, less its mean; the scale goes into the first convolution. */
  placeholder(): Translated {
    const { mean } = this.#options.input;
    const name =
      mean === 0 ? this.graph.input : this.graph.node('Sub', [this.graph.input, this.scalar(mean)]);
    return { name, rank: 4 };
  }

  scalar(value: number): ValueName {
    return this.graph.floats([value], []);
  }

  convolve(node: GraphNode, make: typeof convolution): Translated {
    const x = this.value(input(node, 0));
    const fused = textListAttribute(node, 'fused_ops');
    const bias = fused.includes('BiasAdd') ? this.required(node, 2) : undefined;
    const options = {
      bias,
      stride: square(node, 'strides'),
      dilation: square(node, 'dilations'),
      padding: paddingOf(node),
    };
    const layer = this.#fromPicture(node) ? scaleConvolutionInput : (same: Convolution) => same;
    const value = this.convolution(
      x.name,
      layer(make(this.required(node, 1), options), this.#options.input.scale),
    );
    return this.#activate(value, node, fused);
  }

  convolution(x: ValueName, layer: Convolution): Translated {
    return { name: addConvolution(this.graph, x, layer), rank: 4, convolution: { x, layer } };
  }

  /** `value` limited to low…high; merges with a limit that is already there. */
  clamp(value: Translated, bounds: { low?: number; high?: number }): Translated {
    const of = value.clamp?.of ?? value.name;
    const low = Math.max(
      value.clamp?.low ?? Number.NEGATIVE_INFINITY,
      bounds.low ?? Number.NEGATIVE_INFINITY,
    );
    const high = Math.min(
      value.clamp?.high ?? Number.POSITIVE_INFINITY,
      bounds.high ?? Number.POSITIVE_INFINITY,
    );
    const ends = [low, high].map((end) => (Number.isFinite(end) ? this.scalar(end) : ''));
    const name =
      low === 0 && high === Number.POSITIVE_INFINITY
        ? this.graph.node('Relu', [of])
        : this.graph.node('Clip', [of, ...ends]);
    return { name, rank: value.rank, clamp: { of, low, high } };
  }

  /** Mul or Add of an activation and a constant vector over its channels. */
  affine(node: GraphNode, op: 'Mul' | 'Add', vector: Weight): Translated {
    const value = this.value(input(node, 0));
    if (value.convolution !== undefined) {
      const { x, layer } = value.convolution;
      const after = op === 'Mul' ? { factor: vector.data } : { shift: vector.data };
      return this.convolution(x, foldIntoConvolution(layer, after));
    }
    const shape = value.rank === 4 ? [1, vector.data.length, 1, 1] : [vector.data.length];
    const operand = this.graph.floats(vector.data, shape);
    return { name: this.graph.node(op, [value.name, operand]), rank: value.rank };
  }

  prelu(value: Translated, slope: Weight): Translated {
    const operand = this.graph.floats(slope.data, [slope.data.length, 1, 1]);
    return { name: this.graph.node('PRelu', [value.name, operand]), rank: value.rank };
  }

  required(node: GraphNode, index: number): Weight {
    const weight = this.constant(node.input[index]);
    if (weight !== undefined) return weight;
    throw new VitrineError(
      'MODEL_BUILD_FAILED',
      `input ${index} of ${node.op} "${node.name}" is no constant`,
    );
  }

  #activate(value: Translated, node: GraphNode, fused: readonly string[]): Translated {
    if (fused.includes('Relu')) return this.clamp(value, { low: 0 });
    if (fused.includes('Prelu')) return this.prelu(value, this.required(node, 3));
    const unknown = fused.find((name) => name !== 'BiasAdd');
    if (unknown === undefined) return value;
    throw new VitrineError(
      'MODEL_BUILD_FAILED',
      `"${node.name}" is fused with an unknown operation ${unknown}`,
    );
  }

  #fromPicture(node: GraphNode): boolean {
    return this.#nodes.get(input(node, 0))?.op === 'Placeholder';
  }
}

const operations: Readonly<Record<string, Operation>> = {
  Placeholder: (t) => t.placeholder(),
  Identity: (t, node) => t.value(input(node, 0)),
  Conv2D: (t, node) => t.convolve(node, convolution),
  _FusedConv2D: (t, node) => t.convolve(node, convolution),
  DepthwiseConv2dNative: (t, node) => t.convolve(node, depthwiseConvolution),
  _FusedMatMul: matMul,
  MaxPool: maxPool,
  Mean: mean,
  Pad: pad,
  Reshape: reshape,
  Relu: (t, node) => t.clamp(t.value(input(node, 0)), { low: 0 }),
  Minimum: (t, node) => t.clamp(t.value(input(node, 0)), { high: t.required(node, 1).data[0] as number }),
  Maximum: (t, node) => t.clamp(t.value(input(node, 0)), { low: t.required(node, 1).data[0] as number }),
  Prelu: (t, node) => t.prelu(t.value(input(node, 0)), t.required(node, 1)),
  Mul: (t, node) => t.affine(node, 'Mul', t.required(node, 1)),
  Add: addition,
  AddV2: addition,
  Sigmoid: (t, node) => unary(t, node, 'Sigmoid'),
  Softmax: (t, node) => unary(t, node, 'Softmax', { axis: -1 }),
};

function addition(t: GraphTranslator, node: GraphNode): Translated {
  const constant = t.constant(node.input[1]);
  if (constant !== undefined) return t.affine(node, 'Add', constant);
  const [a, b] = [t.value(input(node, 0)), t.value(input(node, 1))];
  return { name: t.graph.node('Add', [a.name, b.name]), rank: a.rank };
}

function unary(t: GraphTranslator, node: GraphNode, op: string, attributes = {}): Translated {
  const x = t.value(input(node, 0));
  return { name: t.graph.node(op, [x.name], attributes), rank: x.rank };
}

function matMul(t: GraphTranslator, node: GraphNode): Translated {
  if (flagAttribute(node, 'transpose_a') || flagAttribute(node, 'transpose_b')) {
    throw new VitrineError('MODEL_BUILD_FAILED', `"${node.name}" transposes a factor`);
  }
  const weight = t.required(node, 1);
  const bias = t.required(node, 2);
  const factors = [weight, bias].map(({ data, shape }) => t.graph.floats(data, shape));
  const value = { name: t.graph.node('Gemm', [t.value(input(node, 0)).name, ...factors]), rank: 2 };
  return textListAttribute(node, 'fused_ops').includes('Relu') ? t.clamp(value, { low: 0 }) : value;
}

function maxPool(t: GraphTranslator, node: GraphNode): Translated {
  const name = addPool(t.graph, t.value(input(node, 0)).name, {
    op: 'MaxPool',
    size: square(node, 'ksize'),
    stride: square(node, 'strides'),
    padding: paddingOf(node),
  });
  return { name, rank: 4 };
}

/** Only the mean over height and width occurs (global pooling). */
function mean(t: GraphTranslator, node: GraphNode): Translated {
  if (flagAttribute(node, 'keep_dims') || t.required(node, 1).data.join() !== '1,2') {
    throw new VitrineError('MODEL_BUILD_FAILED', `"${node.name}" is no global mean`);
  }
  const pooled = t.graph.node('GlobalAveragePool', [t.value(input(node, 0)).name]);
  return { name: t.graph.node('Flatten', [pooled]), rank: 2 };
}

/** TensorFlow: [before, after] for each of N, H, W, C. ONNX: all befores, then all afters, for N, C, H, W. */
function pad(t: GraphTranslator, node: GraphNode): Translated {
  const { data } = t.required(node, 1);
  const axes = [0, 3, 1, 2];
  const amounts = [0, 1].flatMap((side) => axes.map((axis) => data[2 * axis + side] as number));
  const x = t.value(input(node, 0));
  return { name: t.graph.node('Pad', [x.name, t.graph.integers(amounts)]), rank: 4 };
}

/**
 * The published shapes hold the sizes of one picture of the published size. The batch is kept free, and so is the
 * middle of a rank-3 shape (anchors), which follows from height and width.
 */
function reshape(t: GraphTranslator, node: GraphNode): Translated {
  const target = [...t.required(node, 1).data];
  const x = t.value(input(node, 0));
  const last = target.at(-1) ?? -1;
  const shape = target.length === 3 ? [0, -1, last] : [0, last];
  const source = x.rank === 4 ? t.graph.node('Transpose', [x.name], { perm: [0, 2, 3, 1] }) : x.name;
  return { name: t.graph.reshape(source, shape), rank: target.length };
}

/** Control inputs (`^name`) carry no value. */
function input(node: GraphNode, index: number): string {
  return node.input.filter((name) => !name.startsWith('^'))[index] ?? '';
}

function square(node: GraphNode, name: string): number {
  const [height, width] = spatialAttribute(node, name);
  if (height === width) return height;
  throw new VitrineError('MODEL_BUILD_FAILED', `${name} of "${node.name}" differ in height and width`);
}

function paddingOf(node: GraphNode): Padding {
  const padding = textAttribute(node, 'padding');
  if (padding === 'SAME') return 'same';
  if (padding === 'VALID') return 'valid';
  throw new VitrineError('MODEL_BUILD_FAILED', `padding ${padding} of "${node.name}" is unknown`);
}
