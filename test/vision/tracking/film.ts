import { type Box, center } from '../../../src/core/geometry.ts';
import type { Detection } from '../../../src/core/track.ts';
import { FaceTracker, type TrackerInput, type TrackerOutput } from '../../../src/vision/tracker.ts';

export const frameSize = { width: 1280, height: 720 };

/** A face of 80 × 100 around (cx, cy). */
export function face(cx: number, cy: number, options: { score?: number; scale?: number } = {}): Detection {
  const width = 80 * (options.scale ?? 1);
  const height = 100 * (options.scale ?? 1);
  return {
    box: { x: cx - width / 2, y: cy - height / 2, width, height },
    score: options.score ?? 0.9,
    keypoints: [],
  };
}

/** A tracker with its clock: each call of `frame` is one frame later. */
export class Film {
  readonly tracker: FaceTracker;
  readonly #interval: number;
  time = 10_000;
  readonly ended: string[] = [];

  constructor(options: { tracker?: FaceTracker; framesPerSecond?: number } = {}) {
    this.tracker = options.tracker ?? new FaceTracker();
    this.#interval = 1000 / (options.framesPerSecond ?? 20);
  }

  frame(detections: readonly Detection[], searched: TrackerInput['searched'] = 'whole'): TrackerOutput {
    this.time += this.#interval;
    const output = this.tracker.update({ detections, capturedAt: this.time, frameSize, searched });
    this.ended.push(...output.ended.map((track) => track.id));
    return output;
  }

  frames(
    count: number,
    of: (i: number) => readonly Detection[],
    searched?: TrackerInput['searched'],
  ): TrackerOutput {
    let output: TrackerOutput = { live: [], ended: [] };
    for (let i = 0; i < count; i++) output = this.frame(of(i), searched);
    return output;
  }
}

export function idAt(output: TrackerOutput, detection: Detection): string | undefined {
  return output.live.find((track) => track.detection === detection)?.id;
}

export function distanceBetween(a: Box, b: Box): number {
  const [ax, ay] = center(a);
  const [bx, by] = center(b);
  return Math.hypot(ax - bx, ay - by);
}
