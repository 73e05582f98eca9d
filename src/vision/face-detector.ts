import type { Box, Point } from '../core/geometry.ts';
import { containment, iou } from '../core/geometry.ts';
import type { Detection } from '../core/track.ts';
import type { Model } from './models.ts';

/**
 * BlazeFace (MediaPipe, back-camera model): RGB 0–255, any height and width that are multiples of 32.
 * Anchors, two per cell of a grid of 16 px and then six per cell of a grid of 32 px, all centred in their cell.
 * `scores` are logits; a row of `boxes` is (cx, cy, w, h) and six key points (x, y), in pixels, relative to the
 * anchor. Constants: MediaPipe's face_detection_back configuration; checked against TensorFlow.js by golden tests.
 */
const GRIDS = [
  { stride: 16, perCell: 2 },
  { stride: 32, perCell: 6 },
] as const;
const ROW = 16;
const KEYPOINTS = 6;
export const SIDE_MULTIPLE = 32;

export interface DetectorInput {
  /** Planar RGB, `count` pictures of 3 · height · width floats one after the other. */
  readonly planes: Float32Array;
  readonly count: number;
  readonly width: number;
  readonly height: number;
}

/** Runs the network; for each picture the detections of at least `minScore`, in its pixels, overlaps not yet removed. */
export async function detectFaces(
  model: Model,
  input: DetectorInput,
  minScore: number,
): Promise<Detection[][]> {
  const { planes, count, width, height } = input;
  const outputs = await model.run({ data: planes, shape: [count, 3, height, width] });
  const scores = outputs.get('scores')?.data as Float32Array;
  const boxes = outputs.get('boxes')?.data as Float32Array;
  const anchors = scores.length / count;
  const found: Detection[][] = [];
  for (let k = 0; k < count; k++)
    found.push(decode({ scores, boxes, first: k * anchors, width, height, minLogit: logit(minScore) }));
  return found;
}

interface DecodeInput {
  readonly scores: Float32Array;
  readonly boxes: Float32Array;
  readonly first: number;
  readonly width: number;
  readonly height: number;
  readonly minLogit: number;
}

function decode({ scores, boxes, first, width, height, minLogit }: DecodeInput): Detection[] {
  const found: Detection[] = [];
  let anchor = first;
  for (const { stride, perCell } of GRIDS) {
    const columns = Math.ceil(width / stride);
    const cells = columns * Math.ceil(height / stride);
    for (let cell = 0; cell < cells; cell++) {
      for (let i = 0; i < perCell; i++, anchor++) {
        const score = scores[anchor] as number;
        if (score < minLogit) continue;
        const x = ((cell % columns) + 0.5) * stride;
        const y = (Math.floor(cell / columns) + 0.5) * stride;
        found.push(decodeRow({ boxes, at: anchor * ROW, x, y, score: sigmoid(score) }));
      }
    }
  }
  return found;
}

function decodeRow(row: { boxes: Float32Array; at: number; x: number; y: number; score: number }): Detection {
  const { boxes, at, x, y, score } = row;
  const value = (i: number) => boxes[at + i] as number;
  const [width, height] = [value(2), value(3)];
  const keypoints: Point[] = [];
  for (let k = 0; k < KEYPOINTS; k++) keypoints.push([value(4 + 2 * k) + x, value(5 + 2 * k) + y]);
  return {
    box: { x: value(0) + x - width / 2, y: value(1) + y - height / 2, width, height },
    score,
    keypoints,
  };
}

/** Best first; of detections that overlap (IoU above `maxIou`, or one nearly inside the other) the best stays. */
export function suppressOverlaps(detections: readonly Detection[], maxIou = 0.3): Detection[] {
  const kept: Detection[] = [];
  for (const detection of [...detections].sort((a, b) => b.score - a.score)) {
    if (kept.every((other) => !isSameFace(other.box, detection.box, maxIou))) kept.push(detection);
  }
  return kept;
}

const NESTED = 0.8;

function isSameFace(a: Box, b: Box, maxIou: number): boolean {
  return iou(a, b) > maxIou || containment(a, b) > NESTED;
}

/** `detection` moved by `map`: x → scale · x + x0, y → scale · y + y0. */
export function placeDetection(
  detection: Detection,
  map: { readonly scaleX: number; readonly scaleY: number; readonly x: number; readonly y: number },
): Detection {
  const { box } = detection;
  return {
    box: {
      x: box.x * map.scaleX + map.x,
      y: box.y * map.scaleY + map.y,
      width: box.width * map.scaleX,
      height: box.height * map.scaleY,
    },
    score: detection.score,
    keypoints: detection.keypoints.map(([x, y]) => [x * map.scaleX + map.x, y * map.scaleY + map.y]),
  };
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

function logit(p: number): number {
  return Math.log(p / (1 - p));
}
