import type { Clock } from '../../core/clock.ts';

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
    const slot = slotOf(time, this.#rate);
    if (slot <= this.#slot) return false;
    this.#slot = slot;
    return true;
  }
}

/**
 * Slots are centred on the multiples of 1/rate: frames that come at exactly that rate, give or take some jitter, are
 * all kept.
 */
function slotOf(time: number, rate: number): number {
  return Math.floor(time * rate + 0.5 - 1e-6);
}

/** How many of `count` frames that come at `rate` a cap keeps. */
export function framesUnderCap(source: { count: number; rate: number; cap: number | undefined }): number {
  const { count, rate, cap } = source;
  if (cap === undefined || cap >= rate || count < 1) return count;
  return slotOf((count - 1) / rate, cap) + 1;
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

/** When frames of a file are due if it is played in real time. */
export class RealTimePace {
  readonly #clock: Pick<Clock, 'monotonic'>;
  #origin: number | undefined;

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  /** 0 if the frame at `mediaTime` (seconds) is due or late. */
  millisecondsUntil(mediaTime: number): number {
    const now = this.#clock.monotonic();
    this.#origin ??= now - mediaTime * 1000;
    const wait = this.#origin + mediaTime * 1000 - now;
    // Fallen far behind (the machine slept): go on from here rather than rush through what was missed.
    if (wait < -1000) this.#origin = now - mediaTime * 1000;
    return Math.max(0, wait);
  }
}

/** Waiting times between attempts: doubling from `firstMs` to `maxMs`, each between half and the whole of it. */
export class BackOff {
  readonly #options: BackOffOptions;
  #attempt = 0;

  constructor(options: BackOffOptions) {
    this.#options = options;
  }

  nextMs(): number {
    const { firstMs, maxMs, random = Math.random } = this.#options;
    const whole = Math.min(maxMs, firstMs * 2 ** Math.min(this.#attempt++, 30));
    return whole * (0.5 + random() / 2);
  }

  reset(): void {
    this.#attempt = 0;
  }
}

export interface BackOffOptions {
  readonly firstMs: number;
  readonly maxMs: number;
  /** 0 to 1; so that cameras that failed together do not all come back at once. */
  readonly random?: () => number;
}
