/**
 * A seeded stream of numbers in [0, 1), so that the clip is the same on every machine: xorshift on 32 bits
 * (Marsaglia 2003) with the shifts 13, 17, 5.
 */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 4294967296;
  };
}
