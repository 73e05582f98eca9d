import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GraphBuilder } from '../../../models/convert/graph-builder.ts';
import { openSession } from '../../../src/vision/onnx/session.ts';

function builder(): GraphBuilder {
  return new GraphBuilder({ name: 'test', input: { name: 'input', shape: ['N', 2] } });
}

describe('the graph builder', () => {
  it('writes a file that the engine opens and runs', async () => {
    const graph = builder();
    const doubled = graph.node('Mul', [graph.input, graph.floats([2], [])]);
    graph.output({ name: 'twice', shape: ['N', 2] }, doubled);
    graph.output({ name: 'softmax', shape: ['N', 2] }, graph.node('Softmax', [doubled], { axis: -1 }));
    const session = await openSession(graph.encode(), { threads: 1 });
    const tensor = { data: Float32Array.of(-1, 1, 0, 0), shape: [2, 2] };
    const results = await session.run('input', tensor, ['twice', 'softmax']);
    assert.deepEqual([...(results.get('twice')?.data ?? [])], [-2, 2, 0, 0]);
    assert.equal(results.get('softmax')?.data[2], 0.5);
    assert.deepEqual(results.get('twice')?.shape, [2, 2]);
    assert.deepEqual(session.inputs, [{ name: 'input', type: 'float32', shape: ['N', 2] }]);
    await session.release();
  });

  it('leaves out what no output needs', () => {
    const lean = builder();
    lean.output({ name: 'out', shape: ['N', 2] }, lean.node('Relu', [lean.input]));
    const rich = builder();
    const wanted = rich.node('Relu', [rich.input]);
    rich.node('Mul', [wanted, rich.floats(new Float32Array(1000), [1000])]);
    rich.output({ name: 'out', shape: ['N', 2] }, wanted);
    assert.deepEqual(rich.encode(), lean.encode());
  });

  it('writes the same bytes for the same graph', () => {
    const encode = (): Uint8Array => {
      const graph = builder();
      const sum = graph.node('Add', [graph.input, graph.floats([1, 2], [2])]);
      graph.output({ name: 'out', shape: ['N', 2] }, graph.reshape(sum, [0, 2]));
      return graph.encode();
    };
    assert.deepEqual(encode(), encode());
  });
});
