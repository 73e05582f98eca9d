import { type Box, center, scaleBox } from '../../src/core/geometry.ts';
import type { Detection } from '../../src/core/track.ts';
import { type DetectorFaults, FaultyDetector, type LabelledDetections } from './camera.ts';
import { createPerson, giveWay, type Habit, type Person, walk } from './people.ts';
import { Random } from './random.ts';

/** What kind of scene is played; everything else follows from the seed. */
export interface SceneOptions {
  readonly seed: number;
  readonly framesPerSecond: number;
  readonly seconds: number;
  /** New people per second, and how they behave. */
  readonly arrivals: number;
  readonly habits: readonly Habit[];
  /** Standing in front of the camera from the start. */
  readonly queue: number;
  readonly faults: DetectorFaults;
}

/** One frame of a scene with the truth. */
export interface SceneFrame extends LabelledDetections {
  readonly capturedAt: number;
  readonly people: readonly Person[];
}

const STEP_SECONDS = 0.01;

/** Plays a scene: yields each frame that the camera did not drop. */
export function* playScene(options: SceneOptions): Generator<SceneFrame, void, undefined> {
  const random = new Random(options.seed);
  const detector = new FaultyDetector(options.faults, random);
  const people: Person[] = [];
  let issued = 0;
  for (let i = 0; i < options.queue; i++) people.push(createPerson(issued++, 'queuer', 0, random));
  let nextFrame = 0;
  let frozenUntil = 0;
  for (let t = 0; t < options.seconds; t += STEP_SECONDS) {
    if (random.chance(options.arrivals * STEP_SECONDS)) {
      people.push(createPerson(issued++, random.pick(options.habits), t, random));
    }
    for (const person of people) walk(person, STEP_SECONDS, random);
    const present = people.filter((person) => !person.gone);
    giveWay(present, STEP_SECONDS);
    if (t < nextFrame) continue;
    nextFrame += 1 / options.framesPerSecond;
    if (random.chance(0.05 / options.framesPerSecond)) frozenUntil = t + random.between(0.3, 0.8);
    if (t < frozenUntil || random.chance(0.03)) continue;
    yield { capturedAt: 1_000_000 + t * 1000 + random.normal(3), people: present, ...detector.look(present) };
  }
}

/** What a detector sees that only looks around `regions`. */
export function withinRegions(detections: readonly Detection[], regions: readonly Box[]): Detection[] {
  const searched = regions.map((box) => scaleBox(box, 2.2));
  return detections.filter(({ box }) => {
    const [x, y] = center(box);
    return searched.some((r) => x > r.x && x < r.x + r.width && y > r.y && y < r.y + r.height);
  });
}
