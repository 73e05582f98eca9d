/** Keeps a frame rate at or below a cap by leaving frames out evenly over time, whatever the source's own rhythm. */
export class RateCap {
  readonly #rate: number | undefined;
  #slot = -1;

  /** Frames per second; undefined: no cap. */
  constructor(rate: number | undefined) {
    this.#rate = rate;
  }

  /** Whether the frame at `time` (seconds, growing) is kept: the first one of each slot of 1/rate seconds is. */
  keeps(time: number): boolean {
    if (this.#rate === undefined) return true;
    // Slots are centred on the multiples of 1/rate: frames that come at exactly that rate, give or take some jitter,
    // are all kept.
    const slot = Math.floor(time * this.#rate + 0.5 - 1e-6);
    if (slot <= this.#slot) return false;
    this.#slot = slot;
    return true;
  }
}

/**
 * Seconds since the first frame, never going back, from time stamps that may be absent, jump, or start anew.
 * `fallback` is the time to use where the stamps say nothing.
 */
export class MediaTimeline {
  #first: number | undefined;
  #offset = 0;
  #last = 0;

  /** `stamp` in seconds on the source's time line. */
  next(stamp: number | undefined, fallback: number): number {
    if (stamp === undefined) return this.#advance(fallback);
    this.#first ??= stamp;
    return this.#advance(this.#offset + stamp - this.#first);
  }

  /** The source begins anew (loop, reopened): its next frame is at `time`. */
  restart(time: number): void {
    this.#first = undefined;
    this.#offset = time;
  }

  get last(): number {
    return this.#last;
  }

  #advance(time: number): number {
    this.#last = Math.max(this.#last, time);
    return this.#last;
  }
}
