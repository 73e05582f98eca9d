import type { Box } from '../core/geometry.ts';

/**
 * A living person always sways a little; a poster, a mannequin or a picture on a shelf does not. Over some seconds
 * the deviation of the box's centre, in widths of the face, tells them apart.
 */
const WINDOW_MS = 10_000;
const SAMPLE_MS = 200;
/** Needed before anything is said. */
const MIN_SPAN_MS = 8000;
const MIN_SAMPLES = 8;
/** Standard deviation below which nothing moved but the noise of the camera; see docs/decisions/0007-vision.md. */
const STILL_DEVIATION = 0.008;

interface Sample {
  readonly at: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

export class Stillness {
  readonly #samples: Sample[] = [];

  /** `at` in milliseconds; times must not go back. */
  add(at: number, box: Box): void {
    const last = this.#samples.at(-1);
    if (last !== undefined && at - last.at < SAMPLE_MS) return;
    this.#samples.push({ at, x: box.x + box.width / 2, y: box.y + box.height / 2, width: box.width });
    while ((this.#samples[0] as Sample).at < at - WINDOW_MS) this.#samples.shift();
  }

  isStill(): boolean {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (!first || !last || last.at - first.at < MIN_SPAN_MS) return false;
    if (this.#samples.length < MIN_SAMPLES) return false;
    const width = mean(this.#samples.map((s) => s.width));
    const spread = Math.hypot(
      deviation(this.#samples.map((s) => s.x)),
      deviation(this.#samples.map((s) => s.y)),
    );
    return spread / Math.max(width, 1) < STILL_DEVIATION;
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, v) => sum + v, 0) / values.length;
}

function deviation(values: readonly number[]): number {
  const m = mean(values);
  return Math.sqrt(mean(values.map((v) => (v - m) ** 2)));
}
