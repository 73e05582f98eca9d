import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GraphBuilder } from '../../../models/convert/graph-builder.ts';
import { graphModelSchema } from '../../../models/convert/tfjs-format.ts';
import { GraphTranslator } from '../../../models/convert/tfjs-graph.ts';
import { type Weight, Weights } from '../../../models/convert/weights.ts';
import { openSession } from '../../../src/vision/onnx/session.ts';

/**
 * Small graphs whose results are easily worked out by hand. The whole networks are compared with TensorFlow.js in
 * `golden.test.ts`.
 */
const text = (value: string) => ({ s: Buffer.from(value).toString('base64') });
const sizes = (side: number) => ({ list: { i: ['1', String(side), String(side), '1'] } });

interface Node {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr?: Record<string, unknown>;
}

const picture: Node = { name: 'picture', op: 'Placeholder' };
/** 1×1, three channels to two: r + 10 b, and −g. */
const convolution: Node = {
  name: 'conv',
  op: 'Conv2D',
  input: ['picture', 'filters'],
  attr: { strides: sizes(1), dilations: sizes(1), padding: text('SAME') },
};
const filters: Weight = { shape: [1, 1, 3, 2], data: Float32Array.of(1, 0, 0, -1, 10, 0) };

function translate(nodes: readonly Node[], constants: Record<string, Weight>, scale = 1) {
  const model = graphModelSchema.parse({
    modelTopology: { node: [picture, ...nodes] },
    weightsManifest: [{ weights: [] }],
  });
  const weights = new Weights(new Map(Object.entries({ filters, ...constants })));
  const graph = new GraphBuilder({ name: 'test', input: { name: 'input', shape: ['N', 3, 1, 'W'] } });
  return { graph, translator: new GraphTranslator({ graph, model, weights, input: { mean: 0, scale } }) };
}

/** Runs the graph on two pixels, (1, 2, 3) and (4, 5, 6). */
async function run(nodes: readonly Node[], constants: Record<string, Weight>, scale = 1): Promise<number[]> {
  const { graph, translator } = translate(nodes, constants, scale);
  graph.output({ name: 'out', shape: ['N', 'C', 'h', 'w'] }, translator.value(nodes.at(-1)?.name ?? '').name);
  const session = await openSession(graph.encode(), { threads: 1 });
  const tensor = { data: Float32Array.of(1, 4, 2, 5, 3, 6), shape: [1, 3, 1, 2] };
  const results = await session.run('input', tensor, ['out']);
  await session.release();
  return [...(results.get('out')?.data ?? [])];
}

const vector = (...data: number[]): Weight => ({ shape: [data.length], data: Float32Array.from(data) });
const scalar = (value: number): Weight => ({ shape: [], data: Float32Array.of(value) });

describe('translating TensorFlow.js graphs', () => {
  it('turns a convolution over NHWC into one over NCHW', async () => {
    assert.deepEqual(await run([convolution], {}), [31, 64, -2, -5]);
  });

  it('puts the scale of the input into the first convolution', async () => {
    assert.deepEqual(await run([convolution], {}, 0.5), [15.5, 32, -1, -2.5]);
  });

  it('folds a channel-wise factor and shift into the convolution before them', async () => {
    const nodes: Node[] = [
      convolution,
      { name: 'scaled', op: 'Mul', input: ['conv', 'factor'] },
      { name: 'shifted', op: 'AddV2', input: ['scaled', 'shift'] },
    ];
    const constants = { factor: vector(2, 3), shift: vector(1, -1) };
    assert.deepEqual(await run(nodes, constants), [63, 129, -7, -16]);
    const { graph, translator } = translate(nodes, constants);
    const folded = translator.value('shifted');
    assert.deepEqual(folded.convolution?.layer.bias, Float32Array.of(1, -1));
    assert.equal(folded.convolution?.x, graph.input);
  });

  it('makes one clamp of a chain of limits', async () => {
    const nodes: Node[] = [
      convolution,
      { name: 'relu', op: 'Relu', input: ['conv'] },
      { name: 'upper', op: 'Minimum', input: ['relu', 'six'] },
      { name: 'lower', op: 'Maximum', input: ['upper', 'one'] },
    ];
    const constants = { six: scalar(60), one: scalar(1) };
    assert.deepEqual(await run(nodes, constants), [31, 60, 1, 1]);
    const { clamp } = translate(nodes, constants).translator.value('lower');
    assert.deepEqual([clamp?.low, clamp?.high], [1, 60]);
  });

  it('flattens in the order of NHWC', async () => {
    const shape = vector(-1, 4);
    const nodes: Node[] = [convolution, { name: 'flat', op: 'Reshape', input: ['conv', 'shape'] }];
    const { graph, translator } = translate(nodes, { shape });
    graph.output({ name: 'out', shape: ['N', 4] }, translator.value('flat:0').name);
    const session = await openSession(graph.encode(), { threads: 1 });
    const tensor = { data: Float32Array.of(1, 4, 2, 5, 3, 6), shape: [1, 3, 1, 2] };
    const results = await session.run('input', tensor, ['out']);
    await session.release();
    assert.deepEqual([...(results.get('out')?.data ?? [])], [31, -2, 64, -5]);
  });

  it('refuses what it does not know', () => {
    const failed = (message: RegExp) => ({ code: 'MODEL_BUILD_FAILED', message });
    const einsum: Node = { name: 'sum', op: 'Einsum', input: ['picture'] };
    assert.throws(() => translate([einsum], {}).translator.value('sum'), failed(/unknown operation Einsum/));
    assert.throws(() => translate([], {}).translator.value('sum'), failed(/no node "sum"/));
    const fused: Node = {
      ...convolution,
      op: '_FusedConv2D',
      attr: { ...convolution.attr, fused_ops: { list: { s: [text('Elu').s] } } },
    };
    assert.throws(() => translate([fused], {}).translator.value('conv'), failed(/unknown operation Elu/));
    const explicit: Node = { ...convolution, attr: { ...convolution.attr, padding: text('EXPLICIT') } };
    assert.throws(() => translate([explicit], {}).translator.value('conv'), failed(/padding EXPLICIT/));
  });
});
