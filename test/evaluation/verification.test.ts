import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  acceptRate,
  areaUnderRoc,
  bestThreshold,
  measureVerification,
  type VerificationCase,
} from '../../src/evaluation/verification.ts';

function same(distance: number | undefined, fold?: string): VerificationCase {
  return { same: true, distance, fold };
}
function different(distance: number | undefined, fold?: string): VerificationCase {
  return { same: false, distance, fold };
}

/** Distances from a coarse grid, so that ties are common. */
const anyCases = fc.array(
  fc.record({
    same: fc.boolean(),
    distance: fc.option(
      fc.integer({ min: 1, max: 12 }).map((d) => d / 10),
      { nil: undefined, freq: 8 },
    ),
    fold: fc.constant(undefined),
  }),
  { minLength: 1, maxLength: 40 },
);

function bruteForceAuc(cases: readonly VerificationCase[]): number | null {
  const sames = cases.filter((item) => item.same);
  const others = cases.filter((item) => !item.same);
  if (sames.length === 0 || others.length === 0) return null;
  let wins = 0;
  for (const one of sames) {
    for (const other of others) {
      if (one.distance === undefined || other.distance === undefined) continue;
      if (one.distance < other.distance) wins += 1;
      if (one.distance === other.distance) wins += 0.5;
    }
  }
  return wins / (sames.length * others.length);
}

describe('measureVerification', () => {
  it('measures a set worked out by hand', () => {
    const cases = [
      same(0.2),
      same(0.4),
      same(0.7),
      same(undefined),
      different(0.5),
      different(0.9),
      different(1.1),
    ];
    const result = measureVerification(cases, 0.6);
    assert.ok(result);
    assert.equal(result.pairs, 7);
    assert.equal(result.failed, 1);
    // Right at 0.6: 0.2, 0.4, 0.9, 1.1. Wrong: 0.7, 0.5, and the pair without a face.
    assert.equal(result.accuracy, 4 / 7);
    // Best: between 0.4 and 0.5 (5 right) or between 0.7 and 0.9 (5 right, and the wider gap).
    assert.equal(result.bestAccuracy, 5 / 7);
    assert.ok(Math.abs((result.bestThreshold ?? 0) - 0.8) < 1e-9);
    // Of 4 × 3 comparisons: 0.2 and 0.4 win 3 each, 0.7 wins 2, the failed pair none.
    assert.equal(result.auc, 8 / 12);
    // No false accept is allowed among 3: below 0.5 lie two of four.
    assert.equal(result.tarAtFar1e3, 2 / 4);
  });

  it('takes a distance equal to the threshold for the same person', () => {
    assert.equal(measureVerification([same(0.6), different(0.6)], 0.6)?.accuracy, 1 / 2);
    assert.equal(measureVerification([same(0.6)], 0.6)?.accuracy, 1);
  });

  it('counts a pair without a face as wrong whichever it is', () => {
    const result = measureVerification([same(undefined), different(undefined)], 0.6);
    assert.deepEqual(result, {
      pairs: 2,
      failed: 2,
      threshold: 0.6,
      accuracy: 0,
      bestAccuracy: 0,
      bestThreshold: null,
      auc: 0,
      tarAtFar1e3: null,
    });
  });

  it('judges each fold at the threshold learnt from the others', () => {
    const cases = [same(0.1, 'a'), different(0.3, 'a'), same(0.5, 'b'), different(0.7, 'b')];
    // Learnt from b: 0.6 (calls 0.3 the same: wrong). Learnt from a: 0.2 (calls 0.5 different: wrong).
    const result = measureVerification(cases, 0.6);
    assert.equal(result?.bestAccuracy, 2 / 4);
    assert.ok(Math.abs((result?.bestThreshold ?? 0) - 0.4) < 1e-9);
  });

  it('has no result without pairs and no AUC with pairs of one kind', () => {
    assert.equal(measureVerification([], 0.6), undefined);
    const result = measureVerification([same(0.2), same(0.3)], 0.6);
    assert.equal(result?.auc, null);
    assert.equal(result?.tarAtFar1e3, null);
    assert.equal(result?.bestAccuracy, 1);
  });

  it('keeps every rate within its bounds', () => {
    fc.assert(
      fc.property(anyCases, fc.double({ min: 0, max: 1.3, noNaN: true }), (cases, threshold) => {
        const result = measureVerification(cases, threshold);
        assert.ok(result);
        assert.ok(result.accuracy >= 0 && result.accuracy <= result.bestAccuracy);
        assert.ok(result.bestAccuracy <= 1 - result.failed / result.pairs + 1e-12);
      }),
    );
  });
});

describe('bestThreshold', () => {
  it('reaches what it promises', () => {
    fc.assert(
      fc.property(anyCases, (cases) => {
        const measured = cases.flatMap((item) =>
          item.distance === undefined ? [] : [{ ...item, distance: item.distance }],
        );
        const best = bestThreshold(measured);
        if (best === undefined) return assert.equal(measured.length, 0);
        const right = measured.filter((item) => item.distance <= best.threshold === item.same).length;
        assert.equal(right, best.correct);
      }),
    );
  });
});

describe('areaUnderRoc', () => {
  it('equals the count over all pairs of pairs', () => {
    fc.assert(
      fc.property(anyCases, (cases) => {
        const expected = bruteForceAuc(cases);
        const actual = areaUnderRoc(cases);
        if (expected === null) return assert.equal(actual, null);
        assert.ok(actual !== null && Math.abs(actual - expected) < 1e-12);
      }),
    );
  });

  it('does not fall when a same pair comes closer', () => {
    fc.assert(
      fc.property(anyCases, (cases) => {
        const i = cases.findIndex((item) => item.same && item.distance !== undefined);
        const moved = cases[i];
        if (moved?.distance === undefined) return;
        const closer = cases.with(i, { ...moved, distance: moved.distance - 0.25 });
        assert.ok((areaUnderRoc(closer) ?? 0) >= (areaUnderRoc(cases) ?? 0) - 1e-12);
      }),
    );
  });
});

describe('acceptRate', () => {
  it('allows one false accept in a thousand and no more', () => {
    const others = Array.from({ length: 2000 }, (_, i) => different(0.5 + i / 1000));
    // Allowed: 0.500 and 0.501; the threshold stays below 0.502.
    const cases = [same(0.1), same(0.5015), same(0.502), same(0.9), ...others];
    assert.equal(acceptRate(cases, 1e-3), 2 / 4);
    assert.equal(acceptRate(cases, 0), 1 / 4);
  });

  it('is not misled by rounding of the allowance', () => {
    const others = Array.from({ length: 3000 }, (_, i) => different(0.5 + i / 1000));
    assert.equal(acceptRate([same(0.5025), ...others], 1e-3), 1);
  });

  it('grows with the false accepts allowed', () => {
    fc.assert(
      fc.property(
        anyCases,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (cases, a, b) => {
          const [low, high] = [Math.min(a, b), Math.max(a, b)];
          assert.ok((acceptRate(cases, low) ?? 0) <= (acceptRate(cases, high) ?? 0));
        },
      ),
    );
  });
});
