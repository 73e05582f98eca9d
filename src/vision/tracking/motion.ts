import type { Box } from '../../core/geometry.ts';
import type { TrackerTuning } from './tuning.ts';

/**
 * One coordinate as value and rate under a Kalman filter. The rate is an Ornstein–Uhlenbeck process: it holds for a
 * while (`memory`) and then fades to zero, as that of a walker does who may have stopped out of sight. This also
 * bounds how far a prediction runs; with a long memory it is the usual filter of constant velocity.
 */
export class CoordinateFilter {
  value: number;
  rate = 0;
  /** Covariance of (value, rate). */
  #valueVariance: number;
  #covariance = 0;
  #rateVariance: number;

  constructor(initial: { value: number; valueVariance: number; rateVariance: number }) {
    this.value = initial.value;
    this.#valueVariance = initial.valueVariance;
    this.#rateVariance = initial.rateVariance;
  }

  get variance(): number {
    return this.#valueVariance;
  }

  valueAfter(step: MotionStep): number {
    return this.value + this.rate * step.reach;
  }

  /** `noise` is the spectral density of the acceleration, value²/s³. */
  advance(step: MotionStep, noise: number): void {
    const { reach, decay } = step;
    this.value += this.rate * reach;
    this.rate *= decay;
    this.#valueVariance +=
      reach * (2 * this.#covariance + reach * this.#rateVariance) + noise * step.valueNoise;
    this.#covariance = decay * (this.#covariance + reach * this.#rateVariance) + noise * step.crossNoise;
    this.#rateVariance = decay * decay * this.#rateVariance + noise * step.rateNoise;
  }

  /** Takes a measurement; returns its squared distance from the prediction in standard deviations. */
  correct(measured: number, variance: number): number {
    const total = this.#valueVariance + variance;
    const surprise = measured - this.value;
    const valueGain = this.#valueVariance / total;
    const rateGain = this.#covariance / total;
    this.value += valueGain * surprise;
    this.rate += rateGain * surprise;
    this.#rateVariance -= rateGain * this.#covariance;
    this.#covariance *= 1 - valueGain;
    this.#valueVariance *= 1 - valueGain;
    return (surprise * surprise) / total;
  }
}

/** What passing time does to a coordinate, worked out once per frame. */
export interface MotionStep {
  /** Seconds of the present rate that the value moves by. */
  readonly reach: number;
  /** Share of the rate that is left. */
  readonly decay: number;
  /** Variances that unit noise adds. */
  readonly valueNoise: number;
  readonly crossNoise: number;
  readonly rateNoise: number;
}

/** Exact integral of the Ornstein–Uhlenbeck rate over `seconds`; its power series where the terms would cancel. */
export function motionStep(seconds: number, memory: number): MotionStep {
  const t = seconds;
  if (t < memory * 1e-3) {
    return { reach: t, decay: 1 - t / memory, valueNoise: t ** 3 / 3, crossNoise: t ** 2 / 2, rateNoise: t };
  }
  const decay = Math.exp(-t / memory);
  const lost = 1 - decay;
  return {
    reach: memory * lost,
    decay,
    valueNoise: memory ** 2 * (t - 2 * memory * lost + (memory / 2) * (1 - decay ** 2)),
    crossNoise: (memory ** 2 * lost ** 2) / 2,
    rateNoise: (memory / 2) * (1 - decay ** 2),
  };
}

/** The steps of one frame, for every track alike. */
export interface FrameStep {
  readonly seconds: number;
  /** Of a face seen in the frame before: it keeps its course. */
  readonly seen: MotionStep;
  /** Of a face out of sight: centre and size come to rest. */
  readonly unseenCentre: MotionStep;
  readonly unseenSize: MotionStep;
}

export function frameStep(seconds: number, tuning: TrackerTuning): FrameStep {
  return {
    seconds,
    seen: motionStep(seconds, tuning.courseMemory),
    unseenCentre: motionStep(seconds, tuning.speedMemory),
    unseenSize: motionStep(seconds, tuning.growthMemory),
  };
}

/** Side of the square with the same area, pixels. */
export function faceSize(box: Box): number {
  return Math.sqrt(box.width * box.height);
}

/** A predicted size stays within these pixels, whatever the growth was. */
const SMALLEST_LOG_SIZE = 0;
const LARGEST_LOG_SIZE = Math.log(20_000);
/** Share of a new aspect ratio that is taken over. */
const ASPECT_GAIN = 0.25;
/** How fast unrest follows surprise: upwards at once, downwards over about ten detections. */
const UNREST_RISE = 0.5;
const UNREST_FALL = 0.1;

/** Where a face is, how large, and how both change. Centre in pixels, size as its logarithm. */
export class FaceMotion {
  readonly #tuning: TrackerTuning;
  readonly x: CoordinateFilter;
  readonly y: CoordinateFilter;
  readonly logSize: CoordinateFilter;
  #logAspect: number;
  /** 0: moves as foretold … 1: restlessly; scales how fast the uncertainty grows while the face is seen. */
  #unrest = 1;
  /** Rates over the last `steadySeconds`, per second: what is relied on when the face is out of sight. */
  #steadyX = 0;
  #steadyY = 0;
  #steadyGrowth = 0;
  /** Seconds since the first and the last detection. */
  #age = 0;
  #unseen = 0;
  #coasting = false;

  constructor(box: Box, tuning: TrackerTuning) {
    this.#tuning = tuning;
    const size = faceSize(box);
    const valueVariance = centreVariance(size, 1, tuning);
    const rateVariance = (tuning.speedSpread * size) ** 2;
    this.x = new CoordinateFilter({ value: box.x + box.width / 2, valueVariance, rateVariance });
    this.y = new CoordinateFilter({ value: box.y + box.height / 2, valueVariance, rateVariance });
    this.logSize = new CoordinateFilter({
      value: Math.log(size),
      valueVariance: tuning.sizeJitter ** 2,
      rateVariance: tuning.growthSpread ** 2,
    });
    this.#logAspect = Math.log(box.width / box.height);
  }

  /** Face size, pixels. */
  get size(): number {
    return Math.exp(clampLogSize(this.logSize.value));
  }

  get box(): Box {
    return this.#boxAt(this.x.value, this.y.value, this.logSize.value);
  }

  boxAfter(step: FrameStep): Box {
    const centre = this.#coasting ? step.unseenCentre : step.seen;
    const size = this.#coasting ? step.unseenSize : step.seen;
    return this.#boxAt(this.x.valueAfter(centre), this.y.valueAfter(centre), this.logSize.valueAfter(size));
  }

  advance(step: FrameStep): void {
    const { restlessness, calm, growthNoise } = this.#tuning;
    const share = calm + (1 - calm) * (this.#coasting ? this.#steadySpeed() : this.#unrest);
    const noise = restlessness * share * this.size ** 2;
    const centre = this.#coasting ? step.unseenCentre : step.seen;
    this.x.advance(centre, noise);
    this.y.advance(centre, noise);
    this.logSize.advance(this.#coasting ? step.unseenSize : step.seen, growthNoise * share);
    this.logSize.value = clampLogSize(this.logSize.value);
    this.#age += step.seconds;
    this.#unseen += step.seconds;
  }

  /** Takes a detected box; `jitter` multiplies the expected noise. */
  correct(box: Box, jitter: number): void {
    const size = faceSize(box);
    const variance = centreVariance(size, jitter, this.#tuning);
    const surpriseX = this.x.correct(box.x + box.width / 2, variance);
    const surpriseY = this.y.correct(box.y + box.height / 2, variance);
    const surpriseSize = this.logSize.correct(Math.log(size), (this.#tuning.sizeJitter * jitter) ** 2);
    this.#logAspect += ASPECT_GAIN * (Math.log(box.width / box.height) - this.#logAspect);
    const unrest = Math.min(1, Math.max(0, (surpriseX + surpriseY + surpriseSize) / 3 - 0.5));
    this.#unrest += (unrest > this.#unrest ? UNREST_RISE : UNREST_FALL) * (unrest - this.#unrest);
    this.#settle();
  }

  /**
   * The face is out of sight from here on: only a course that has been held for a while is kept. A turning head or a
   * jumping box gives high speeds for a moment, which would carry the prediction away from someone who stands.
   */
  coast(): void {
    this.#coasting = true;
    this.x.rate = lesser(this.x.rate, this.#steadyX);
    this.y.rate = lesser(this.y.rate, this.#steadyY);
    this.logSize.rate = lesser(this.logSize.rate, this.#steadyGrowth);
  }

  #settle(): void {
    const window = Math.min(this.#tuning.steadySeconds, this.#age);
    const gain = window > 0 ? Math.min(1, this.#unseen / window) : 0;
    this.#steadyX += gain * (this.x.rate - this.#steadyX);
    this.#steadyY += gain * (this.y.rate - this.#steadyY);
    this.#steadyGrowth += gain * (this.logSize.rate - this.#steadyGrowth);
    this.#unseen = 0;
    this.#coasting = false;
  }

  /** 0: stands … 1: walks. */
  #steadySpeed(): number {
    const speed = Math.hypot(this.#steadyX, this.#steadyY) / this.size;
    return Math.min(1, speed / this.#tuning.walkingSpeed);
  }

  #boxAt(x: number, y: number, logSize: number): Box {
    const size = Math.exp(clampLogSize(logSize));
    const stretch = Math.exp(this.#logAspect / 2);
    const width = size * stretch;
    const height = size / stretch;
    return { x: x - width / 2, y: y - height / 2, width, height };
  }
}

/** The smaller of two rates of the same direction, else none. */
function lesser(a: number, b: number): number {
  if (a * b <= 0) return 0;
  return Math.abs(a) < Math.abs(b) ? a : b;
}

/** Variance of a detected centre, px². */
export function centreVariance(size: number, jitter: number, tuning: TrackerTuning): number {
  return ((tuning.centreJitter * size) ** 2 + tuning.pixelJitter ** 2) * jitter ** 2;
}

function clampLogSize(value: number): number {
  return Math.min(Math.max(value, SMALLEST_LOG_SIZE), LARGEST_LOG_SIZE);
}
