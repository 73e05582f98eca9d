import { z } from 'zod';
import { VitrineError } from '../../src/core/errors.ts';

/**
 * TensorFlow.js weight lists. The layout of the `.bin` file is the list's order, without gaps:
 *
 *   entry without quantisation     little-endian values of `dtype` (float32, int32, uint8, bool)
 *   quantisation float16           IEEE half precision, 2 bytes each
 *   quantisation uint8 or uint16   value · scale + min; rounded for an int32 entry
 */
const weightEntrySchema = z.object({
  name: z.string(),
  shape: z.array(z.number().int().nonnegative()),
  dtype: z.enum(['float32', 'int32', 'uint8', 'bool']),
  quantization: z
    .object({
      dtype: z.enum(['uint8', 'uint16', 'float16']),
      scale: z.number().optional(),
      min: z.number().optional(),
    })
    .optional(),
});
export const weightListSchema = z.array(weightEntrySchema);
export type WeightEntry = z.infer<typeof weightEntrySchema>;

/** A constant tensor. Integers are held as floats too: shapes, axes and paddings are far below 2^24. */
export interface Weight {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Weights by name; asking for one that is not there fails the build. */
export class Weights {
  readonly #byName: ReadonlyMap<string, Weight>;

  constructor(byName: ReadonlyMap<string, Weight>) {
    this.#byName = byName;
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  get(name: string): Weight {
    const weight = this.#byName.get(name);
    if (weight === undefined) throw new VitrineError('MODEL_BUILD_FAILED', `the weights hold no "${name}"`);
    return weight;
  }
}

/** Reads a `.bin` file by its list; its length must be exactly what the list adds up to. */
export function decodeWeights(entries: readonly WeightEntry[], bytes: Uint8Array): Weights {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const byName = new Map<string, Weight>();
  let offset = 0;
  for (const entry of entries) {
    const count = entry.shape.reduce((product, size) => product * size, 1);
    const { width, read } = storageOf(entry);
    if (offset + count * width > bytes.byteLength) {
      throw new VitrineError('MODEL_BUILD_FAILED', `the weights end before "${entry.name}"`);
    }
    const data = new Float32Array(count);
    for (let i = 0; i < count; i++) data[i] = read(view, offset + i * width);
    byName.set(entry.name, { shape: entry.shape, data });
    offset += count * width;
  }
  if (offset !== bytes.byteLength) {
    throw new VitrineError('MODEL_BUILD_FAILED', `the weights are ${bytes.byteLength} bytes, not ${offset}`);
  }
  return new Weights(byName);
}

interface Storage {
  /** Bytes of one value. */
  readonly width: number;
  readonly read: (view: DataView, offset: number) => number;
}

function storageOf(entry: WeightEntry): Storage {
  const { quantization } = entry;
  if (quantization === undefined) return plainStorage[entry.dtype];
  if (quantization.dtype === 'float16') {
    return { width: 2, read: (view, offset) => halfToFloat(view.getUint16(offset, true)) };
  }
  const { scale = 1, min = 0, dtype } = quantization;
  const raw = dtype === 'uint8' ? plainStorage.uint8 : uint16Storage;
  const expand = (value: number): number => value * scale + min;
  return {
    width: raw.width,
    read: (view, offset) => {
      const value = expand(raw.read(view, offset));
      return entry.dtype === 'int32' ? Math.round(value) : value;
    },
  };
}

const plainStorage: Record<WeightEntry['dtype'], Storage> = {
  float32: { width: 4, read: (view, offset) => view.getFloat32(offset, true) },
  int32: { width: 4, read: (view, offset) => view.getInt32(offset, true) },
  uint8: { width: 1, read: (view, offset) => view.getUint8(offset) },
  bool: { width: 1, read: (view, offset) => view.getUint8(offset) },
};

const uint16Storage: Storage = { width: 2, read: (view, offset) => view.getUint16(offset, true) };

/** IEEE 754 binary16: 1 sign, 5 exponent (bias 15), 10 fraction bits. */
function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
