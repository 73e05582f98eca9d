import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ZodError } from 'zod';
import { decodeWeights, type WeightEntry, weightListSchema } from '../../../models/convert/weights.ts';

/** The values of one entry, read as from a package's file. */
function decode(entry: Record<string, unknown>, bytes: readonly number[], count: number): number[] {
  const entries = weightListSchema.parse([{ name: 'w', shape: [count], ...entry }]);
  return [...decodeWeights(entries, Uint8Array.from(bytes)).get('w').data];
}

describe('reading weights', () => {
  it('expands 8-bit quantised values', () => {
    const quantization = { dtype: 'uint8', scale: 0.5, min: -1 };
    assert.deepEqual(decode({ dtype: 'float32', quantization }, [0, 1, 255], 3), [-1, -0.5, 126.5]);
  });

  it('refuses kinds of value that it would misread', () => {
    const byte = { dtype: 'uint8', scale: 0.6, min: 1 };
    assert.throws(() => decode({ dtype: 'bool' }, [1], 1), ZodError);
    assert.throws(() => decode({ dtype: 'int32', quantization: byte }, [0], 1), ZodError);
    assert.throws(() => decode({ dtype: 'float32', quantization: { dtype: 'uint16' } }, [0, 0], 1), ZodError);
    assert.throws(() => decode({ dtype: 'float32', quantization: { dtype: 'uint8' } }, [0], 1), ZodError);
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
      { name: 'scalar', shape: [], dtype: 'int32' },
      { name: 'pair', shape: [1, 2], dtype: 'int32' },
    ];
    const weights = decodeWeights(entries, new Uint8Array(Int32Array.of(7, 8, 9).buffer));
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
