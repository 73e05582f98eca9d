import type { RgbImage } from '../core/image.ts';
import type { FaceQuality, HeadPose } from '../core/track.ts';
import type { FaceLandmarks } from './landmarks.ts';
import { levelCrop } from './landmarks.ts';
import { sampleCrop } from './sampling.ts';

/**
 * How much a look can be trusted. Each part is 0 to 1, the whole is their geometric mean, so that one bad part spoils
 * it. The bounds are set by eye and checked by degrading real faces (test/vision/quality.test.ts).
 */
const SIZE = 64;
/** Below the first the part is 0, from the second on 1. */
const WIDTH = [12, 90] as const;
const TURN = [60, 12] as const;
const EDGE_ENERGY = [0.015, 0.09] as const;
const CONTRAST = [6, 28] as const;
const CLIPPED = [0.6, 0.1] as const;

export interface QualityRequest {
  readonly image: RgbImage;
  readonly landmarks: FaceLandmarks;
  readonly pose: HeadPose;
  /** Width of the face in the original picture, pixels. */
  readonly width: number;
}

export function measureQuality({ image, landmarks, pose, width }: QualityRequest): FaceQuality {
  const luma = lumaCrop(image, landmarks);
  const { mean, deviation, clipped } = statistics(luma);
  const size = ramp(width, WIDTH);
  const turned = ramp(Math.hypot(pose.yaw, pose.pitch), TURN);
  const sharpness = ramp(edgeEnergy(luma) / Math.max(deviation, 1), EDGE_ENERGY);
  const light = ramp(deviation, CONTRAST) * ramp(clipped, CLIPPED) * (mean > 0 ? 1 : 0);
  const overall = (size * turned * sharpness * light) ** 0.25;
  return { overall, size: width, pose: turned, sharpness, light };
}

function lumaCrop(image: RgbImage, landmarks: FaceLandmarks): Float32Array {
  const plane = new Float32Array(3 * SIZE * SIZE);
  sampleCrop({ image, map: levelCrop(landmarks, 0.9, SIZE), width: SIZE, height: SIZE }, plane);
  const n = SIZE * SIZE;
  const luma = new Float32Array(n);
  for (let i = 0; i < n; i++)
    // ITU-R BT.601 weights.
    luma[i] =
      0.299 * (plane[i] as number) + 0.587 * (plane[n + i] as number) + 0.114 * (plane[2 * n + i] as number);
  return luma;
}

function statistics(luma: Float32Array): { mean: number; deviation: number; clipped: number } {
  let sum = 0;
  let squares = 0;
  let clipped = 0;
  for (const v of luma) {
    sum += v;
    squares += v * v;
    if (v < 8 || v > 247) clipped++;
  }
  const mean = sum / luma.length;
  return {
    mean,
    deviation: Math.sqrt(Math.max(0, squares / luma.length - mean * mean)),
    clipped: clipped / luma.length,
  };
}

/** Mean absolute Laplacian: fine detail, in units of luma. */
function edgeEnergy(luma: Float32Array): number {
  let sum = 0;
  for (let y = 1; y < SIZE - 1; y++) {
    for (let x = 1; x < SIZE - 1; x++) {
      const i = y * SIZE + x;
      const around =
        (luma[i - 1] as number) +
        (luma[i + 1] as number) +
        (luma[i - SIZE] as number) +
        (luma[i + SIZE] as number);
      sum += Math.abs((luma[i] as number) - around / 4);
    }
  }
  return sum / (SIZE - 2) ** 2;
}

/** 0 at `from`, 1 at `to`, straight between; `from` may be the larger. */
export function ramp(value: number, [from, to]: readonly [number, number]): number {
  return Math.min(1, Math.max(0, (value - from) / (to - from)));
}
