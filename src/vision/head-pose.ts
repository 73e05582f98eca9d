import type { Point } from '../core/geometry.ts';
import { distance, midpoint } from '../core/geometry.ts';
import type { HeadPose } from '../core/track.ts';

/** Mesh points: cheeks beside the ears (picture's left, right), forehead, chin. MediaPipe's numbering. */
const CHEEK_LEFT = 234;
const CHEEK_RIGHT = 454;
const FOREHEAD = 10;
const CHIN = 152;
const DEGREES = 180 / Math.PI;
/**
 * The mesh leans forward: of people photographed, who mostly face the camera, its median pitch is −4.5 to −12.4° in
 * five sets of photos, their median −7.8° (docs/decisions/0007-vision.md). Degrees, taken off.
 */
const MESH_LEAN = -8;

/** From the mesh's three dimensions. `roll` is that of the crop the mesh was found in, radians. */
export function poseFromMesh(mesh: Float32Array, roll: number): HeadPose {
  const across = difference(mesh, CHEEK_LEFT, CHEEK_RIGHT);
  const down = difference(mesh, FOREHEAD, CHIN);
  return {
    yaw: Math.atan2(across[2], Math.hypot(across[0], across[1])) * DEGREES,
    pitch: -Math.atan2(down[2], Math.hypot(down[0], down[1])) * DEGREES - MESH_LEAN,
    roll: roll * DEGREES,
  };
}

function difference(mesh: Float32Array, from: number, to: number): readonly [number, number, number] {
  const d = (axis: number) => (mesh[3 * to + axis] as number) - (mesh[3 * from + axis] as number);
  return [d(0), d(1), d(2)];
}

/**
 * A quick estimate for every frame from the detector's six key points: the nose tip moves towards the side the head
 * turns to, in proportion to the sine of the turn. The constants are fitted to `poseFromMesh` on photos, see
 * docs/decisions/0007-vision.md.
 */
export function poseFromKeypoints(keypoints: readonly Point[]): HeadPose {
  const [rightEye, leftEye, nose, mouth, rightEar, leftEar] = keypoints;
  if (!rightEye || !leftEye || !nose || !mouth || !rightEar || !leftEar) return { yaw: 0, pitch: 0, roll: 0 };
  const roll = Math.atan2(leftEye[1] - rightEye[1], leftEye[0] - rightEye[0]);
  const ears = midpoint(rightEar, leftEar);
  const eyes = midpoint(rightEye, leftEye);
  const along = (p: Point, q: Point) => (p[0] - q[0]) * Math.cos(roll) + (p[1] - q[1]) * Math.sin(roll);
  const below = (p: Point, q: Point) => (p[1] - q[1]) * Math.cos(roll) - (p[0] - q[0]) * Math.sin(roll);
  const width = Math.max(distance(rightEar, leftEar), 1);
  const height = Math.max(Math.abs(below(mouth, eyes)), width * 0.1);
  const turn = (along(nose, ears) / width - NEUTRAL_TURN) * YAW_GAIN;
  const lift = (NEUTRAL_NOSE - below(nose, eyes) / height) * PITCH_GAIN;
  return { yaw: toDegrees(turn), pitch: toDegrees(lift), roll: roll * DEGREES };
}

const YAW_GAIN = 1.05;
/** The detector sees the nose a little to the left of a face and of its mirror image alike. Distances of the ears. */
const NEUTRAL_TURN = -0.022;
/** Share of the way from the eyes to the mouth at which the nose tip lies when the head is level. */
const NEUTRAL_NOSE = 0.53;
const PITCH_GAIN = 1.5;

function toDegrees(sine: number): number {
  return Math.asin(Math.min(1, Math.max(-1, sine))) * DEGREES;
}

const LOOKING_YAW = 25;
const LOOKING_PITCH = 25;

/** Whether the head is turned to the camera, and so, for a camera at the screen, to the screen. */
export function isLooking(pose: HeadPose): boolean {
  return Math.abs(pose.yaw) <= LOOKING_YAW && Math.abs(pose.pitch) <= LOOKING_PITCH;
}
