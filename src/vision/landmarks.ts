import type { Affine, Box, Point } from '../core/geometry.ts';
import { applyAffine, boundingBox, center, distance, squareCrop } from '../core/geometry.ts';
import type { RgbImage } from '../core/image.ts';
import type { Detection } from '../core/track.ts';
import type { Model } from './models.ts';
import { sampleCrop } from './sampling.ts';

/** Landmarks in the pixels of the picture they were found in. */
export interface FaceLandmarks {
  /** MediaPipe's 468 points: x, y, and z in the same unit (smaller is nearer), 3 floats each. */
  readonly mesh: Float32Array;
  /** How sure the mesh is that its crop held a face, 0 to 1. */
  readonly score: number;
  /** Box around the mesh. */
  readonly box: Box;
  /** Roll of the eye line, radians, clockwise on the screen. */
  readonly roll: number;
}

const MESH_SIZE = 192;
const MESH_POINTS = 468;
/** Side of the crop in sides of the box that it is taken around: MediaPipe's 1.5 for a detection. */
const DETECTION_MARGIN = 1.5;
/** And for the landmarks' own box; found in the feasibility study. */
const MESH_MARGIN = 1.35;
/** Outer eye corners: the person's right (on the picture's left) and left. */
const RIGHT_EYE_OUTER = 33;
const LEFT_EYE_OUTER = 263;

export interface MeshRequest {
  readonly image: RgbImage;
  /** In the image's pixels. */
  readonly box: Box;
  /** Eye centres: the person's right first. */
  readonly eyes: readonly [Point, Point];
  /** Look a second time, around the landmarks themselves: steadier, at twice the price. */
  readonly refine: boolean;
}

/** Finds the mesh around a detection. */
export async function findMesh(
  model: Model,
  { image, box, eyes, refine }: MeshRequest,
): Promise<FaceLandmarks> {
  const side = Math.max(box.width, box.height) * DETECTION_MARGIN;
  const first = await runMesh(model, image, { center: center(box), side, angle: rollOf(...eyes) });
  if (!refine) return first;
  const again = Math.max(first.box.width, first.box.height) * MESH_MARGIN;
  return runMesh(model, image, { center: center(first.box), side: again, angle: first.roll });
}

async function runMesh(
  model: Model,
  image: RgbImage,
  crop: { center: Point; side: number; angle: number },
): Promise<FaceLandmarks> {
  const map = squareCrop({ ...crop, size: MESH_SIZE });
  const plane = new Float32Array(3 * MESH_SIZE * MESH_SIZE);
  sampleCrop({ image, map, width: MESH_SIZE, height: MESH_SIZE }, plane);
  const outputs = await model.run({ data: plane, shape: [1, 3, MESH_SIZE, MESH_SIZE] });
  const raw = outputs.get('landmarks')?.data as Float32Array;
  const mesh = placeMesh(raw, map, crop.side / MESH_SIZE);
  const points = Array.from({ length: MESH_POINTS }, (_, i) => meshPoint(mesh, i));
  return {
    mesh,
    score: outputs.get('score')?.data[0] ?? 0,
    box: boundingBox(points),
    roll: rollOf(meshPoint(mesh, RIGHT_EYE_OUTER), meshPoint(mesh, LEFT_EYE_OUTER)),
  };
}

function placeMesh(raw: Float32Array, map: Affine, scale: number): Float32Array {
  const mesh = new Float32Array(3 * MESH_POINTS);
  for (let i = 0; i < mesh.length; i += 3) {
    const [x, y] = applyAffine(map, [raw[i] as number, raw[i + 1] as number]);
    mesh[i] = x;
    mesh[i + 1] = y;
    mesh[i + 2] = (raw[i + 2] as number) * scale;
  }
  return mesh;
}

export function meshPoint(mesh: Float32Array, index: number): Point {
  return [mesh[3 * index] as number, mesh[3 * index + 1] as number];
}

function rollOf(right: Point, left: Point): number {
  return Math.atan2(left[1] - right[1], left[0] - right[0]);
}

/** A levelled square around the mesh, `factor` times its longer side: how the describing networks see a face. */
export function levelCrop(landmarks: FaceLandmarks, factor: number, size: number): Affine {
  const { box, roll } = landmarks;
  const side = Math.max(box.width, box.height) * factor;
  return squareCrop({ center: center(box), side, angle: roll, size });
}

const POINTS_SIZE = 112;
const POINTS = 68;
/** The crop in which the 68-point net is most exact for alignment, see docs/decisions/0007-vision.md. */
const POINTS_FACTOR = 1;

/** The 68 points in the order of iBUG 300-W: jaw 0–16, brows 17–26, nose 27–35, eyes 36–47, mouth 48–67. */
export async function findPoints68(
  model: Model,
  image: RgbImage,
  landmarks: FaceLandmarks,
): Promise<readonly Point[]> {
  const map = levelCrop(landmarks, POINTS_FACTOR, POINTS_SIZE);
  const plane = new Float32Array(3 * POINTS_SIZE * POINTS_SIZE);
  sampleCrop({ image, map, width: POINTS_SIZE, height: POINTS_SIZE }, plane);
  const outputs = await model.run({ data: plane, shape: [1, 3, POINTS_SIZE, POINTS_SIZE] });
  const raw = outputs.get('points')?.data as Float32Array;
  return Array.from({ length: POINTS }, (_, i) =>
    applyAffine(map, [(raw[2 * i] as number) * POINTS_SIZE, (raw[2 * i + 1] as number) * POINTS_SIZE]),
  );
}

/** The detector's first four key points among the 68: right eye, left eye, nose tip, mouth. */
const SHARED_POINTS = [
  [36, 41],
  [42, 47],
  [30, 30],
  [48, 67],
] as const;

/**
 * How far apart the detector and the 68-point net see eyes, nose and mouth: the largest distance, in widths of the
 * face. Networks that agree on nothing are not looking at a face, however sure each of them is.
 */
export function landmarkDisagreement(detection: Detection, points68: readonly Point[]): number {
  const distances = SHARED_POINTS.map(([from, to], i) => {
    const group = points68.slice(from, to + 1);
    const x = group.reduce((sum, p) => sum + p[0], 0) / group.length;
    const y = group.reduce((sum, p) => sum + p[1], 0) / group.length;
    return distance([x, y], detection.keypoints[i] ?? [x, y]);
  });
  return Math.max(...distances) / Math.max(detection.box.width, 1);
}
