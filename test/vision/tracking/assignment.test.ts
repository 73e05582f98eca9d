import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type PairingProblem, pairOptimally } from '../../../src/vision/tracking/assignment.ts';

function benefitOf(problem: PairingProblem, columnOfRow: ArrayLike<number>): number {
  let total = 0;
  for (let row = 0; row < problem.rows; row++) {
    const column = columnOfRow[row] as number;
    if (column >= 0) total += problem.benefit[row * problem.columns + column] as number;
  }
  return total;
}

/** The best total over every way to pair, by trying them all. */
function bestByTrying(problem: PairingProblem, row = 0, used = new Set<number>()): number {
  if (row === problem.rows) return 0;
  let best = bestByTrying(problem, row + 1, used);
  for (let column = 0; column < problem.columns; column++) {
    const value = problem.benefit[row * problem.columns + column] as number;
    if (used.has(column) || !(value > 0)) continue;
    used.add(column);
    best = Math.max(best, value + bestByTrying(problem, row + 1, used));
    used.delete(column);
  }
  return best;
}

const smallProblem = fc
  .tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 6 }))
  .chain(([rows, columns]) =>
    fc
      .array(
        fc.oneof(
          fc.double({ min: -5, max: 20, noNaN: true }),
          fc.constantFrom(0, 1, 2, 3, Number.NaN, Number.NEGATIVE_INFINITY),
        ),
        { minLength: rows * columns, maxLength: rows * columns },
      )
      .map((values) => ({ rows, columns, benefit: Float64Array.from(values) })),
  );

describe('pairOptimally', () => {
  it('finds the best total of every small problem, as trying all pairings does', () => {
    fc.assert(
      fc.property(smallProblem, (problem) => {
        const found = benefitOf(problem, pairOptimally(problem));
        assert.ok(Math.abs(found - bestByTrying(problem)) < 1e-9);
      }),
      { numRuns: 2000 },
    );
  });

  it('pairs each column at most once and never at a loss', () => {
    fc.assert(
      fc.property(smallProblem, (problem) => {
        const taken = [...pairOptimally(problem)].filter((column) => column >= 0);
        assert.equal(new Set(taken).size, taken.length);
        for (const [row, column] of pairOptimally(problem).entries()) {
          if (column >= 0) assert.ok((problem.benefit[row * problem.columns + column] as number) > 0);
        }
      }),
    );
  });

  it('prefers the better whole to the best single pair', () => {
    const benefit = Float64Array.of(10, 9, 9, 1);
    assert.deepEqual([...pairOptimally({ rows: 2, columns: 2, benefit })], [1, 0]);
  });

  it('leaves a row alone where nothing is won', () => {
    const benefit = Float64Array.of(-1, 0, Number.NaN);
    assert.deepEqual([...pairOptimally({ rows: 1, columns: 3, benefit })], [-1]);
  });

  it('solves a crowded problem of 200 by 200 in bounded time', () => {
    const size = 200;
    const benefit = Float64Array.from({ length: size * size }, (_, i) => ((i * 7919) % 1000) / 100 + 0.01);
    const started = performance.now();
    const columnOfRow = pairOptimally({ rows: size, columns: size, benefit });
    assert.ok(performance.now() - started < 2000);
    assert.ok([...columnOfRow].every((column) => column >= 0));
  });
});
