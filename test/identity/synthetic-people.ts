import type { FaceDescriptor, Look, TrackUpdate } from '../../src/core/track.ts';
import type { GalleryChange, GalleryStore, TemplateRecord, VisitorRecord } from '../../src/storage/store.ts';

/** People made of numbers: a centre each, an offset per visit, noise per look, all in the space of the embedding. */

export type Random = () => number;

/** A small seeded generator (mulberry32), so that a failing case can be repeated. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export function seededBytes(random: Random): (size: number) => Uint8Array {
  return (size) => Uint8Array.from({ length: size }, () => Math.floor(random() * 256));
}

/** A vector of exactly this length in a random direction. */
export function randomVector(random: Random, length: number, dimensions = 128): Float32Array {
  const gauss = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const out = Float32Array.from({ length: dimensions }, gauss);
  const norm = Math.hypot(...out);
  return out.map((v) => (v / norm) * length);
}

export function add(a: Float32Array, b: Float32Array): Float32Array {
  return a.map((v, i) => v + (b[i] as number));
}

export interface Person {
  readonly face: Float32Array;
  readonly appearance: Float32Array | undefined;
}

/** Centres of length 0.7 in random directions lie about 1.0 apart, at 0.8 at the least in practice. */
export function newPerson(random: Random, options: { readonly appearance?: boolean } = {}): Person {
  const appearance = options.appearance ? randomVector(random, 1, 1024) : undefined;
  return { face: randomVector(random, 0.7), appearance };
}

/** Somebody exactly `distance` away. */
export function siblingOf(person: Person, random: Random, distance = 0.5): Person {
  return { face: add(person.face, randomVector(random, distance)), appearance: person.appearance };
}

/** How the person looks on this day: the light, the glasses. */
export function visitOf(person: Person, random: Random, offset = 0.15): Person {
  return {
    face: add(person.face, randomVector(random, offset)),
    appearance: person.appearance && add(person.appearance, randomVector(random, 0.4, 1024)),
  };
}

/** One look; with the visit's offset two looks of different days lie 0.35 ± 0.1 apart. */
export function lookAt(person: Person, random: Random): FaceDescriptor {
  const noise = 0.2 * (0.6 + 0.8 * random());
  return {
    face: add(person.face, randomVector(random, noise)),
    appearance: person.appearance && add(person.appearance, randomVector(random, 0.5, 1024)),
  };
}

export function look(descriptor: FaceDescriptor | undefined, options: Partial<LookOptions> = {}): Look {
  const { capturedAt = 0, quality = 0.8, width = 90, liveness = 1 } = options;
  return {
    capturedAt,
    quality: { overall: quality, size: width, pose: quality, sharpness: quality, light: quality },
    pose: { yaw: 0, pitch: 0, roll: 0 },
    liveness,
    descriptor,
  };
}

export interface LookOptions {
  readonly capturedAt: number;
  readonly quality: number;
  readonly width: number;
  readonly liveness: number;
}

export const START = Date.UTC(2026, 0, 5, 10);

export function update(options: Partial<TrackUpdate> & { readonly track: string }): TrackUpdate {
  const capturedAt = options.capturedAt ?? START;
  return {
    state: 'live',
    camera: 'door',
    startedAt: capturedAt,
    capturedAt,
    mediaTime: (capturedAt - START) / 1000,
    sequence: Math.round((capturedAt - START) / 100),
    box: { x: 100, y: 100, width: 90, height: 110 },
    confidence: 0.9,
    keypoints: [],
    attributes: { age: { mean: 35, low: 28, high: 42 }, gender: { label: 'female', probability: 0.95 } },
    looking: true,
    flat: false,
    looks: [],
    ...options,
  };
}

/** A gallery store that keeps everything in memory: all changes of a call or none, the same change twice is one. */
export class MemoryGalleryStore implements GalleryStore {
  readonly visitors = new Map<string, VisitorRecord>();
  readonly templates = new Map<string, TemplateRecord>();
  applied = 0;
  /** What happens to the next call: refused before, or lost after it was kept. */
  fault: 'refuse' | 'lose-answer' | undefined;

  async load(): Promise<{ visitors: readonly VisitorRecord[]; templates: readonly TemplateRecord[] }> {
    return { visitors: [...this.visitors.values()], templates: [...this.templates.values()] };
  }

  async apply(changes: readonly GalleryChange[]): Promise<void> {
    const fault = this.fault;
    this.fault = undefined;
    if (fault === 'refuse') throw new Error('the disk is full');
    this.applied++;
    for (const change of changes) {
      if (change.kind === 'visitor') this.visitors.set(change.visitor.faceId, change.visitor);
      if (change.kind === 'template') this.templates.set(change.template.id, change.template);
      if (change.kind === 'template-removed') this.templates.delete(change.id);
    }
    if (fault === 'lose-answer') throw new Error('the connection broke');
  }
}
