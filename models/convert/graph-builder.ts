import type { TensorSpec } from '../../src/vision/models.ts';
import { encodeOnnx, type OnnxAttribute, type OnnxConstant, type OnnxNode } from './onnx-format.ts';

/** Name of a value that flows through the graph: the input, a constant or a node's output. */
export type ValueName = string;

/** Operator set 17 (ONNX 1.12): ONNX Runtime has read it since 1.12. */
const OPSET = 17;

/**
 * Collects nodes and constants and writes them as an ONNX file. Values are numbered in the order of creation;
 * what no output needs is left out, so a caller may emit a node and later replace it by a better one.
 */
export class GraphBuilder {
  readonly input: ValueName;
  readonly #name: string;
  readonly #inputSpec: TensorSpec;
  readonly #nodes: OnnxNode[] = [];
  readonly #constants: OnnxConstant[] = [];
  readonly #outputs: { spec: TensorSpec; value: ValueName }[] = [];

  constructor(options: { name: string; input: TensorSpec }) {
    this.#name = options.name;
    this.#inputSpec = options.input;
    this.input = options.input.name;
  }

  /** A constant tensor of floats. */
  floats(data: Float32Array | readonly number[], shape: readonly number[]): ValueName {
    return this.#constant(data instanceof Float32Array ? data : Float32Array.from(data), shape);
  }

  /** A constant vector of 64-bit integers, as shapes and paddings are given. */
  integers(data: readonly number[]): ValueName {
    return this.#constant(BigInt64Array.from(data, BigInt), [data.length]);
  }

  node(
    op: string,
    inputs: readonly ValueName[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
  ): ValueName {
    const output = `v${this.#nodes.length}`;
    this.#nodes.push({ op, inputs, output, attributes });
    return output;
  }

  /** Reshape; 0 keeps a size of the input, -1 is what remains. */
  reshape(value: ValueName, shape: readonly number[]): ValueName {
    return this.node('Reshape', [value, this.integers(shape)]);
  }

  /** Makes `value` an output of the file under the name of `spec`. */
  output(spec: TensorSpec, value: ValueName): void {
    this.#outputs.push({ spec, value });
  }

  /** The bytes of the ONNX file. */
  encode(): Uint8Array {
    const needed = this.#needed();
    const renamed = new Map(this.#outputs.map(({ spec, value }) => [value, spec.name]));
    const rename = (value: ValueName): ValueName => renamed.get(value) ?? value;
    const nodes = this.#nodes.filter((node) => needed.has(node.output));
    return encodeOnnx({
      name: this.#name,
      opset: OPSET,
      nodes: nodes.map((node) => ({
        ...node,
        inputs: node.inputs.map(rename),
        output: rename(node.output),
      })),
      constants: this.#constants.filter((constant) => needed.has(constant.name)),
      inputs: [this.#inputSpec],
      outputs: this.#outputs.map(({ spec }) => spec),
    });
  }

  #constant(data: Float32Array | BigInt64Array, shape: readonly number[]): ValueName {
    const name = `c${this.#constants.length}`;
    this.#constants.push({ name, shape, data });
    return name;
  }

  /** Every value that an output depends on. Nodes are in order of creation, hence also of computation. */
  #needed(): ReadonlySet<ValueName> {
    const needed = new Set(this.#outputs.map(({ value }) => value));
    for (const node of this.#nodes.toReversed()) {
      if (needed.has(node.output)) for (const input of node.inputs) needed.add(input);
    }
    return needed;
  }
}
