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
  return rows.taps >= 2 && image.height > height
    ? shrinkRows({ image, columns, rows, out })
    : growRows({ image, columns, rows, out });
}

interface CachedRow {
  row: number;
  readonly data: Float32Array;
}

interface ScaleJob {
  readonly image: RgbImage;
  readonly columns: AxisPlan;
  readonly rows: AxisPlan;
  readonly out: RgbImage;
}

/** Source rows are narrowed one by one and added up: memory for two rows, each source pixel touched once or twice. */
function shrinkRows({ image, columns, rows, out }: ScaleJob): RgbImage {
  const stride = out.width * 3;
  const narrow = new Float32Array(stride);
  const sum = new Float32Array(stride);
  let narrowed = -1;
  for (let y = 0; y < out.height; y++) {
    sum.fill(0.5); // rounds when the bytes are cut below
    const first = rows.starts[y] as number;
    for (let k = 0; k < rows.taps; k++) {
      const weight = rows.weights[y * rows.taps + k] as number;
      if (weight === 0) continue;
      if (narrowed !== first + k) narrowRow(image, first + k, columns, narrow);
      narrowed = first + k;
      for (let i = 0; i < stride; i++) sum[i] = (sum[i] as number) + weight * (narrow[i] as number);
    }
    const row = y * stride;
    for (let i = 0; i < stride; i++) out.data[row + i] = sum[i] as number;
  }
  return out;
}

/** Neighbouring destination rows share source rows, so the last two narrowed ones are kept. */
function growRows({ image, columns, rows, out }: ScaleJob): RgbImage {
  const stride = out.width * 3;
  const cache: readonly [CachedRow, CachedRow] = [
    { row: -1, data: new Float32Array(stride) },
    { row: -1, data: new Float32Array(stride) },
  ];
  const narrowed = (row: number): Float32Array => {
    const slot = cache[row & 1 ? 1 : 0];
    if (slot.row !== row) narrowRow(image, row, columns, slot.data);
    slot.row = row;
    return slot.data;
  };
  for (let y = 0; y < out.height; y++) {
    const first = rows.starts[y] as number;
    const upper = narrowed(first);
    const weight = rows.taps > 1 ? (rows.weights[y * rows.taps + 1] as number) : 0;
    const lower = weight > 0 ? narrowed(first + 1) : upper;
    const row = y * stride;
    for (let i = 0; i < stride; i++) {
      const top = upper[i] as number;
      out.data[row + i] = top + weight * ((lower[i] as number) - top) + 0.5;
    }
  }
  return out;
}

function narrowRow(image: RgbImage, row: number, plan: AxisPlan, into: Float32Array): void {
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
  const taps = Math.min(from, Math.ceil(step) + 1);
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
