import type { Clock } from '../../core/clock.ts';

/** A frame that seems older than this on arrival, in seconds, has a stamp that jumped. */
const OLDEST = 1;

/** Share of a frame's age by which the stamps are moved towards the clock, so that a slow clock in a camera never tells. */
const DRIFT = 0.002;

/** Frames over which the rate is measured; fewer than LEAST tell nothing. */
const WINDOW = 30;
const LEAST = 10;

/**
 * Media time of a live source: its own stamps where it has them, which tell better than the arrival when a frame was
 * taken, tied to the clock, which alone goes on while the source is away. No frame is from the future: one that comes
 * earlier than its stamp lets expect (after a burst, or from a clock that runs fast) moves the stamps.
 */
export class LiveTimeline {
  readonly #clock: Pick<Clock, 'monotonic'>;
  #origin: number | undefined;
  /** Media time minus stamp, seconds. */
  #shift: number | undefined;
  #last = 0;
  readonly #recent: number[] = [];

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  /** Measured over the last frames; undefined before the tenth of a connection. */
  get framesPerSecond(): number | undefined {
    const seconds = (this.#recent.at(-1) ?? 0) - (this.#recent[0] ?? 0);
    return this.#recent.length < LEAST || seconds <= 0 ? undefined : (this.#recent.length - 1) / seconds;
  }

  /** A new connection: its stamps begin anew. */
  restart(): void {
    this.#shift = undefined;
    this.#recent.length = 0;
  }

  /** Seconds since the first frame, never going back. `stamp` in seconds, where the source has any. */
  next(stamp: number | undefined): number {
    this.#last = Math.max(this.#last, this.#timeOf(stamp));
    this.#recent.push(this.#last);
    if (this.#recent.length > WINDOW + 1) this.#recent.shift();
    return this.#last;
  }

  #timeOf(stamp: number | undefined): number {
    const elapsed = this.#elapsed();
    if (stamp === undefined) return elapsed;
    const time = stamp + (this.#shift ?? elapsed - stamp);
    const age = elapsed - time;
    if (age >= 0 && age <= OLDEST) {
      this.#shift = time - stamp + DRIFT * age;
      return time;
    }
    this.#shift = elapsed - stamp;
    return elapsed;
  }

  #elapsed(): number {
    const now = this.#clock.monotonic();
    this.#origin ??= now;
    return (now - this.#origin) / 1000;
  }
}
