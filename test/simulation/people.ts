import type { Random } from './random.ts';

/**
 * People who walk, queue, come close and look round in front of a camera. World in metres: x to the right of the
 * camera's axis, z away from it; heights above the floor.
 */
export type Habit = 'passer' | 'queuer' | 'approacher' | 'browser';

export interface Person {
  readonly id: number;
  readonly habit: Habit;
  /** Height of the face's centre. */
  readonly height: number;
  /** What is particular to this face: offsets of the six key points, in face sizes. */
  readonly traits: readonly number[];
  x: number;
  z: number;
  vx: number;
  vz: number;
  /** Degrees from facing the camera; beyond about 70 no detector finds the face. */
  yaw: number;
  /** Seconds left of a look to the side; 0: none. */
  turned: number;
  /** Vertical bob of the walk, and sway of standing. */
  phase: number;
  /** Seconds to stand; for a passer, whether he stands. */
  wait: number;
  /** Speed a passer wants along x, m/s. */
  pace: number;
  goal: { x: number; z: number } | undefined;
  leaving: boolean;
  gone: boolean;
  enteredAt: number;
}

/** Metres between two bodies. */
const PERSONAL_SPACE = 0.55;

const TURNS_PER_SECOND: Readonly<Record<Habit, number>> = {
  passer: 0.12,
  queuer: 0.25,
  approacher: 0.1,
  browser: 0.3,
};

export function createPerson(id: number, habit: Habit, enteredAt: number, random: Random): Person {
  const side = random.chance(0.5) ? 1 : -1;
  const z = habit === 'approacher' ? random.between(4.5, 6) : random.between(1.4, 4.5);
  const pace = random.between(0.8, 1.6);
  const start = {
    passer: side * (z * 0.64 + 0.3),
    queuer: random.between(-1, 1) * z * 0.5,
    approacher: random.between(-1.2, 1.2),
    browser: side * (z * 0.64 + 0.2),
  }[habit];
  return {
    id,
    habit,
    height: random.between(1.5, 1.82),
    traits: Array.from({ length: 12 }, () => random.normal(0.02)),
    x: start,
    z,
    vx: habit === 'passer' ? -side * pace : 0,
    vz: habit === 'approacher' ? -pace : 0,
    yaw: random.normal(15),
    turned: 0,
    phase: random.between(0, 6),
    wait: { passer: 0, queuer: random.between(2, 8), approacher: random.between(3, 6), browser: 0 }[habit],
    pace: -side * pace,
    goal: undefined,
    leaving: false,
    gone: false,
    enteredAt,
  };
}

/** Lets `dt` seconds (small) pass for one person. */
export function walk(person: Person, dt: number, random: Random): void {
  look(person, dt, random);
  person.phase += dt;
  if (person.habit === 'passer') pass(person, dt, random);
  else if (person.habit === 'queuer') queue(person, dt, random);
  else if (person.habit === 'approacher') approach(person, dt, random);
  else browse(person, dt, random);
  person.x += person.vx * dt;
  person.z = Math.max(0.55, person.z + person.vz * dt);
  if (Math.abs(person.x) > person.z * 0.64 + 0.6 || person.z > 7)
    person.gone = person.leaving || person.habit === 'passer';
}

function look(person: Person, dt: number, random: Random): void {
  if (person.turned > 0) person.turned = Math.max(0, person.turned - dt);
  else if (random.chance(TURNS_PER_SECOND[person.habit] * dt)) person.turned = random.between(0.2, 1.2);
  const target = person.turned > 0 ? 90 : 0;
  const pull = person.turned > 0 ? 12 : 4;
  person.yaw +=
    pull * dt * (Math.sign(person.yaw || 1) * target - person.yaw) + random.normal(35 * Math.sqrt(dt));
}

function pass(person: Person, dt: number, random: Random): void {
  if (random.chance(0.03 * dt)) person.pace = -person.pace;
  if (person.wait > 0 && random.chance(0.7 * dt)) person.wait = 0;
  else if (random.chance(0.06 * dt)) person.wait = 1;
  const wanted = person.wait > 0 ? 0 : person.pace;
  person.vx += 4 * dt * (wanted - person.vx) + random.normal(0.3 * Math.sqrt(dt));
  person.vz += -2 * dt * person.vz + random.normal(0.25 * Math.sqrt(dt));
  person.leaving = true;
}

function queue(person: Person, dt: number, random: Random): void {
  if (person.goal !== undefined) {
    stroll(person, person.goal, dt);
    return;
  }
  sway(person, dt, random);
  person.wait -= dt;
  if (person.wait < 0) {
    person.goal = {
      x: person.x + random.between(-0.3, 0.3),
      z: Math.max(0.8, person.z - random.between(0.1, 0.5)),
    };
    person.wait = random.between(3, 8);
  }
}

function approach(person: Person, dt: number, random: Random): void {
  if (person.leaving) {
    person.vx += 4 * dt * (person.pace - person.vx);
    return;
  }
  if (person.z > 0.85) {
    person.vx += random.normal(0.2 * Math.sqrt(dt)) - 0.8 * dt * (person.vx + person.x * 0.3);
    return;
  }
  person.vz *= 1 - 8 * dt;
  sway(person, dt, random);
  person.wait -= dt;
  if (person.wait < 0) {
    person.leaving = true;
  }
}

function browse(person: Person, dt: number, random: Random): void {
  if (person.goal === undefined) {
    sway(person, dt, random);
    person.wait -= dt;
    if (person.wait > 0) return;
    const z = random.between(1.2, 4.5);
    person.leaving = random.chance(0.15);
    person.goal = {
      x: person.leaving ? 2 * z * (random.chance(0.5) ? 1 : -1) : random.between(-0.55, 0.55) * z,
      z,
    };
    return;
  }
  stroll(person, person.goal, dt);
  if (person.goal === undefined) person.wait = random.between(1, 5);
}

/** Walks towards a goal, slower near it, and forgets it on arrival. */
function stroll(person: Person, goal: { x: number; z: number }, dt: number): void {
  const dx = goal.x - person.x;
  const dz = goal.z - person.z;
  const away = Math.hypot(dx, dz);
  if (away < 0.08) {
    person.goal = undefined;
    return;
  }
  const speed = Math.min(1.1, 0.15 + 2 * away);
  const pull = 4 * dt;
  person.vx += pull * ((dx / away) * speed - person.vx);
  person.vz += pull * ((dz / away) * speed - person.vz);
}

/** Nobody walks through anybody: people closer than an arm's length give way. */
export function giveWay(people: readonly Person[], dt: number): void {
  for (const person of people) {
    for (const other of people) {
      const dx = person.x - other.x;
      const dz = person.z - other.z;
      const apart = Math.hypot(dx, dz);
      if (person === other || apart > PERSONAL_SPACE || apart === 0) continue;
      const push = (12 * (PERSONAL_SPACE - apart) * dt) / apart;
      person.vx += push * dx;
      person.vz += push * dz;
    }
  }
}

/** Standing people are never quite still. */
function sway(person: Person, dt: number, random: Random): void {
  person.vx += -2.5 * dt * person.vx + random.normal(0.09 * Math.sqrt(dt));
  person.vz += -2.5 * dt * person.vz + random.normal(0.06 * Math.sqrt(dt));
}

export function speedOf(person: Person): number {
  return Math.hypot(person.vx, person.vz);
}
