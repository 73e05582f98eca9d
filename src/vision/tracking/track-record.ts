import { type Box, center, type Point } from '../../core/geometry.ts';
import type { Detection } from '../../core/track.ts';
import { FaceMotion, faceSize } from './motion.ts';
import type { TrackerTuning } from './tuning.ts';

/** One face followed over frames, as the tracker says it. Times in ms of `capturedAt`, lengths in pixels. */
export interface TrackedFace {
  /** `t1`, `t2` … behind the tracker's prefix; never used twice. */
  readonly id: string;
  /** First detection, also where it took more to confirm the track. */
  readonly startedAt: number;
  readonly lastDetectedAt: number;
  /** Filtered where detected in this frame, predicted where missed; of an ended track, as of the last detection. */
  readonly box: Box;
  /** The detection of this frame, as the detector gave it; undefined where missed and once ended. */
  readonly detection: Detection | undefined;
  /** Frames in which the face was detected, of those with a time of their own. */
  readonly detections: number;
  /** Time since the last detection; 0 where detected in this frame. */
  readonly missedMs: number;
  /** Always true in what `update` and `flush` give. */
  readonly confirmed: boolean;
  /** Pixels per second. */
  readonly velocity: { readonly x: number; readonly y: number };
  /** Another track overlaps or contends for the detection: identity must not be learned from this look. */
  readonly crowded: boolean;
}

/** The tracker's own, changing record of a track. */
export class TrackRecord {
  id: string;
  startedAt: number;
  lastDetectedAt: number;
  readonly motion: FaceMotion;
  detection: Detection | undefined;
  detections = 1;
  /** Updates in a row without a detection. */
  misses = 0;
  confirmed = false;
  crowded = false;
  /** The pairing of this frame could as well have been another one. */
  ambiguous = false;
  /** Key points at the last detection that had them, relative to box centre and size. */
  shape: Float64Array | undefined;
  /** Filtered box at the last detection. */
  lastBox: Box;

  constructor(initial: { id: string; detection: Detection; now: number; tuning: TrackerTuning }) {
    const { id, detection, now, tuning } = initial;
    this.id = id;
    this.startedAt = now;
    this.lastDetectedAt = now;
    this.motion = new FaceMotion(detection.box, tuning);
    this.detection = detection;
    this.shape = shapeOf(detection);
    this.lastBox = detection.box;
  }

  miss(): void {
    if (this.misses === 0) this.motion.coast();
    this.detection = undefined;
    this.misses++;
  }

  /** Takes the detection of a frame; at the time of the frame before it does not count as further evidence. */
  see(detection: Detection, seen: { now: number; jitter: number }): void {
    this.motion.correct(detection.box, seen.jitter);
    if (seen.now > this.lastDetectedAt) this.detections++;
    this.detection = detection;
    this.lastDetectedAt = seen.now;
    this.misses = 0;
    this.shape = shapeOf(detection) ?? this.shape;
    this.lastBox = this.motion.box;
  }

  snapshot(now: number): TrackedFace {
    return {
      id: this.id,
      startedAt: this.startedAt,
      lastDetectedAt: this.lastDetectedAt,
      box: this.motion.box,
      detection: this.detection,
      detections: this.detections,
      missedMs: now - this.lastDetectedAt,
      confirmed: this.confirmed,
      velocity: { x: this.motion.x.rate, y: this.motion.y.rate },
      crowded: this.crowded,
    };
  }

  obituary(now: number): TrackedFace {
    return { ...this.snapshot(now), box: this.lastBox, detection: undefined };
  }
}

/** Key points as x, y pairs relative to the box; undefined where there are none or one is broken. */
export function shapeOf(detection: Detection): Float64Array | undefined {
  const { box, keypoints } = detection;
  if (keypoints.length === 0) return undefined;
  const size = faceSize(box);
  const [cx, cy] = center(box);
  const shape = new Float64Array(keypoints.length * 2);
  for (let i = 0; i < keypoints.length; i++) {
    const [x, y] = keypoints[i] as Point;
    shape[2 * i] = (x - cx) / size;
    shape[2 * i + 1] = (y - cy) / size;
  }
  return shape.every((v) => Number.isFinite(v)) ? shape : undefined;
}
