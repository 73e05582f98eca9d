import type { Clock } from '../../core/clock.ts';

/** Stamps and clock may differ by so many seconds (buffers on the way) before the clock is believed. */
const TOLERANCE = 1;

/** Share of a new interval in the running mean of the frame rate. */
const SMOOTHING = 0.05;

/**
 * Media time of a live source: its own stamps where it has them, which tell better than the arrival when a frame was
 * taken, tied to the clock, which alone goes on while the source is away.
 */
export class LiveTimeline {
  readonly #clock: Pick<Clock, 'monotonic'>;
  #origin: number | undefined;
  /** The source's stamp and our media time of one and the same frame, in seconds. */
  #anchor: { readonly stamp: number; readonly time: number } | undefined;
  #last = 0;
  #interval: number | undefined;
  #frames = 0;

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  /** Measured; undefined before the tenth frame of a connection. */
  get framesPerSecond(): number | undefined {
    return this.#frames < 10 || !this.#interval ? undefined : 1 / this.#interval;
  }

  /** A new connection: its stamps begin anew. */
  restart(): void {
    this.#anchor = undefined;
    this.#frames = 0;
    this.#interval = undefined;
  }

  /** Seconds since the first frame, never going back. `stamp` in seconds, where the source has any. */
  next(stamp: number | undefined): number {
    const time = Math.max(this.#last, this.#timeOf(stamp));
    this.#measure(time - this.#last);
    this.#last = time;
    return time;
  }

  #timeOf(stamp: number | undefined): number {
    const elapsed = this.#elapsed();
    if (stamp === undefined) return elapsed;
    this.#anchor ??= { stamp, time: elapsed };
    const time = this.#anchor.time + stamp - this.#anchor.stamp;
    if (Math.abs(time - elapsed) <= TOLERANCE) return time;
    this.#anchor = { stamp, time: elapsed };
    return elapsed;
  }

  #elapsed(): number {
    const now = this.#clock.monotonic();
    this.#origin ??= now;
    return (now - this.#origin) / 1000;
  }

  #measure(interval: number): void {
    if (this.#frames++ === 0) return;
    this.#interval =
      this.#interval === undefined ? interval : this.#interval + SMOOTHING * (interval - this.#interval);
  }
}
