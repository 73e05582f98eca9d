import type { Box } from '../core/geometry.ts';
import { VIEW } from './backdrop.ts';
import { castMember } from './cast.ts';
import { cellLabel } from './cells.ts';
import { type Appearance, BACK_ROOM_SIZE, type Keyframe, SCREENPLAY } from './script.ts';

/** From the screenplay's key frames to how each figure stands at any moment: walking, swaying, looking around. Pure. */

/** How a figure stands in one frame. */
export interface Pose {
  readonly appearance: Appearance;
  /** Middle of the face, pixels. */
  readonly x: number;
  readonly y: number;
  /** Width of the face, pixels, before `turn` narrows it. */
  readonly size: number;
  /** Head against the shoulders: shift in pixels, tilt in radians (clockwise), narrowing when it turns aside. */
  readonly head: { readonly dx: number; readonly dy: number; readonly tilt: number; readonly turn: number };
  /** Brightness: the window is on the left. */
  readonly gain: number;
  /** The part of the picture's width in which the figure can be seen. */
  readonly left: number;
  readonly right: number;
}

function smoothstep(share: number): number {
  return share * share * (3 - 2 * share);
}

interface Place {
  readonly x: number;
  readonly size: number;
}

function placeAt(path: readonly Keyframe[], time: number): Place {
  const next = path.findIndex((key) => key.at > time);
  const after = path[next === -1 ? path.length - 1 : next] as Keyframe;
  const before = path[next === -1 ? path.length - 1 : Math.max(0, next - 1)] as Keyframe;
  const span = after.at - before.at;
  const share = span > 0 ? smoothstep((time - before.at) / span) : 0;
  return {
    x: before.x + (after.x - before.x) * share,
    size: before.size + (after.size - before.size) * share,
  };
}

/** A slow swing between −1 and 1: `hertz` times a second, begun at another point for each appearance and `voice`. */
function swing(appearance: Appearance, time: number, hertz: number, voice: number): number {
  return Math.sin(2 * Math.PI * (hertz * time + appearance.enterAt * 0.618 * voice));
}

/** How much of walking there is at `time`: 0 standing, 1 in full stride. */
function strideAt(path: readonly Keyframe[], time: number): number {
  const [a, b] = [placeAt(path, time - 0.1), placeAt(path, time + 0.1)];
  return Math.min(1, Math.abs(b.x - a.x) / 30 + Math.abs(b.size - a.size) / 4);
}

/** Height of the face's middle in the picture for an average person of face width `size`. */
function horizon(size: number): number {
  return 284 + 0.14 * size;
}

/** Loss of brightness in the dim back room, fading away on the first steps out of it. */
function backRoomShade(size: number): number {
  return 0.08 * Math.min(1, Math.max(0, (BACK_ROOM_SIZE + 20 - size) / 20));
}

/** The pose at `time` (seconds), or undefined while the person is not there. */
export function poseAt(appearance: Appearance, time: number): Pose | undefined {
  if (time < appearance.enterAt || time > appearance.leaveAt) return undefined;
  const place = placeAt(appearance.path, time);
  const walk = strideAt(appearance.path, time);
  const rest = 1 - walk;
  const wave = (hertz: number, voice: number) => swing(appearance, time, hertz, voice);
  const size = place.size * (1 + 0.008 * wave(0.21, 1));
  const bounce = walk * 0.05 * Math.abs(wave(0.95, 2));
  const x = place.x + size * (0.025 * walk * wave(0.95, 2) + 0.035 * rest * wave(0.11, 3));
  const look = rest * wave(0.09, 4);
  const inBackRoom = place.size < BACK_ROOM_SIZE;
  return {
    appearance,
    x,
    y: horizon(place.size) - size * (castMember(appearance.person).stature + bounce - 0.012 * wave(0.24, 5)),
    size,
    head: {
      dx: size * 0.05 * look,
      dy: size * 0.012 * wave(0.31, 6),
      tilt: 0.03 * rest * wave(0.13, 7) + 0.02 * walk * wave(0.95, 8),
      turn: 1 - 0.05 * Math.abs(look),
    },
    gain: 1.03 - (0.09 * x) / VIEW.width + 0.025 * wave(0.07, 9) - backRoomShade(place.size),
    left: inBackRoom ? VIEW.doorway.left : 0,
    right: inBackRoom ? VIEW.doorway.right : VIEW.width,
  };
}

/** All who are in the shop at `time`, the farthest first. */
export function posesAt(time: number, screenplay: readonly Appearance[] = SCREENPLAY): Pose[] {
  const poses = screenplay.flatMap((appearance) => poseAt(appearance, time) ?? []);
  return poses.sort((a, b) => a.size - b.size);
}

/** Brows to chin, cheek to cheek, in pixels of the picture; may lie outside it. */
export function faceBox(pose: Pose): Box {
  const { face } = cellLabel(pose.appearance.cell);
  const width = pose.size * pose.head.turn;
  const height = (pose.size * face.height) / face.width;
  return { x: pose.x + pose.head.dx - width / 2, y: pose.y + pose.head.dy - height / 2, width, height };
}
