import { area, type Box, clampBox, containment, distance, iou, type Point } from '../../core/geometry.ts';
import type { Detection } from '../../core/track.ts';
import { faceSize } from './motion.ts';

/** Two boxes this alike show one face, whatever else is known. */
const SAME_IOU = 0.6;
/** One box this much inside another is a part of the same face. */
const SAME_CONTAINMENT = 0.85;
/** Less alike boxes show one face if the key points agree to this, in face sizes; or if there are none. */
const LIKELY_IOU = 0.35;
const LIKELY_IOU_WITHOUT_KEYPOINTS = 0.45;
const LIKELY_KEYPOINT_DISTANCE = 0.15;

export function isUsable(detection: Detection): boolean {
  const { x, y, width, height } = detection.box;
  const finite = Number.isFinite(x + y + width + height) && Number.isFinite(width * height);
  return finite && width > 0 && height > 0 && width * height >= 1 && Number.isFinite(detection.score);
}

/** Mean distance of key points of the same kind, pixels; undefined where they cannot be compared. */
export function keypointDistance(a: readonly Point[], b: readonly Point[]): number | undefined {
  if (a.length === 0 || a.length !== b.length) return undefined;
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += distance(a[i] as Point, b[i] as Point);
  return Number.isFinite(sum) ? sum / a.length : undefined;
}

/** Whether two detections of one frame show the same face. */
export function isSameFace(a: Detection, b: Detection): boolean {
  const overlap = iou(a.box, b.box);
  if (overlap > SAME_IOU || containment(a.box, b.box) > SAME_CONTAINMENT) return true;
  if (overlap < LIKELY_IOU) return false;
  const apart = keypointDistance(a.keypoints, b.keypoints);
  if (apart === undefined) return overlap > LIKELY_IOU_WITHOUT_KEYPOINTS;
  return apart < LIKELY_KEYPOINT_DISTANCE * Math.min(faceSize(a.box), faceSize(b.box));
}

/**
 * What of a detector's answer is worth tracking: broken boxes and scores below `minScore` are left out, of several
 * boxes of one face only the best stays, and no more than `most` in all. Best first; the input is not changed.
 */
export function selectDetections(
  detections: readonly Detection[],
  limits: { readonly minScore: number; readonly most: number },
): Detection[] {
  const usable = detections.filter((d) => d.score >= limits.minScore && isUsable(d));
  usable.sort((a, b) => b.score - a.score);
  const kept: Detection[] = [];
  for (const candidate of usable) {
    if (kept.length >= limits.most) break;
    if (!kept.some((better) => isSameFace(better, candidate))) kept.push(candidate);
  }
  return kept;
}

/** Share of `box` that lies inside the picture, 0 to 1. */
export function visibleShare(
  box: Box,
  frameSize: { readonly width: number; readonly height: number },
): number {
  return area(clampBox(box, frameSize.width, frameSize.height)) / area(box);
}
