import { iou } from '../../src/core/geometry.ts';
import type { FaceTracker, TrackedFace } from '../../src/vision/tracker.ts';
import { faceBox, frameSize, NOBODY } from './camera.ts';
import { playScene, type SceneFrame, type SceneOptions, withinRegions } from './scene.ts';

/** Where the tracker and the truth part. */
export interface TrackingScore {
  frames: number;
  /** People who were detected at least `confirmAfter` times. */
  people: number;
  /** Detections of real faces, and those of them that a live track holds. */
  faces: number;
  held: number;
  /** A person's detections went over to another track, less than 1.5 s after the last one. */
  switches: number;
  /** A track's detections went over to another person and stayed there for at least two. */
  mixes: number;
  /** Looks of a person who is not the track's own, not marked as crowded: what could spoil an identity. */
  wrongLooks: number;
  tracks: number;
  falseDetections: number;
  /** Tracks that mostly show nobody. */
  falseTracks: number;
  /** Sum over held detections of the IoU with the truth: of the filtered box, and of the raw detection. */
  filteredIou: number;
  detectedIou: number;
  milliseconds: number;
}

export function emptyScore(): TrackingScore {
  return {
    frames: 0,
    people: 0,
    faces: 0,
    held: 0,
    switches: 0,
    mixes: 0,
    wrongLooks: 0,
    tracks: 0,
    falseDetections: 0,
    falseTracks: 0,
    filteredIou: 0,
    detectedIou: 0,
    milliseconds: 0,
  };
}

export function addScores(scores: readonly TrackingScore[]): TrackingScore {
  const sum = emptyScore();
  for (const score of scores) {
    for (const key of Object.keys(sum) as (keyof TrackingScore)[]) sum[key] += score[key];
  }
  return sum;
}

/** What is played before: the tracker, or a simpler one to compare with. */
export type AnyTracker = Pick<FaceTracker, 'predict' | 'update'>;

export interface ScoringOptions {
  readonly createTracker: () => AnyTracker;
  /** The whole picture is searched this often, ms, and around known faces in between; undefined: always. */
  readonly wholeEveryMs?: number;
}

const SAME_STAY_MS = 1500;

/** Plays a scene before a tracker and adds up where it goes wrong. */
export function scoreScene(scene: SceneOptions, options: ScoringOptions, score: TrackingScore): void {
  const tracker = options.createTracker();
  const book = new Ledger(score);
  let wholeAt = Number.NEGATIVE_INFINITY;
  for (const frame of playScene(scene)) {
    const whole = frame.capturedAt - wholeAt >= (options.wholeEveryMs ?? 0);
    if (whole) wholeAt = frame.capturedAt;
    const started = performance.now();
    const regions = tracker.predict(frame.capturedAt).map((region) => region.box);
    const detections = whole ? frame.detections : withinRegions(frame.detections, regions);
    const searched = whole ? 'whole' : 'regions';
    const { live } = tracker.update({ detections, capturedAt: frame.capturedAt, frameSize, searched });
    score.milliseconds += performance.now() - started;
    book.enter(frame, live);
  }
  book.close();
}

interface TrackPage {
  /** Person of each detection in turn, and whether it was crowded. */
  readonly looks: { person: number; crowded: boolean }[];
}

class Ledger {
  readonly #score: TrackingScore;
  readonly #tracks = new Map<string, TrackPage>();
  readonly #lastOf = new Map<number, { track: string; at: number }>();
  readonly #seen = new Map<number, number>();

  constructor(score: TrackingScore) {
    this.#score = score;
  }

  enter(frame: SceneFrame, live: readonly TrackedFace[]): void {
    this.#score.frames++;
    const found = new Set(frame.labels.values());
    for (const person of found) {
      if (person === NOBODY) {
        this.#score.falseDetections++;
        continue;
      }
      this.#score.faces++;
      this.#seen.set(person, (this.#seen.get(person) ?? 0) + 1);
    }
    for (const track of live) {
      if (track.detection === undefined) continue;
      const person = frame.labels.get(track.detection) ?? NOBODY;
      this.#page(track.id).looks.push({ person, crowded: track.crowded });
      if (person === NOBODY) continue;
      this.#score.held++;
      const truth = faceBox(frame.people.find((p) => p.id === person) as (typeof frame.people)[number]);
      this.#score.filteredIou += iou(track.box, truth);
      this.#score.detectedIou += iou(track.detection.box, truth);
      this.#follow(person, track.id, frame.capturedAt);
    }
  }

  #follow(person: number, track: string, at: number): void {
    const last = this.#lastOf.get(person);
    if (last !== undefined && last.track !== track && at - last.at < SAME_STAY_MS) this.#score.switches++;
    this.#lastOf.set(person, { track, at });
  }

  #page(id: string): TrackPage {
    let page = this.#tracks.get(id);
    if (page === undefined) {
      page = { looks: [] };
      this.#tracks.set(id, page);
    }
    return page;
  }

  close(): void {
    const score = this.#score;
    for (const times of this.#seen.values()) if (times >= 2) score.people++;
    for (const { looks } of this.#tracks.values()) {
      score.tracks++;
      const counts = new Map<number, number>();
      for (const { person } of looks) counts.set(person, (counts.get(person) ?? 0) + 1);
      const [owner] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? [NOBODY];
      if (owner === NOBODY) score.falseTracks++;
      score.mixes += mixesOf(looks.map((look) => look.person));
      score.wrongLooks += looks.filter((look) => look.person !== owner && !look.crowded).length;
    }
  }
}

/** How often a track went over to another person for two detections or more. */
function mixesOf(people: readonly number[]): number {
  let current: number | undefined;
  let mixes = 0;
  for (let i = 0; i < people.length; i++) {
    const person = people[i] as number;
    if (person === NOBODY || person === current) continue;
    if (current !== undefined && people[i + 1] !== person) continue;
    if (current !== undefined) mixes++;
    current = person;
  }
  return mixes;
}
