/** Vectors as Float32Array; lengths of the operands must agree. */

export function squaredDistance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const d = (a[i] as number) - (b[i] as number);
    sum += d * d;
  }
  return sum;
}

/** Euclidean (L2) distance. */
export function l2Distance(a: Float32Array, b: Float32Array): number {
  return Math.sqrt(squaredDistance(a, b));
}

export function norm(a: Float32Array): number {
  let sum = 0;
  for (const v of a) sum += v * v;
  return Math.sqrt(sum);
}

/** `a` scaled to length 1; a zero vector stays zero. */
export function normalize(a: Float32Array): Float32Array {
  const length = norm(a);
  return length > 0 ? a.map((v) => v / length) : a.slice();
}

/** 1 − cosine similarity, 0 to 2; 1 if either vector is zero. */
export function cosineDistance(a: Float32Array, b: Float32Array): number {
  let dot = 0;
  for (let i = 0; i < a.length; i++) dot += (a[i] as number) * (b[i] as number);
  const lengths = norm(a) * norm(b);
  return lengths > 0 ? 1 - dot / lengths : 1;
}

/** Weighted mean; the weights need not sum to 1. */
export function weightedMean(vectors: readonly Float32Array[], weights: readonly number[]): Float32Array {
  const out = new Float32Array(vectors[0]?.length ?? 0);
  let total = 0;
  for (const [k, vector] of vectors.entries()) {
    const w = weights[k] ?? 0;
    total += w;
    for (let i = 0; i < out.length; i++) out[i] = (out[i] as number) + w * (vector[i] as number);
  }
  return total > 0 ? out.map((v) => v / total) : out;
}

export function isFiniteVector(a: Float32Array): boolean {
  return a.every((v) => Number.isFinite(v));
}
