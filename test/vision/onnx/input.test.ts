import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { InputSpec } from '../../../src/vision/models.ts';
import { prepareInput } from '../../../src/vision/onnx/input.ts';

/** Two pictures of 1×2 pixels; the value tells picture, channel and pixel: 100 · picture + 10 · channel + pixel. */
const pictures = {
  data: Float32Array.of(0, 1, 10, 11, 20, 21, 100, 101, 110, 111, 120, 121),
  shape: [2, 3, 1, 2],
};

function prepare(spec: Partial<InputSpec>) {
  return prepareInput({ name: 'input', shape: ['N', 3, 1, 2], ...spec }, pictures);
}

describe('preparing the input of a model', () => {
  it('hands over the very same tensor where nothing else is asked for', () => {
    assert.equal(prepare({}), pictures);
    assert.equal(prepare({ layout: 'nchw', channels: 'rgb', mean: 0, std: 1 }), pictures);
  });

  it('interleaves the channels for NHWC', () => {
    const { data, shape } = prepare({ layout: 'nhwc' });
    assert.deepEqual(shape, [2, 1, 2, 3]);
    assert.deepEqual([...data], [0, 10, 20, 1, 11, 21, 100, 110, 120, 101, 111, 121]);
  });

  it('swaps red and blue in either layout', () => {
    assert.deepEqual([...prepare({ channels: 'bgr' }).data.subarray(0, 6)], [20, 21, 10, 11, 0, 1]);
    const interleaved = prepare({ channels: 'bgr', layout: 'nhwc' }).data.subarray(0, 6);
    assert.deepEqual([...interleaved], [20, 10, 0, 21, 11, 1]);
  });

  it('subtracts the mean and divides by the deviation, one for all or one per R, G, B', () => {
    assert.deepEqual([...prepare({ mean: 1, std: 2 }).data.subarray(0, 4)], [-0.5, 0, 4.5, 5]);
    const perChannel = prepare({ mean: [0, 10, 20], std: [1, 2, 4], channels: 'bgr' });
    assert.deepEqual([...perChannel.data.subarray(0, 6)], [0, 0.25, 0, 0.5, 0, 1]);
  });
});
