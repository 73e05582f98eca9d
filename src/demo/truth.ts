import type { Box } from '../core/geometry.ts';
import { VIEW } from './backdrop.ts';
import { type AgeBand, CAST } from './cast.ts';
import { faceBox, type Pose, posesAt } from './pose.ts';
import { type Appearance, CLIP, SCREENPLAY } from './script.ts';

/** What is true of the clip because it was composed so: the yardstick for what the pipeline finds in it. */

export interface TruthInterval {
  readonly cell: number;
  /** Seconds: when the face is first and last wholly visible in this visit. */
  readonly from: number;
  readonly to: number;
}

export interface TruthPerson {
  readonly key: string;
  readonly genderByEye: 'female' | 'male';
  readonly ageByEye: AgeBand;
  readonly visits: readonly TruthInterval[];
}

export interface TruthFace {
  readonly person: string;
  readonly box: Box;
  /** Share of the face that is inside the picture and not behind somebody, 0 to 1. */
  readonly visible: number;
}

export interface DemoTruth {
  readonly seconds: number;
  readonly frames: number;
  readonly framesPerSecond: number;
  readonly people: readonly TruthPerson[];
  readonly uniqueVisitors: number;
  /** People who come again after having left. */
  readonly returningVisitors: number;
  readonly appearances: number;
  /** Seconds between leaving and coming again, the shortest of all. */
  readonly shortestAbsence: number;
  /** Most faces wholly visible at once. */
  readonly mostAtOnce: number;
  /** Wholly visible faces, summed over all frames: each should be detected. */
  readonly faces: number;
  /** Faces cut by an edge, partly hidden or very small, summed over all frames: they may be detected or not. */
  readonly doubtfulFaces: number;
}

/** At least this share of a face is seen, and it is at least this wide (pixels), where a detection is expected. */
const WHOLE = 0.97;
const CLEAR_WIDTH = 50;
/** With less than this share nobody would call it a face. */
const TRACE = 0.25;
/** Points along each side of the grid with which a face's visible share is measured. */
const GRID = 12;

function inEllipse(x: number, y: number, box: Box, growth: number): boolean {
  const [rx, ry] = [(box.width / 2) * growth, (box.height / 2) * growth];
  return ((x - box.x - box.width / 2) / rx) ** 2 + ((y - box.y - box.height / 2) / ry) ** 2 <= 1;
}

/** Whether a nearer figure covers the point: its head with hair, or its shoulders and all below. */
function covers(nearer: Pose, x: number, y: number): boolean {
  const box = faceBox(nearer);
  if (inEllipse(x, y, box, 1.35)) return true;
  return y > box.y + box.height * 1.12 && Math.abs(x - nearer.x) < nearer.size * 1.25;
}

function visibleShare(pose: Pose, nearer: readonly Pose[]): number {
  const box = faceBox(pose);
  let inside = 0;
  let seen = 0;
  for (let i = 0; i < GRID * GRID; i++) {
    const x = box.x + (((i % GRID) + 0.5) / GRID) * box.width;
    const y = box.y + ((Math.floor(i / GRID) + 0.5) / GRID) * box.height;
    if (!inEllipse(x, y, box, 1)) continue;
    inside++;
    if (x < pose.left || x >= pose.right || y < 0 || y >= VIEW.counterTop) continue;
    if (!nearer.some((other) => covers(other, x, y))) seen++;
  }
  return seen / inside;
}

/** The faces of one moment (seconds), the farthest first, those of which nothing is seen left out. */
export function truthAt(time: number, screenplay: readonly Appearance[] = SCREENPLAY): TruthFace[] {
  const poses = posesAt(time, screenplay);
  return poses
    .map((pose, i) => ({
      person: pose.appearance.person,
      box: faceBox(pose),
      visible: visibleShare(pose, poses.slice(i + 1)),
    }))
    .filter((face) => face.visible >= TRACE);
}

/** Whether the face is wholly visible and large enough that a detection is expected. */
export function isWhole(face: TruthFace): boolean {
  return face.visible >= WHOLE && face.box.width >= CLEAR_WIDTH;
}

interface Census {
  readonly faces: number;
  readonly doubtfulFaces: number;
  readonly mostAtOnce: number;
  /** First and last whole frame per person and visit, seconds. */
  readonly seen: ReadonlyMap<Appearance, { from: number; to: number }>;
}

function takeCensus(frames: number): Census {
  const seen = new Map<Appearance, { from: number; to: number }>();
  let [faces, doubtfulFaces, mostAtOnce] = [0, 0, 0];
  for (let frame = 0; frame < frames; frame++) {
    const time = frame / CLIP.framesPerSecond;
    const present = truthAt(time);
    const whole = present.filter(isWhole);
    faces += whole.length;
    doubtfulFaces += present.length - whole.length;
    mostAtOnce = Math.max(mostAtOnce, whole.length);
    for (const { person } of whole) {
      const visit = SCREENPLAY.find((a) => a.person === person && a.enterAt <= time && time <= a.leaveAt);
      if (visit) seen.set(visit, { from: seen.get(visit)?.from ?? time, to: time });
    }
  }
  return { faces, doubtfulFaces, mostAtOnce, seen };
}

function peopleOf(census: Census): TruthPerson[] {
  return CAST.map(({ key, genderByEye, ageByEye }) => ({
    key,
    genderByEye,
    ageByEye,
    visits: SCREENPLAY.filter((a) => a.person === key).flatMap((a) => {
      const interval = census.seen.get(a);
      return interval ? [{ cell: a.cell, ...interval }] : [];
    }),
  })).filter((person) => person.visits.length > 0);
}

function absences(people: readonly TruthPerson[]): number[] {
  return people.flatMap(({ visits }) =>
    visits.slice(1).map((visit, i) => visit.from - (visits[i] as TruthInterval).to),
  );
}

/** Counts the truth of the clip's first `seconds` (the whole clip by default) from the screenplay. */
export function demoTruth(seconds: number = CLIP.seconds): DemoTruth {
  const frames = Math.round(seconds * CLIP.framesPerSecond);
  const census = takeCensus(frames);
  const people = peopleOf(census);
  return {
    seconds,
    frames,
    framesPerSecond: CLIP.framesPerSecond,
    people,
    uniqueVisitors: people.length,
    returningVisitors: people.filter((person) => person.visits.length > 1).length,
    appearances: people.reduce((sum, person) => sum + person.visits.length, 0),
    shortestAbsence: Math.min(...absences(people)),
    mostAtOnce: census.mostAtOnce,
    faces: census.faces,
    doubtfulFaces: census.doubtfulFaces,
  };
}
