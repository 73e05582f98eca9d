import { z } from 'zod';
import { weightListSchema } from './weights.ts';

/**
 * The parts of a TensorFlow.js graph model that the converter reads. A node's attributes are TensorFlow's
 * `AttrValue` as JSON: 64-bit integers are strings, byte strings are base64.
 */
const attributeSchema = z.object({
  s: z.string().optional(),
  b: z.boolean().optional(),
  list: z
    .object({ s: z.array(z.string()).optional(), i: z.array(z.union([z.string(), z.number()])).optional() })
    .optional(),
});

const nodeSchema = z.object({
  name: z.string(),
  op: z.string(),
  input: z.array(z.string()).default([]),
  attr: z.record(z.string(), attributeSchema).default({}),
});
export type GraphNode = z.infer<typeof nodeSchema>;

export const graphModelSchema = z.object({
  modelTopology: z.object({ node: z.array(nodeSchema) }),
  weightsManifest: z.array(z.object({ weights: weightListSchema })).min(1),
});
export type GraphModel = z.infer<typeof graphModelSchema>;

const fromBase64 = (text: string): string => Buffer.from(text, 'base64').toString('latin1');

/** A byte-string attribute (`padding`, `data_format`); undefined if the node has none. */
export function textAttribute(node: GraphNode, name: string): string | undefined {
  const text = node.attr[name]?.s;
  return text === undefined ? undefined : fromBase64(text);
}

/** A list of byte strings (`fused_ops`); empty if the node has none. */
export function textListAttribute(node: GraphNode, name: string): string[] {
  return (node.attr[name]?.list?.s ?? []).map(fromBase64);
}

/** The height and width of a list of four integers in NHWC order (`strides`, `ksize`, `dilations`); [1, 1] if absent. */
export function spatialAttribute(node: GraphNode, name: string): [number, number] {
  const list = (node.attr[name]?.list?.i ?? []).map(Number);
  return [list[1] ?? 1, list[2] ?? 1];
}

export function flagAttribute(node: GraphNode, name: string): boolean {
  return node.attr[name]?.b ?? false;
}
