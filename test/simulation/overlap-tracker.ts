import { type Box, iou } from '../../src/core/geometry.ts';
import type { Detection } from '../../src/core/track.ts';
import type { TrackedFace, TrackerInput, TrackerOutput } from '../../src/vision/tracker.ts';
import type { AnyTracker } from './scoring.ts';

const LEAST_IOU = 0.2;
const MAX_MISSED_MS = 1500;

interface Entry {
  readonly id: string;
  readonly startedAt: number;
  lastDetectedAt: number;
  box: Box;
  detection: Detection | undefined;
  detections: number;
}

/**
 * The usual first tracker, to compare with: whatever overlaps the last box most is the same face. No motion, no
 * doubt; the same rules of birth and end as ours.
 */
export class OverlapTracker implements AnyTracker {
  #entries: Entry[] = [];
  #issued = 0;

  predict(): { id: string; box: Box }[] {
    return this.#entries.map(({ id, box }) => ({ id, box }));
  }

  update({ detections, capturedAt }: TrackerInput): TrackerOutput {
    this.#entries = this.#entries.filter((entry) => capturedAt - entry.lastDetectedAt <= MAX_MISSED_MS);
    for (const entry of this.#entries) entry.detection = undefined;
    for (const detection of [...detections].sort((a, b) => b.score - a.score)) {
      if (detection.score >= 0.5) this.#place(detection, capturedAt);
    }
    return { live: this.#entries.filter((entry) => entry.detections >= 2).map(toFace), ended: [] };
  }

  #place(detection: Detection, now: number): void {
    let best: Entry | undefined;
    let most = LEAST_IOU;
    for (const entry of this.#entries) {
      const overlap = iou(entry.box, detection.box);
      if (overlap < most || entry.detection !== undefined) continue;
      most = overlap;
      best = entry;
    }
    if (best === undefined) {
      if (this.#entries.some((entry) => entry.detection !== undefined && iou(entry.box, detection.box) > 0.4))
        return;
      best = {
        id: `o${++this.#issued}`,
        startedAt: now,
        lastDetectedAt: now,
        box: detection.box,
        detection,
        detections: 0,
      };
      this.#entries.push(best);
    }
    best.box = detection.box;
    best.detection = detection;
    best.lastDetectedAt = now;
    best.detections++;
  }
}

function toFace(entry: Entry): TrackedFace {
  return { ...entry, missedMs: 0, confirmed: true, velocity: { x: 0, y: 0 }, crowded: false };
}
