import { z } from 'zod';
import { VitrineError } from '../../src/core/errors.ts';

/**
 * TensorFlow.js weight lists, as far as our networks use them. The layout of the `.bin` file is the list's order,
 * without gaps:
 *
 *   entry without quantisation     little-endian values of `dtype` (float32, int32)
 *   quantisation float16           IEEE half precision, 2 bytes each
 *   quantisation uint8             value · scale + min
 */
const quantizationSchema = z.discriminatedUnion('dtype', [
  z.object({ dtype: z.literal('uint8'), scale: z.number(), min: z.number() }),
  z.object({ dtype: z.literal('float16') }),
]);
const placeSchema = z.object({ name: z.string(), shape: z.array(z.number().int().nonnegative()) });
/** Of our networks none quantises integers; one that did would be refused here. */
const weightEntrySchema = z.discriminatedUnion('dtype', [
  placeSchema.extend({ dtype: z.literal('float32'), quantization: quantizationSchema.optional() }),
  placeSchema.extend({ dtype: z.literal('int32'), quantization: z.undefined().optional() }),
]);
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

function storageOf({ dtype, quantization }: WeightEntry): Storage {
  if (dtype === 'int32') return { width: 4, read: (view, offset) => view.getInt32(offset, true) };
  if (quantization === undefined) return { width: 4, read: (view, offset) => view.getFloat32(offset, true) };
  if (quantization.dtype === 'float16')
    return { width: 2, read: (view, offset) => halfToFloat(view.getUint16(offset, true)) };
  const { scale, min } = quantization;
  return { width: 1, read: (view, offset) => view.getUint8(offset) * scale + min };
}

/** IEEE 754 binary16: 1 sign, 5 exponent (bias 15), 10 fraction bits. */
function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
