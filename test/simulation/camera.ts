import { area, type Box, intersectionArea, type Point } from '../../src/core/geometry.ts';
import type { Detection } from '../../src/core/track.ts';
import { type Person, speedOf } from './people.ts';
import type { Random } from './random.ts';

/** A 720p camera with 65° of view, at 1.9 m, looking slightly down; and a detector with the usual faults. */
export const frameSize = { width: 1280, height: 720 } as const;
const FOCAL = 1005;
const CAMERA_HEIGHT = 1.9;
const FACE = { width: 0.16, height: 0.2 };
const HEAD_GROWTH = 1.35;
const SHOULDERS = { width: 0.45, below: 0.2, height: 1 };

/** Label of a detection that shows nobody. */
export const NOBODY = -1;

export interface DetectorFaults {
  /** Probability that a clear face is missed in a frame, and that a miss goes on into the next frame. */
  readonly miss: number;
  readonly missAgain: number;
  /** False detections per frame. */
  readonly falseRate: number;
  /** Probability of a second box on a found face. */
  readonly duplicate: number;
  /** Jitter of centre and ln(size), in face sizes. */
  readonly jitter: number;
  readonly sizeJitter: number;
}

export function faceBox(person: Person): Box {
  const bob = 0.02 * Math.min(1, speedOf(person)) * Math.sin(person.phase * 12);
  const lean = 0.03 * Math.sin((person.yaw * Math.PI) / 180);
  const scale = FOCAL / person.z;
  const width = FACE.width * scale;
  const height = FACE.height * scale;
  const cx = frameSize.width / 2 + (person.x + lean) * scale;
  const cy = frameSize.height / 2 - 110 + (CAMERA_HEIGHT - person.height + bob) * scale;
  return { x: cx - width / 2, y: cy - height / 2, width, height };
}

/** Share of the face hidden by nearer people's heads and shoulders, 0 to 1. */
export function hiddenShare(person: Person, others: readonly Person[]): number {
  const face = faceBox(person);
  let most = 0;
  for (const other of others) {
    if (other === person || other.z >= person.z) continue;
    const near = faceBox(other);
    const scale = FOCAL / other.z;
    const cx = near.x + near.width / 2;
    const head = {
      x: cx - (near.width * HEAD_GROWTH) / 2,
      y: near.y - near.height * 0.3,
      width: near.width * HEAD_GROWTH,
      height: near.height * HEAD_GROWTH,
    };
    const body = {
      x: cx - (SHOULDERS.width * scale) / 2,
      y: near.y + near.height / 2 + SHOULDERS.below * scale,
      width: SHOULDERS.width * scale,
      height: SHOULDERS.height * scale,
    };
    most = Math.max(most, (intersectionArea(face, head) + intersectionArea(face, body)) / area(face));
  }
  return Math.min(1, most);
}

export function visibleShareOf(box: Box): number {
  return intersectionArea(box, { x: 0, y: 0, ...frameSize }) / area(box);
}

export interface LabelledDetections {
  readonly detections: Detection[];
  /** Person id of each detection, or NOBODY. */
  readonly labels: Map<Detection, number>;
}

/** Finds the faces of one moment, with faults. Keeps what goes on from frame to frame: bursts of misses, slow drift. */
export class FaultyDetector {
  readonly #faults: DetectorFaults;
  readonly #random: Random;
  readonly #blind = new Set<number>();
  readonly #drift = new Map<number, { x: number; y: number }>();

  constructor(faults: DetectorFaults, random: Random) {
    this.#faults = faults;
    this.#random = random;
  }

  look(people: readonly Person[]): LabelledDetections {
    const labels = new Map<Detection, number>();
    for (const person of people) {
      const detection = this.#find(person, people);
      if (detection === undefined) continue;
      labels.set(detection, person.id);
      if (this.#random.chance(this.#faults.duplicate)) labels.set(this.#repeat(detection), person.id);
    }
    if (this.#random.chance(this.#faults.falseRate)) labels.set(this.#imagine(), NOBODY);
    return { detections: [...labels.keys()], labels };
  }

  #find(person: Person, people: readonly Person[]): Detection | undefined {
    const random = this.#random;
    const truth = faceBox(person);
    const size = Math.sqrt(truth.width * truth.height);
    const hidden = hiddenShare(person, people);
    if (Math.abs(person.yaw) > 70 || hidden > 0.5 || visibleShareOf(truth) < 0.55 || size < 18)
      return undefined;
    const again = this.#blind.has(person.id);
    const miss = again
      ? this.#faults.missAgain
      : this.#faults.miss + (hidden > 0.2 ? 0.3 : 0) + (size < 30 ? 0.15 : 0);
    if (random.chance(miss)) {
      this.#blind.add(person.id);
      return undefined;
    }
    this.#blind.delete(person.id);
    const score =
      0.93 +
      random.normal(0.05) -
      0.4 * (Math.abs(person.yaw) / 90) ** 2 -
      0.5 * hidden -
      (size < 30 ? 0.15 : 0);
    if (score < 0.3) return undefined;
    const box = this.#blur(person.id, truth, 1 + 2 * hidden);
    return { box, score: Math.min(0.999, score), keypoints: this.#keypoints(person, box) };
  }

  #blur(id: number, truth: Box, factor: number): Box {
    const random = this.#random;
    const size = Math.sqrt(truth.width * truth.height);
    const drift = this.#drift.get(id) ?? { x: 0, y: 0 };
    const jitter = this.#faults.jitter * factor;
    drift.x = 0.8 * drift.x + random.normal(jitter * 0.5);
    drift.y = 0.8 * drift.y + random.normal(jitter * 0.5);
    this.#drift.set(id, drift);
    const grow = Math.exp(random.normal(this.#faults.sizeJitter * factor));
    const width = truth.width * grow * Math.exp(random.normal(0.02));
    const height = truth.height * grow;
    const cx = truth.x + truth.width / 2 + (drift.x + random.normal(jitter)) * size + random.normal(0.7);
    const cy = truth.y + truth.height / 2 + (drift.y + random.normal(jitter)) * size + random.normal(0.7);
    return { x: cx - width / 2, y: cy - height / 2, width, height };
  }

  /** Eyes, nose, mouth, ears on a turned head: near the axis they shift most. */
  #keypoints(person: Person, box: Box): Point[] {
    const sin = Math.sin((person.yaw * Math.PI) / 180);
    const cos = Math.cos((person.yaw * Math.PI) / 180);
    const layout = [
      [-0.2, -0.15, 0.3],
      [0.2, -0.15, 0.3],
      [0, 0.05, 0.45],
      [0, 0.25, 0.35],
      [-0.42, -0.05, 0],
      [0.42, -0.05, 0],
    ] as const;
    return layout.map(([x, y, depth], i) => {
      const traitX = person.traits[2 * i] as number;
      const traitY = person.traits[2 * i + 1] as number;
      const u = (x + traitX) * cos + depth * sin + this.#random.normal(0.02);
      const v = y + traitY + this.#random.normal(0.02);
      return [box.x + box.width / 2 + u * box.width, box.y + box.height / 2 + v * box.height];
    });
  }

  #repeat(detection: Detection): Detection {
    const random = this.#random;
    const { box, keypoints, score } = detection;
    const dx = random.normal(0.1) * box.width;
    const dy = random.normal(0.1) * box.height;
    const grow = random.between(0.85, 1.2);
    return {
      box: { x: box.x + dx, y: box.y + dy, width: box.width * grow, height: box.height * grow },
      score: Math.max(0.3, score - random.between(0.02, 0.3)),
      keypoints: keypoints.map(([x, y]): Point => [x + dx * 0.3, y + dy * 0.3]),
    };
  }

  #imagine(): Detection {
    const random = this.#random;
    const size = random.between(25, 180);
    const box = {
      x: random.between(0, 1280 - size),
      y: random.between(0, 720 - size),
      width: size,
      height: size * 1.2,
    };
    const keypoints = Array.from(
      { length: 6 },
      (): Point => [box.x + random.next() * size, box.y + random.next() * size],
    );
    return { box, score: random.between(0.3, 0.85), keypoints };
  }
}
