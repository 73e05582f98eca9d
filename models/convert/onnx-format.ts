import protobuf from 'protobufjs';

/**
 * The part of the ONNX file format that the converter writes: protocol buffers, field numbers of
 * https://github.com/onnx/onnx/blob/v1.16.0/onnx/onnx.proto. Messages are encoded in field order, so the same
 * graph always gives the same bytes.
 */
const field = (id: number, type: string) => ({ id, type });
const list = (id: number, type: string) => ({ id, type, rule: 'repeated' });
const numbers = (id: number, type: string) => ({ ...list(id, type), options: { packed: false } });

const root = protobuf.Root.fromJSON({
  nested: {
    ModelProto: {
      fields: {
        irVersion: field(1, 'int64'),
        producerName: field(2, 'string'),
        graph: field(7, 'GraphProto'),
        opsetImport: list(8, 'OperatorSetIdProto'),
      },
    },
    OperatorSetIdProto: { fields: { domain: field(1, 'string'), version: field(2, 'int64') } },
    GraphProto: {
      fields: {
        node: list(1, 'NodeProto'),
        name: field(2, 'string'),
        initializer: list(5, 'TensorProto'),
        input: list(11, 'ValueInfoProto'),
        output: list(12, 'ValueInfoProto'),
      },
    },
    NodeProto: {
      fields: {
        input: list(1, 'string'),
        output: list(2, 'string'),
        name: field(3, 'string'),
        opType: field(4, 'string'),
        attribute: list(5, 'AttributeProto'),
      },
    },
    AttributeProto: {
      fields: {
        name: field(1, 'string'),
        i: field(3, 'int64'),
        s: field(4, 'bytes'),
        ints: numbers(8, 'int64'),
        type: field(20, 'int32'),
      },
    },
    TensorProto: {
      fields: {
        dims: numbers(1, 'int64'),
        dataType: field(2, 'int32'),
        name: field(8, 'string'),
        rawData: field(9, 'bytes'),
      },
    },
    ValueInfoProto: { fields: { name: field(1, 'string'), type: field(2, 'TypeProto') } },
    TypeProto: { fields: { tensorType: field(1, 'TensorTypeProto') } },
    TensorTypeProto: { fields: { elemType: field(1, 'int32'), shape: field(2, 'TensorShapeProto') } },
    TensorShapeProto: { fields: { dim: list(1, 'DimensionProto') } },
    DimensionProto: { fields: { dimValue: field(1, 'int64'), dimParam: field(2, 'string') } },
  },
});
const modelType = root.lookupType('ModelProto');

/** Element types, `TensorProto.DataType`. */
export const FLOAT = 1;
export const INT64 = 7;

/** Kinds of attribute, `AttributeProto.AttributeType`. */
const attributeTypes = { int: 2, string: 3, ints: 7 } as const;

/** An integer, integers or a word. */
export type OnnxAttribute = number | readonly number[] | string;

export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

export interface OnnxConstant {
  readonly name: string;
  readonly shape: readonly number[];
  /** Float32 as FLOAT, BigInt64 as INT64. */
  readonly data: Float32Array | BigInt64Array;
}

export interface OnnxValue {
  readonly name: string;
  readonly shape: readonly (number | string)[];
}

export interface OnnxGraph {
  readonly name: string;
  readonly opset: number;
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxConstant[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

/** The bytes of an ONNX file with this graph. */
export function encodeOnnx(graph: OnnxGraph): Uint8Array {
  const message = {
    irVersion: 8,
    producerName: 'vitrine',
    graph: {
      name: graph.name,
      node: graph.nodes.map(nodeMessage),
      initializer: graph.constants.map(tensorMessage),
      input: graph.inputs.map(valueMessage),
      output: graph.outputs.map(valueMessage),
    },
    opsetImport: [{ domain: '', version: graph.opset }],
  };
  return modelType.encode(message).finish();
}

function nodeMessage(node: OnnxNode) {
  return {
    input: [...node.inputs],
    output: [node.output],
    name: node.output,
    opType: node.op,
    attribute: Object.entries(node.attributes).map(([name, value]) => attributeMessage(name, value)),
  };
}

function attributeMessage(name: string, value: OnnxAttribute) {
  if (typeof value === 'number') return { name, i: value, type: attributeTypes.int };
  if (typeof value === 'string')
    return { name, s: Buffer.from(value, 'latin1'), type: attributeTypes.string };
  return { name, ints: [...value], type: attributeTypes.ints };
}

/** Raw tensor data is little-endian, like every processor that Node runs on here. */
function tensorMessage(constant: OnnxConstant) {
  const { buffer, byteOffset, byteLength } = constant.data;
  return {
    dims: [...constant.shape],
    dataType: constant.data instanceof Float32Array ? FLOAT : INT64,
    name: constant.name,
    rawData: new Uint8Array(buffer, byteOffset, byteLength),
  };
}

function valueMessage(value: OnnxValue) {
  const dim = value.shape.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
  return { name: value.name, type: { tensorType: { elemType: FLOAT, shape: { dim } } } };
}
