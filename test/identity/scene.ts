import { silentLogger } from '../../src/core/logger.ts';
import type { TrackUpdate } from '../../src/core/track.ts';
import { createGallery, type Gallery, type Resolution } from '../../src/identity/gallery.ts';
import { createExactIndex } from '../../src/identity/index/exact.ts';
import { defaultIdentityRules } from '../../src/identity/rules.ts';
import { createVault } from '../../src/identity/vault.ts';
import type { GalleryStore } from '../../src/storage/store.ts';
import {
  look,
  lookAt,
  type Person,
  type Random,
  START,
  seededBytes,
  seededRandom,
  update,
} from './synthetic-people.ts';

/** A gallery, and people who stand before its cameras frame by frame. */

const KEY = Buffer.alloc(32, 7);
export const FRAME_MS = 100;
export const HOUR = 3_600_000;

const index = () => createExactIndex({ dimensions: 128, fusion: defaultIdentityRules.matching.fusion });

export class FakeClock {
  time = START;
  now(): number {
    return this.time;
  }
  monotonic(): number {
    return this.time;
  }
}

export interface Scene {
  readonly gallery: Gallery;
  readonly random: Random;
  readonly clock: FakeClock;
}

export async function loyalty(
  store: GalleryStore,
  options: { readonly seed?: number; readonly key?: Buffer; readonly model?: string } = {},
): Promise<Scene> {
  const random = seededRandom(options.seed ?? 1);
  const clock = new FakeClock();
  const gallery = createGallery({
    keeping: { mode: 'loyalty', store, vault: createVault({ key: options.key ?? KEY }) },
    site: 'shop',
    index: index(),
    model: options.model ?? 'test-1',
    clock,
    logger: silentLogger,
    random: seededBytes(random),
  });
  await gallery.start();
  return { gallery, random, clock };
}

export async function session(): Promise<Scene> {
  const random = seededRandom(3);
  const clock = new FakeClock();
  const gallery = createGallery({
    keeping: { mode: 'session' },
    site: 'shop',
    index: index(),
    model: 'test-1',
    clock,
    logger: silentLogger,
    random: seededBytes(random),
  });
  await gallery.start();
  return { gallery, random, clock };
}

export interface Appearance {
  readonly track: string;
  readonly person: Person;
  readonly from?: number;
  readonly frames?: number;
  readonly camera?: string;
  readonly extra?: Partial<TrackUpdate>;
  /** Frames between looks. */
  readonly lookEvery?: number;
  /** Stay: no update that ends the track. */
  readonly stays?: boolean;
}

/** Lets people stand before the cameras, all in step; gives each track's resolutions. */
export async function show(scene: Scene, people: readonly Appearance[]): Promise<Map<string, Resolution[]>> {
  const told = new Map<string, Resolution[]>(people.map((p) => [p.track, []]));
  const last = Math.max(...people.map((p) => (p.from ?? START) + (p.frames ?? 20) * FRAME_MS));
  const first = Math.min(...people.map((p) => p.from ?? START));
  for (let at = first; at <= last; at += FRAME_MS) {
    scene.clock.time = Math.max(scene.clock.time, at);
    for (const p of people) {
      const next = updateAt(scene, p, at);
      if (next) told.get(p.track)?.push(await scene.gallery.observe(next));
    }
  }
  return told;
}

function updateAt(scene: Scene, p: Appearance, at: number): TrackUpdate | undefined {
  const { track, person, from = START, frames = 20, camera = 'door', lookEvery = 2 } = p;
  const index = Math.round((at - from) / FRAME_MS);
  if (index < 0 || index > frames || (index === frames && p.stays)) return undefined;
  const isLook = index < frames && index % lookEvery === 0;
  const looks = isLook ? [look(lookAt(person, scene.random), { capturedAt: at })] : [];
  const state = index === frames ? 'ended' : 'live';
  return update({ track, camera, capturedAt: at, startedAt: from, state, looks, ...p.extra });
}

export function finalId(told: Map<string, Resolution[]>, track: string): string | undefined {
  return told.get(track)?.at(-1)?.faceId;
}
