import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  cosineDistance,
  isFiniteVector,
  l2Distance,
  norm,
  normalize,
  squaredDistance,
  weightedMean,
} from '../../src/core/vector.ts';

const value = fc.float({ min: -100, max: 100, noNaN: true });
const pair = fc
  .integer({ min: 1, max: 128 })
  .chain((length) =>
    fc.tuple(
      fc.array(value, { minLength: length, maxLength: length }),
      fc.array(value, { minLength: length, maxLength: length }),
    ),
  )
  .map(([a, b]) => [Float32Array.from(a), Float32Array.from(b)] as const);

function assertClose(actual: number, expected: number, tolerance = 1e-4): void {
  assert.ok(
    Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected)),
    `${actual} ≠ ${expected}`,
  );
}

describe('vectors', () => {
  it('have known distances', () => {
    const a = Float32Array.of(0, 0);
    const b = Float32Array.of(3, 4);
    assert.equal(l2Distance(a, b), 5);
    assert.equal(squaredDistance(a, b), 25);
    assert.equal(norm(b), 5);
    assert.equal(cosineDistance(Float32Array.of(1, 0), Float32Array.of(0, 2)), 1);
    assert.equal(cosineDistance(Float32Array.of(1, 0), Float32Array.of(-3, 0)), 2);
    assert.equal(cosineDistance(a, b), 1);
  });

  it('have a distance that is symmetric, zero to oneself and obeys the triangle', () => {
    fc.assert(
      fc.property(pair, ([a, b]) => {
        const zero = new Float32Array(a.length);
        assert.equal(l2Distance(a, b), l2Distance(b, a));
        assert.equal(l2Distance(a, a), 0);
        assert.ok(l2Distance(a, b) <= l2Distance(a, zero) + l2Distance(zero, b) + 1e-3);
      }),
    );
  });

  it('are scaled to length one, and their order of likeness is that of the cosine', () => {
    fc.assert(
      fc.property(pair, ([a, b]) => {
        fc.pre(norm(a) > 0.01 && norm(b) > 0.01);
        const [u, v] = [normalize(a), normalize(b)];
        assertClose(norm(u), 1);
        // |u − v|² = 2 (1 − cos)
        assertClose(squaredDistance(u, v), 2 * cosineDistance(a, b));
      }),
    );
  });

  it('are not changed by being normalised; a zero vector stays zero', () => {
    const a = Float32Array.of(3, 4);
    normalize(a);
    assert.deepEqual([...a], [3, 4]);
    assert.deepEqual([...normalize(new Float32Array(3))], [0, 0, 0]);
  });

  it('have a weighted mean that does not depend on the scale of the weights', () => {
    assert.deepEqual([...weightedMean([Float32Array.of(0, 0), Float32Array.of(4, 8)], [1, 3])], [3, 6]);
    assert.deepEqual([...weightedMean([Float32Array.of(1, 2)], [0])], [0, 0]);
    assert.equal(weightedMean([], []).length, 0);
    fc.assert(
      fc.property(pair, fc.integer({ min: 1, max: 50 }), ([a, b], k) => {
        const once = weightedMean([a, b], [1, 2]);
        const scaled = weightedMean([a, b], [k, 2 * k]);
        for (const [i, x] of once.entries()) assertClose(scaled[i] as number, x, 1e-3);
      }),
    );
  });

  it('are told from vectors with a hole', () => {
    assert.equal(isFiniteVector(Float32Array.of(1, 2)), true);
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.equal(isFiniteVector(Float32Array.of(1, bad)), false);
    }
  });
});
