import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeWeights, type WeightEntry } from '../../../models/convert/weights.ts';

function decode(
  entry: Omit<WeightEntry, 'name' | 'shape'>,
  bytes: readonly number[],
  count: number,
): number[] {
  const weights = decodeWeights([{ name: 'w', shape: [count], ...entry }], Uint8Array.from(bytes));
  return [...weights.get('w').data];
}

describe('reading weights', () => {
  it('expands 8-bit and 16-bit quantised values', () => {
    const byte = { dtype: 'uint8', scale: 0.5, min: -1 } as const;
    assert.deepEqual(decode({ dtype: 'float32', quantization: byte }, [0, 1, 255], 3), [-1, -0.5, 126.5]);
    const word = { dtype: 'uint16', scale: 0.25, min: 10 } as const;
    assert.deepEqual(decode({ dtype: 'float32', quantization: word }, [2, 1], 1), [10 + 258 / 4]);
  });

  it('rounds quantised integers', () => {
    const quantization = { dtype: 'uint8', scale: 0.6, min: 1 } as const;
    assert.deepEqual(decode({ dtype: 'int32', quantization }, [0, 1, 2], 3), [1, 2, 2]);
  });

  it('reads plain floats and integers, little-endian', () => {
    assert.deepEqual(decode({ dtype: 'float32' }, [0, 0, 128, 63, 0, 0, 0, 192], 2), [1, -2]);
    assert.deepEqual(decode({ dtype: 'int32' }, [255, 255, 255, 255, 1, 2, 0, 0], 2), [-1, 513]);
  });

  it('reads every half-precision number as the processor does', () => {
    const count = 65536;
    const halves = Uint16Array.from({ length: count }, (_, bits) => bits);
    const entry = {
      name: 'w',
      shape: [count],
      dtype: 'float32',
      quantization: { dtype: 'float16' },
    } as const;
    const { data } = decodeWeights([{ ...entry, shape: [count] }], new Uint8Array(halves.buffer)).get('w');
    const view = new DataView(halves.buffer) as DataView & {
      getFloat16(at: number, little: boolean): number;
    };
    for (let bits = 0; bits < count; bits++) {
      assert.ok(Object.is(data[bits], view.getFloat16(bits * 2, true)), `0x${bits.toString(16)}`);
    }
  });

  it('takes scalars and several entries one after the other', () => {
    const entries: WeightEntry[] = [
      { name: 'scalar', shape: [], dtype: 'uint8' },
      { name: 'pair', shape: [1, 2], dtype: 'uint8' },
    ];
    const weights = decodeWeights(entries, Uint8Array.of(7, 8, 9));
    assert.deepEqual([...weights.get('scalar').data, ...weights.get('pair').data], [7, 8, 9]);
    assert.deepEqual(weights.get('pair').shape, [1, 2]);
  });

  it('refuses a file that is too short or too long, and a name that is not there', () => {
    const entries: WeightEntry[] = [{ name: 'pair', shape: [2], dtype: 'float32' }];
    const failed = (message: RegExp) => ({ code: 'MODEL_BUILD_FAILED', message });
    assert.throws(() => decodeWeights(entries, new Uint8Array(7)), failed(/end before "pair"/));
    assert.throws(() => decodeWeights(entries, new Uint8Array(9)), failed(/are 9 bytes, not 8/));
    assert.throws(() => decodeWeights(entries, new Uint8Array(8)).get('other'), failed(/no "other"/));
  });
});
