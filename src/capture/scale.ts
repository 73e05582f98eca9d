import { createImage, type RgbImage } from '../core/image.ts';

/** Which source pixels make up each destination pixel along one axis; `weights` holds `taps` per destination pixel. */
interface AxisPlan {
  readonly taps: number;
  readonly starts: Int32Array;
  readonly weights: Float32Array;
}

/**
 * The picture scaled to exactly `width` × `height` (whole numbers, at least 1). Each axis on its own: area average
 * where it shrinks (every source pixel counts by its covered share, so that nothing aliases), linear between pixel
 * centres where it grows. The same size gives a copy.
 */
export function scaleImage(image: RgbImage, width: number, height: number): RgbImage {
  const out = createImage(width, height);
  if (image.width === width && image.height === height) {
    out.data.set(image.data);
    return out;
  }
  const columns = planAxis(image.width, width);
  const rows = planAxis(image.height, height);
  const narrowed = rowCache({ image, columns, capacity: rows.taps });
  const stride = width * 3;
  const sum = new Float32Array(stride);
  for (let y = 0; y < height; y++) {
    sum.fill(0.5); // rounds when the bytes are cut below
    for (let k = 0; k < rows.taps; k++) {
      const weight = rows.weights[y * rows.taps + k] as number;
      if (weight > 0) addRow(sum, narrowed((rows.starts[y] as number) + k), weight);
    }
    for (let i = 0, o = y * stride; i < stride; i++, o++) out.data[o] = sum[i] as number;
  }
  return out;
}

function addRow(sum: Float32Array, row: Float32Array, weight: number): void {
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + weight * (row[i] as number);
}

/** Source rows in the destination's width. Neighbouring destination rows share some: the last ones are kept. */
function rowCache(options: {
  readonly image: RgbImage;
  readonly columns: AxisPlan;
  readonly capacity: number;
}): (row: number) => Float32Array {
  const { image, columns, capacity } = options;
  const held = new Int32Array(capacity).fill(-1);
  const data = Array.from({ length: capacity }, () => new Float32Array(columns.starts.length * 3));
  return (row) => {
    const slot = row % capacity;
    const into = data[slot] as Float32Array;
    if (held[slot] !== row) narrowRow({ image, row, plan: columns, into });
    held[slot] = row;
    return into;
  };
}

interface NarrowJob {
  readonly image: RgbImage;
  readonly row: number;
  readonly plan: AxisPlan;
  readonly into: Float32Array;
}

function narrowRow({ image, row, plan, into }: NarrowJob): void {
  const { data } = image;
  const { taps, starts, weights } = plan;
  const base = row * image.width * 3;
  const count = starts.length;
  for (let x = 0, w = 0, o = 0; x < count; x++, o += 3) {
    let r = 0;
    let g = 0;
    let b = 0;
    let i = base + (starts[x] as number) * 3;
    for (let k = 0; k < taps; k++, w++, i += 3) {
      const weight = weights[w] as number;
      r += weight * (data[i] as number);
      g += weight * (data[i + 1] as number);
      b += weight * (data[i + 2] as number);
    }
    into[o] = r;
    into[o + 1] = g;
    into[o + 2] = b;
  }
}

function planAxis(from: number, to: number): AxisPlan {
  if (from === to)
    return { taps: 1, starts: Int32Array.from({ length: to }, (_, i) => i), weights: ones(to) };
  return from > to ? planShrink(from, to) : planGrow(from, to);
}

/** Every destination pixel covers `from / to` source pixels; windows are moved inwards so that none reads beyond. */
function planShrink(from: number, to: number): AxisPlan {
  const step = from / to;
  const taps = Math.min(from, Number.isInteger(step) ? step : Math.ceil(step) + 1);
  const starts = new Int32Array(to);
  const weights = new Float32Array(to * taps);
  for (let x = 0; x < to; x++) {
    const left = x * step;
    const right = left + step;
    const start = Math.min(Math.floor(left), from - taps);
    starts[x] = start;
    for (let k = 0; k < taps; k++) {
      const covered = Math.min(right, start + k + 1) - Math.max(left, start + k);
      weights[x * taps + k] = Math.max(0, covered) / step;
    }
  }
  return { taps, starts, weights };
}

function planGrow(from: number, to: number): AxisPlan {
  if (from === 1) return { taps: 1, starts: new Int32Array(to), weights: ones(to) };
  const starts = new Int32Array(to);
  const weights = new Float32Array(to * 2);
  for (let x = 0; x < to; x++) {
    const center = Math.min(Math.max(((x + 0.5) * from) / to - 0.5, 0), from - 1);
    const start = Math.min(Math.floor(center), from - 2);
    starts[x] = start;
    weights[x * 2] = 1 - (center - start);
    weights[x * 2 + 1] = center - start;
  }
  return { taps: 2, starts, weights };
}

function ones(length: number): Float32Array {
  return new Float32Array(length).fill(1);
}

/** The size that fits `maxSide` with the same shape; the same size where it already fits. */
export function fitWithin(
  size: { readonly width: number; readonly height: number },
  maxSide: number | undefined,
): { width: number; height: number } {
  const longest = Math.max(size.width, size.height);
  if (maxSide === undefined || longest <= maxSide) return { width: size.width, height: size.height };
  const factor = maxSide / longest;
  return {
    width: Math.max(1, Math.round(size.width * factor)),
    height: Math.max(1, Math.round(size.height * factor)),
  };
}
