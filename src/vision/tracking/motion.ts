import type { Box } from '../../core/geometry.ts';
import type { TrackerTuning } from './tuning.ts';

/**
 * One coordinate as value and rate under a Kalman filter. The rate is an Ornstein–Uhlenbeck process: it keeps its
 * course for a while (`memory`) and then fades to zero, as a walker's does who may have stopped out of sight, which
 * also bounds how far a prediction runs.
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

/** Both kinds of step of one frame: centre and size. */
export interface FrameStep {
  readonly seconds: number;
  readonly centre: MotionStep;
  readonly size: MotionStep;
}

export function frameStep(seconds: number, tuning: TrackerTuning): FrameStep {
  return {
    seconds,
    centre: motionStep(seconds, tuning.speedMemory),
    size: motionStep(seconds, tuning.growthMemory),
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
/** How fast agility follows surprise: upwards at once, downwards over about ten detections. */
const AGILITY_RISE = 0.5;
const AGILITY_FALL = 0.1;

/** Where a face is, how large, and how both change. Centre in pixels, size as its logarithm. */
export class FaceMotion {
  readonly #tuning: TrackerTuning;
  readonly x: CoordinateFilter;
  readonly y: CoordinateFilter;
  readonly logSize: CoordinateFilter;
  #logAspect: number;
  /** 0: stands still … 1: moves restlessly; scales how fast the uncertainty grows. */
  #agility = 1;

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
    return this.#boxAt(
      this.x.valueAfter(step.centre),
      this.y.valueAfter(step.centre),
      this.logSize.valueAfter(step.size),
    );
  }

  advance(step: FrameStep): void {
    const { restlessness, calm, growthNoise } = this.#tuning;
    const share = calm + (1 - calm) * this.#agility;
    const noise = restlessness * share * this.size ** 2;
    this.x.advance(step.centre, noise);
    this.y.advance(step.centre, noise);
    this.logSize.advance(step.size, growthNoise * share);
    this.logSize.value = clampLogSize(this.logSize.value);
  }

  /** Takes a detected box; `jitter` multiplies the expected noise. */
  correct(box: Box, jitter: number): void {
    const size = faceSize(box);
    const variance = centreVariance(size, jitter, this.#tuning);
    const surpriseX = this.x.correct(box.x + box.width / 2, variance);
    const surpriseY = this.y.correct(box.y + box.height / 2, variance);
    const surpriseSize = this.logSize.correct(Math.log(size), (this.#tuning.sizeJitter * jitter) ** 2);
    this.#logAspect += ASPECT_GAIN * (Math.log(box.width / box.height) - this.#logAspect);
    const restless = Math.min(1, Math.max(0, (surpriseX + surpriseY + surpriseSize) / 3 - 0.5));
    this.#agility += (restless > this.#agility ? AGILITY_RISE : AGILITY_FALL) * (restless - this.#agility);
  }

  #boxAt(x: number, y: number, logSize: number): Box {
    const size = Math.exp(clampLogSize(logSize));
    const stretch = Math.exp(this.#logAspect / 2);
    const width = size * stretch;
    const height = size / stretch;
    return { x: x - width / 2, y: y - height / 2, width, height };
  }
}

/** Variance of a detected centre, px². */
export function centreVariance(size: number, jitter: number, tuning: TrackerTuning): number {
  return ((tuning.centreJitter * size) ** 2 + tuning.pixelJitter ** 2) * jitter ** 2;
}

function clampLogSize(value: number): number {
  return Math.min(Math.max(value, SMALLEST_LOG_SIZE), LARGEST_LOG_SIZE);
}
