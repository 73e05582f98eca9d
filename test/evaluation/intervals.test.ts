import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { meanInterval, median, studentT, wilsonInterval } from '../../src/evaluation/intervals.ts';

function near(actual: number | undefined, expected: number, tolerance: number): void {
  assert.ok(actual !== undefined && Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);
}

describe('wilsonInterval', () => {
  it('agrees with a worked example (8 of 10)', () => {
    // z² = 3.841459; centre (0.8 + 0.192073)/1.384146, half 1.959964/1.384146·√(0.016 + 0.00960365)
    const interval = wilsonInterval(8, 10);
    near(interval?.low, 0.490162, 1e-5);
    near(interval?.high, 0.943318, 1e-5);
  });

  it('does not claim certainty when every answer was right', () => {
    const interval = wilsonInterval(20, 20);
    near(interval?.high, 1, 1e-12);
    // n / (n + z²)
    near(interval?.low, 20 / 23.841459, 1e-6);
  });

  it('has no answer for nothing', () => {
    assert.equal(wilsonInterval(0, 0), undefined);
  });

  it('holds the rate, stays in 0 to 1 and narrows as n grows', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (n, share) => {
          const successes = Math.round(share * n);
          const small = wilsonInterval(successes, n);
          const large = wilsonInterval(successes * 4, n * 4);
          assert.ok(small && large);
          assert.ok(small.low >= 0 && small.high <= 1);
          assert.ok(small.low <= successes / n + 1e-12 && small.high >= successes / n - 1e-12);
          assert.ok(large.high - large.low < small.high - small.low);
        },
      ),
    );
  });
});

describe('meanInterval', () => {
  it('agrees with a worked example', () => {
    // mean 4, s² = (9+1+1+9)/3 = 20/3, standard error √(20/12), t(3) = 3.1824
    const interval = meanInterval([1, 3, 5, 7]);
    // 4 − 3.1824·1.291 is below zero, which no error can be.
    assert.equal(interval?.low, 0);
    near(interval?.high, 4 + 3.1824 * Math.sqrt(20 / 12), 1e-9);
  });

  it('cannot tell anything from one value', () => {
    assert.equal(meanInterval([3]), undefined);
  });

  it('is a point where all values agree', () => {
    assert.deepEqual(meanInterval([2, 2, 2]), { low: 2, high: 2 });
  });
});

describe('studentT', () => {
  it('agrees with the standard table beyond the tabled part', () => {
    near(studentT(11), 2.201, 5e-4);
    near(studentT(15), 2.1314, 2e-4);
    near(studentT(30), 2.0423, 1e-4);
    near(studentT(120), 1.9799, 1e-4);
  });

  it('falls towards the normal distribution', () => {
    for (let df = 1; df < 300; df++) assert.ok(studentT(df) > studentT(df + 1), `df ${df}`);
    near(studentT(1e9), 1.959964, 1e-5);
  });
});

describe('median', () => {
  it('is the middle value or the middle of the two', () => {
    assert.equal(median([9, 1, 5]), 5);
    assert.equal(median([9, 1, 5, 7]), 6);
  });
});
