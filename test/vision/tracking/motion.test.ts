import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Box, center } from '../../../src/core/geometry.ts';
import {
  CoordinateFilter,
  FaceMotion,
  faceSize,
  frameStep,
  motionStep,
} from '../../../src/vision/tracking/motion.ts';
import { defaultTuning } from '../../../src/vision/tracking/tuning.ts';

function boxAt(cx: number, cy: number, size = 100): Box {
  return { x: cx - size / 2, y: cy - size / 2, width: size, height: size };
}

/** Feeds boxes at 20 per second. */
function follow(boxes: readonly Box[]): FaceMotion {
  const motion = new FaceMotion(boxes[0] as Box, defaultTuning);
  for (const box of boxes.slice(1)) {
    motion.advance(frameStep(0.05, defaultTuning));
    motion.correct(box, 1);
  }
  return motion;
}

function close(actual: number, expected: number, tolerance: number): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected} ± ${tolerance}`);
}

describe('motionStep', () => {
  it('agrees with small steps of the process added up', () => {
    const memory = 1.5;
    const seconds = 0.8;
    const steps = 20_000;
    const dt = seconds / steps;
    let [reach, decay, value, cross, rate] = [0, 1, 0, 0, 0];
    for (let i = 0; i < steps; i++) {
      reach += decay * dt;
      decay -= (decay / memory) * dt;
      value += 2 * cross * dt;
      cross += (rate - cross / memory) * dt;
      rate += (1 - (2 * rate) / memory) * dt;
    }
    const step = motionStep(seconds, memory);
    close(step.reach, reach, 1e-4);
    close(step.decay, decay, 1e-4);
    close(step.valueNoise, value, 1e-4);
    close(step.crossNoise, cross, 1e-4);
    close(step.rateNoise, rate, 1e-4);
  });

  it('passes smoothly from the series to the closed form', () => {
    const below = motionStep(0.000_999, 1);
    const above = motionStep(0.001_001, 1);
    close(above.valueNoise / below.valueNoise, (1001 / 999) ** 3, 1e-3);
    close(above.crossNoise / below.crossNoise, (1001 / 999) ** 2, 2e-3);
    close(above.rateNoise / below.rateNoise, 1001 / 999, 2e-3);
  });

  it('changes nothing when no time passes', () => {
    assert.deepEqual(motionStep(0, 1), { reach: 0, decay: 1, valueNoise: 0, crossNoise: 0, rateNoise: 0 });
  });
});

describe('CoordinateFilter', () => {
  it('finds the rate of a steady course', () => {
    const filter = new CoordinateFilter({ value: 0, valueVariance: 1, rateVariance: 10_000 });
    for (let i = 1; i <= 20; i++) {
      filter.advance(motionStep(0.1, 60), 1);
      filter.correct(i * 3, 1);
    }
    close(filter.rate, 30, 3);
    close(filter.value, 60, 2);
  });

  it('is the surer the more it is told, and the less sure the longer it is not', () => {
    const filter = new CoordinateFilter({ value: 0, valueVariance: 4, rateVariance: 1 });
    filter.correct(0, 4);
    const told = filter.variance;
    assert.ok(told < 4);
    filter.advance(motionStep(1, 2), 1);
    assert.ok(filter.variance > told);
  });
});

describe('FaceMotion', () => {
  it('foretells where a walker will be', () => {
    const motion = follow(Array.from({ length: 20 }, (_, i) => boxAt(200 + i * 15, 300)));
    const [x] = center(motion.boxAfter(frameStep(0.3, defaultTuning)));
    close(x, 200 + 19 * 15 + 0.3 * 300, 20);
  });

  it('foretells that whoever comes close grows', () => {
    const boxes = Array.from({ length: 20 }, (_, i) => boxAt(600, 300, 50 * 1.05 ** i));
    const motion = follow(boxes);
    const last = faceSize(boxes.at(-1) as Box);
    const next = faceSize(motion.boxAfter(frameStep(0.1, defaultTuning)));
    close(next / last, 1.05 ** 2, 0.04);
  });

  it('stays with someone who stands, even if the last boxes before a miss jump', () => {
    const still = Array.from({ length: 40 }, () => boxAt(400, 300));
    const motion = follow([...still, boxAt(412, 300), boxAt(424, 302)]);
    motion.coast();
    motion.advance(frameStep(1.2, defaultTuning));
    const [x, y] = center(motion.box);
    close(x, 412, 40);
    close(y, 300, 20);
  });

  it('takes the shape of the box over slowly', () => {
    const wide = { x: 100, y: 100, width: 120, height: 100 };
    const motion = follow([wide, ...Array.from({ length: 30 }, () => boxAt(160, 150))]);
    close(motion.box.width / motion.box.height, 1, 0.02);
  });

  it('keeps a predicted size within bounds, whatever the growth was', () => {
    const motion = follow([boxAt(600, 300, 10), boxAt(600, 300, 100), boxAt(600, 300, 1000)]);
    for (let i = 0; i < 100; i++) motion.advance(frameStep(1, defaultTuning));
    const { width, height } = motion.box;
    assert.ok(Number.isFinite(width) && width >= 1 && height >= 1 && width <= 20_000);
  });
});
