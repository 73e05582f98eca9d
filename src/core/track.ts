import type { Box, Point } from './geometry.ts';

/** What vision says of a face, and what identity makes of it. Shapes only; the rules live in `vision/`. */

export type Gender = 'female' | 'male' | 'unknown';

/** Years. `low`–`high` is an interval that holds the true age about nine times in ten. */
export interface AgeEstimate {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** `probability` is that of `label`; for `unknown`, that of the likelier gender (0.5 to the abstention bound). */
export interface GenderEstimate {
  readonly label: Gender;
  readonly probability: number;
}

export interface Attributes {
  readonly age: AgeEstimate;
  readonly gender: GenderEstimate;
}

/** Degrees; 0 = towards the camera. Yaw > 0: to the picture's right; pitch > 0: upwards; roll > 0: clockwise. */
export interface HeadPose {
  readonly yaw: number;
  readonly pitch: number;
  readonly roll: number;
}

/** Each 0 (unusable) to 1 (ideal); `overall` is what rules compare. `size` in pixels is the face's width. */
export interface FaceQuality {
  readonly overall: number;
  readonly size: number;
  readonly pose: number;
  readonly sharpness: number;
  readonly light: number;
}

/** A face found in one frame. */
export interface Detection {
  readonly box: Box;
  /** 0 to 1. */
  readonly score: number;
  /** Right eye, left eye (of the person: right is on the picture's left), nose tip, mouth, right ear, left ear. */
  readonly keypoints: readonly Point[];
}

/**
 * Two descriptors of one look at a face. Personal data: never logged, never in an answer, encrypted at rest.
 * `face` is the 128-d embedding (L2); `appearance` the optional second descriptor (unit length) fused with it.
 */
export interface FaceDescriptor {
  readonly face: Float32Array;
  readonly appearance: Float32Array | undefined;
}

/** One look at a tracked face, good enough to decide from. */
export interface Look {
  readonly capturedAt: number;
  readonly quality: FaceQuality;
  readonly pose: HeadPose;
  /** Probability that this is a live person, 0 to 1. */
  readonly liveness: number;
  /** Absent in anonymous mode: it is never computed there. */
  readonly descriptor: FaceDescriptor | undefined;
}

/** What vision tells about one track, once per frame in which it changed, and once at its end. */
export interface TrackUpdate {
  readonly state: 'live' | 'ended';
  readonly camera: string;
  /** Unique per run and camera. */
  readonly track: string;
  readonly startedAt: number;
  readonly capturedAt: number;
  readonly mediaTime: number;
  readonly sequence: number;
  readonly box: Box;
  /** Detector's score of the last detection, 0 to 1. */
  readonly confidence: number;
  readonly keypoints: readonly Point[];
  /** Undefined until the first look. */
  readonly attributes: Attributes | undefined;
  readonly looking: boolean;
  /** True where the face seems to be a picture (poster, screen). */
  readonly flat: boolean;
  /** Looks taken since the previous update. */
  readonly looks: readonly Look[];
}
