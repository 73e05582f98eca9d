/**
 * Optimal pairing of rows with columns, where a row or column may stay alone. `benefit[r * columns + c]` says how
 * much is won by pairing r with c rather than leaving both alone; only pairs above 0 are ever made.
 */
export interface PairingProblem {
  readonly rows: number;
  readonly columns: number;
  /** Row-major, at least rows · columns long; NaN and −Infinity forbid a pair. */
  readonly benefit: Float64Array;
}

/** Stands for a pair that must not be made; far above any real cost, so that staying alone is always cheaper. */
const FORBIDDEN = 1e9;

/**
 * The pairing of greatest total benefit: for each row its column, or −1. Shortest augmenting paths with dual prices
 * (the method of Jonker and Volgenant, 1987); every row has the extra choice of a column of its own of benefit 0.
 */
export function pairOptimally(problem: PairingProblem): Int32Array {
  const solver = new PathSolver(problem);
  for (let row = 0; row < problem.rows; row++) solver.place(row);
  return solver.columnOfRow();
}

class PathSolver {
  readonly #problem: PairingProblem;
  /** Real columns, then one "alone" column per row. */
  readonly #width: number;
  readonly #rowPrice: Float64Array;
  readonly #columnPrice: Float64Array;
  readonly #rowOf: Int32Array;
  readonly #distance: Float64Array;
  readonly #previous: Int32Array;
  readonly #settled: Uint8Array;

  constructor(problem: PairingProblem) {
    this.#problem = problem;
    this.#width = problem.columns + problem.rows;
    this.#rowPrice = new Float64Array(problem.rows);
    this.#columnPrice = new Float64Array(this.#width);
    this.#rowOf = new Int32Array(this.#width).fill(-1);
    this.#distance = new Float64Array(this.#width);
    this.#previous = new Int32Array(this.#width);
    this.#settled = new Uint8Array(this.#width);
  }

  /** Adds one row to the optimum of the rows before it. */
  place(start: number): void {
    this.#distance.fill(Number.POSITIVE_INFINITY);
    this.#previous.fill(-1);
    this.#settled.fill(0);
    let row = start;
    let reached = -1;
    let length = 0;
    for (;;) {
      this.#relax(row, reached, length);
      reached = this.#nearestOpen();
      length = this.#distance[reached] as number;
      const owner = this.#rowOf[reached] as number;
      if (owner < 0) break;
      this.#settled[reached] = 1;
      row = owner;
    }
    this.#updatePrices(start, length);
    this.#flip(reached, start);
  }

  columnOfRow(): Int32Array {
    const result = new Int32Array(this.#problem.rows).fill(-1);
    for (let column = 0; column < this.#problem.columns; column++) {
      const row = this.#rowOf[column] as number;
      if (row >= 0) result[row] = column;
    }
    return result;
  }

  #cost(row: number, column: number): number {
    const { columns, benefit } = this.#problem;
    if (column >= columns) return column - columns === row ? 0 : FORBIDDEN;
    const value = benefit[row * columns + column] as number;
    return value > 0 ? -value : FORBIDDEN;
  }

  #relax(row: number, from: number, length: number): void {
    for (let column = 0; column < this.#width; column++) {
      if (this.#settled[column] === 1) continue;
      const reduced =
        this.#cost(row, column) - (this.#rowPrice[row] as number) - (this.#columnPrice[column] as number);
      if (length + reduced < (this.#distance[column] as number)) {
        this.#distance[column] = length + reduced;
        this.#previous[column] = from;
      }
    }
  }

  #nearestOpen(): number {
    let best = -1;
    let bestDistance = Number.POSITIVE_INFINITY;
    for (let column = 0; column < this.#width; column++) {
      const value = this.#distance[column] as number;
      if (this.#settled[column] === 0 && value < bestDistance) {
        bestDistance = value;
        best = column;
      }
    }
    return best;
  }

  #updatePrices(start: number, length: number): void {
    this.#rowPrice[start] = (this.#rowPrice[start] as number) + length;
    for (let column = 0; column < this.#width; column++) {
      if (this.#settled[column] === 0) continue;
      const slack = length - (this.#distance[column] as number);
      const row = this.#rowOf[column] as number;
      this.#columnPrice[column] = (this.#columnPrice[column] as number) - slack;
      this.#rowPrice[row] = (this.#rowPrice[row] as number) + slack;
    }
  }

  /** Hands each column on the path to the row that came before it. */
  #flip(reached: number, start: number): void {
    let column = reached;
    while (column >= 0) {
      const before = this.#previous[column] as number;
      this.#rowOf[column] = before >= 0 ? (this.#rowOf[before] as number) : start;
      column = before;
    }
  }
}
