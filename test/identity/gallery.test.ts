import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { silentLogger } from '../../src/core/logger.ts';
import type { TrackUpdate } from '../../src/core/track.ts';
import { createGallery, type Gallery, type Resolution } from '../../src/identity/gallery.ts';
import { defaultIdentityRules } from '../../src/identity/rules.ts';
import { createVault } from '../../src/identity/vault.ts';
import type { GalleryStore } from '../../src/storage/store.ts';
import {
  look,
  lookAt,
  MemoryGalleryStore,
  newPerson,
  type Person,
  type Random,
  START,
  seededBytes,
  seededRandom,
  siblingOf,
  update,
  visitOf,
} from './synthetic-people.ts';

const KEY = Buffer.alloc(32, 7);
const FRAME_MS = 100;
const HOUR = 3_600_000;

class FakeClock {
  time = START;
  now(): number {
    return this.time;
  }
  monotonic(): number {
    return this.time;
  }
}

interface Scene {
  readonly gallery: Gallery;
  readonly random: Random;
  readonly clock: FakeClock;
}

async function loyalty(
  store: GalleryStore,
  options: { readonly seed?: number; readonly key?: Buffer; readonly model?: string } = {},
): Promise<Scene> {
  const random = seededRandom(options.seed ?? 1);
  const clock = new FakeClock();
  const gallery = createGallery({
    keeping: { mode: 'loyalty', store, vault: createVault({ key: options.key ?? KEY }) },
    site: 'shop',
    model: options.model ?? 'test-1',
    clock,
    logger: silentLogger,
    random: seededBytes(random),
  });
  await gallery.start();
  return { gallery, random, clock };
}

async function session(): Promise<Scene> {
  const random = seededRandom(3);
  const clock = new FakeClock();
  const gallery = createGallery({
    keeping: { mode: 'session' },
    site: 'shop',
    model: 'test-1',
    clock,
    logger: silentLogger,
    random: seededBytes(random),
  });
  await gallery.start();
  return { gallery, random, clock };
}

interface Appearance {
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
async function show(scene: Scene, people: readonly Appearance[]): Promise<Map<string, Resolution[]>> {
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

function finalId(told: Map<string, Resolution[]>, track: string): string | undefined {
  return told.get(track)?.at(-1)?.faceId;
}

describe('gallery, birth', () => {
  it('gives no id before three good looks over half a second', async () => {
    const scene = await loyalty(new MemoryGalleryStore());
    const told = await show(scene, [{ track: 't1', person: newPerson(scene.random) }]);
    const ids = (told.get('t1') ?? []).map((r) => r.faceId);
    const born = ids.findIndex((id) => id !== undefined);
    assert.equal(born, 6, 'looks at 0, 200, 400 and 600 ms: the fourth is the first after half a second');
    assert.ok(ids.slice(born).every((id) => id === ids[born]));
    assert.match(ids[born] ?? '', /^v-[0-9a-z]{12}$/);
  });

  it('never makes a visitor of a poster', async () => {
    const store = new MemoryGalleryStore();
    const scene = await loyalty(store);
    const told = await show(scene, [
      { track: 't1', person: newPerson(scene.random), frames: 60, extra: { flat: true } },
    ]);
    assert.equal(finalId(told, 't1'), undefined);
    assert.equal(store.applied, 0);
  });

  it('never makes a visitor of faces that are too small or too bad', async () => {
    const scene = await loyalty(new MemoryGalleryStore());
    const person = newPerson(scene.random);
    for (const [track, poor] of [
      ['small', { width: 39 }],
      ['bad', { quality: 0.3 }],
    ] as const) {
      for (let i = 0; i < 30; i++) {
        const capturedAt = START + i * FRAME_MS;
        const looks = [look(lookAt(person, scene.random), { capturedAt, ...poor })];
        const { faceId } = await scene.gallery.observe(update({ track, capturedAt, looks }));
        assert.equal(faceId, undefined);
      }
    }
  });

  it('stores the visitor with a template before the id is given out', async () => {
    const store = new MemoryGalleryStore();
    const scene = await loyalty(store);
    const told = await show(scene, [
      { track: 't1', person: newPerson(scene.random), frames: 7, stays: true },
    ]);
    const id = finalId(told, 't1') ?? '';
    assert.equal(store.applied, 1, 'one atomic call');
    assert.equal(store.visitors.get(id)?.faceId, id);
    assert.deepEqual(
      [...store.templates.values()].map((t) => t.faceId),
      [id],
    );
  });

  it('keeps no template of someone who is wholly under 18, and counts them in session mode', async () => {
    const attributes = {
      age: { mean: 9, low: 5, high: 14 },
      gender: { label: 'unknown', probability: 0.5 },
    } as const;
    const store = new MemoryGalleryStore();
    const lasting = await loyalty(store);
    const child = newPerson(lasting.random);
    const kept = await show(lasting, [{ track: 't1', person: child, extra: { attributes } }]);
    assert.equal(finalId(kept, 't1'), undefined);
    assert.equal(store.visitors.size + store.templates.size, 0);
    const told = await show(await session(), [{ track: 't1', person: child, extra: { attributes } }]);
    assert.notEqual(finalId(told, 't1'), undefined);
  });

  it('removes the templates of a visitor who turns out to be a minor', async () => {
    const store = new MemoryGalleryStore();
    const scene = await loyalty(store);
    const person = newPerson(scene.random);
    const minor = {
      age: { mean: 12, low: 9, high: 15 },
      gender: { label: 'male', probability: 0.9 },
    } as const;
    const born = await show(scene, [{ track: 't1', person, frames: 8, stays: true }]);
    await scene.gallery.observe(update({ track: 't1', capturedAt: START + 900, attributes: minor }));
    assert.notEqual(finalId(born, 't1'), undefined);
    assert.equal(store.templates.size, 0);
    assert.equal(scene.gallery.stats().templates, 0);
  });
});

describe('gallery, recognition', () => {
  it('recognises a returning visitor from one or two good looks', async () => {
    const scene = await loyalty(new MemoryGalleryStore());
    const person = newPerson(scene.random, { appearance: true });
    const first = await show(scene, [{ track: 't1', person: visitOf(person, scene.random) }]);
    const later = START + HOUR;
    const second = await show(scene, [{ track: 't2', person: visitOf(person, scene.random), from: later }]);
    const answers = second.get('t2') ?? [];
    assert.equal(answers[2]?.faceId, finalId(first, 't1'), 'after the second look');
    assert.equal(answers.at(-1)?.returning, true);
    assert.equal(first.get('t1')?.at(-1)?.returning, false);
    assert.ok((answers.at(-1)?.confidence ?? 0) > 0.5);
  });

  it('does not call somebody returning who comes back within the same visit', async () => {
    const scene = await loyalty(new MemoryGalleryStore());
    const person = newPerson(scene.random);
    const first = await show(scene, [{ track: 't1', person }]);
    const second = await show(scene, [{ track: 't2', person, from: START + 10_000 }]);
    assert.equal(finalId(second, 't2'), finalId(first, 't1'));
    assert.equal(second.get('t2')?.at(-1)?.returning, false);
  });

  it('tells siblings apart', async () => {
    const scene = await loyalty(new MemoryGalleryStore());
    const elder = newPerson(scene.random);
    const younger = siblingOf(elder, scene.random, 0.55);
    const first = await show(scene, [{ track: 't1', person: elder }]);
    const second = await show(scene, [{ track: 't2', person: younger, from: START + HOUR }]);
    const third = await show(scene, [{ track: 't3', person: elder, from: START + 2 * HOUR }]);
    assert.notEqual(finalId(second, 't2'), undefined);
    assert.notEqual(finalId(first, 't1'), finalId(second, 't2'));
    assert.equal(finalId(first, 't1'), finalId(third, 't3'));
  });

  it('matches a short track at its end only if certain, and never makes a visitor of it', async () => {
    const store = new MemoryGalleryStore();
    const scene = await loyalty(store);
    const person = newPerson(scene.random);
    const known = await show(scene, [{ track: 't1', person }]);
    const looks = (of: Person, capturedAt: number) => [
      look(lookAt(of, scene.random), { capturedAt, quality: 0.3 }),
    ];
    const at = START + HOUR;
    const glimpse = await scene.gallery.observe(
      update({ track: 't2', capturedAt: at, state: 'ended', looks: looks(person, at) }),
    );
    assert.equal(glimpse.faceId, finalId(known, 't1'));
    const stranger = newPerson(scene.random);
    const other = await scene.gallery.observe(
      update({ track: 't3', capturedAt: at + 1, state: 'ended', looks: looks(stranger, at + 1) }),
    );
    assert.equal(other.faceId, undefined);
    assert.equal(store.visitors.size, 1);
  });

  it('keeps a bounded number of templates however often a visitor comes', async () => {
    const store = new MemoryGalleryStore();
    const scene = await loyalty(store);
    const person = newPerson(scene.random);
    for (let visit = 0; visit < 30; visit++) {
      const from = START + visit * HOUR;
      await show(scene, [{ track: `t${visit}`, person: visitOf(person, scene.random), from }]);
    }
    assert.equal(store.visitors.size, 1);
    assert.ok(store.templates.size > 2, `${store.templates.size} templates`);
    assert.ok(store.templates.size <= defaultIdentityRules.templates.max);
    assert.equal(scene.gallery.stats().templates, store.templates.size);
  });

  it('ignores looks that are not numbers', async () => {
    const scene = await loyalty(new MemoryGalleryStore());
    const broken = { face: new Float32Array(128).fill(Number.NaN), appearance: undefined };
    for (let i = 0; i < 20; i++) {
      const capturedAt = START + i * FRAME_MS;
      const { faceId } = await scene.gallery.observe(
        update({ track: 't1', capturedAt, looks: [look(broken, { capturedAt })] }),
      );
      assert.equal(faceId, undefined);
    }
  });
});

describe('gallery, several faces at once', () => {
  it('never gives one id to two tracks of one camera that are there together', async () => {
    const scene = await loyalty(new MemoryGalleryStore());
    const person = newPerson(scene.random);
    const known = await show(scene, [{ track: 't0', person }]);
    const from = START + HOUR;
    const told = await show(scene, [
      { track: 't1', person, from, frames: 40 },
      { track: 't2', person, from: from + 300, frames: 40 },
    ]);
    const [a, b] = [told.get('t1') ?? [], told.get('t2') ?? []];
    assert.equal(a.at(-1)?.faceId, finalId(known, 't0'));
    assert.notEqual(b.at(-1)?.faceId, a.at(-1)?.faceId);
  });

  it('lets the same visitor be seen by two cameras at once', async () => {
    const scene = await loyalty(new MemoryGalleryStore());
    const person = newPerson(scene.random);
    const told = await show(scene, [
      { track: 't1', person, frames: 40 },
      { track: 't2', person, frames: 30, from: START + 1000, camera: 'till' },
    ]);
    assert.equal(finalId(told, 't2'), finalId(told, 't1'));
  });

  it('follows a visitor whose track broke, although the old track has not ended yet', async () => {
    const scene = await loyalty(new MemoryGalleryStore());
    const person = newPerson(scene.random);
    const before = await show(scene, [{ track: 't1', person, stays: true }]);
    const after = await show(scene, [{ track: 't2', person, from: START + 2400 }]);
    assert.equal(finalId(after, 't2'), finalId(before, 't1'));
  });

  it('takes the id from the track that fits worse', async () => {
    const scene = await loyalty(new MemoryGalleryStore());
    const known = newPerson(scene.random);
    const first = await show(scene, [{ track: 't0', person: known }]);
    const id = finalId(first, 't0');
    const lookalike = siblingOf(known, scene.random, 0.3);
    const from = START + HOUR;
    const told = await show(scene, [
      { track: 't1', person: lookalike, from, frames: 60 },
      { track: 't2', person: known, from: from + 2000, frames: 40 },
    ]);
    assert.equal(told.get('t1')?.[10]?.faceId, id, 'alone, the look-alike was taken for the visitor');
    assert.equal(finalId(told, 't2'), id);
    assert.notEqual(finalId(told, 't1'), id);
    assert.equal(told.get('t1')?.filter((r) => r.contradiction).length, 1);
  });

  it('notices when a track goes on with another person', async () => {
    const scene = await loyalty(new MemoryGalleryStore());
    const [ann, bob] = [newPerson(scene.random), newPerson(scene.random)];
    const first = await show(scene, [{ track: 't1', person: ann, stays: true }]);
    const second = await show(scene, [{ track: 't1', person: bob, from: START + 2000 }]);
    const answers = second.get('t1') ?? [];
    const split = answers.findIndex((r) => r.contradiction);
    assert.ok(split >= 0 && split <= 6, 'by the third look');
    assert.equal(answers.filter((r) => r.contradiction).length, 1);
    assert.notEqual(answers.at(-1)?.faceId, undefined);
    assert.notEqual(answers.at(-1)?.faceId, finalId(first, 't1'));
  });

  it('gives two people their own ids back after their tracks swapped', async () => {
    const scene = await loyalty(new MemoryGalleryStore());
    const [ann, bob] = [newPerson(scene.random), newPerson(scene.random)];
    const before = await show(scene, [
      { track: 't1', person: ann, stays: true },
      { track: 't2', person: bob, stays: true },
    ]);
    const after = await show(scene, [
      { track: 't1', person: bob, from: START + 2000, frames: 30 },
      { track: 't2', person: ann, from: START + 2000, frames: 30 },
    ]);
    assert.equal(finalId(after, 't1'), finalId(before, 't2'));
    assert.equal(finalId(after, 't2'), finalId(before, 't1'));
    assert.equal(scene.gallery.stats().visitors, 2);
  });
});

describe('gallery, keeping', () => {
  it('gives the same ids after a restart', async () => {
    const store = new MemoryGalleryStore();
    const first = await loyalty(store);
    const people = Array.from({ length: 8 }, () => newPerson(first.random));
    const ids: (string | undefined)[] = [];
    for (const [i, person] of people.entries()) {
      ids.push(finalId(await show(first, [{ track: `t${i}`, person, from: START + i * 5000 }]), `t${i}`));
    }
    // No stop: the process was killed.
    const second = await loyalty(store, { seed: 99 });
    for (const [i, person] of people.entries()) {
      const from = START + HOUR + i * 5000;
      const told = await show(second, [{ track: `u${i}`, person: visitOf(person, second.random), from }]);
      assert.equal(finalId(told, `u${i}`), ids[i]);
    }
    assert.equal(new Set(ids).size, people.length);
  });

  it('gives one id to a person whose birth was stored but not answered', async () => {
    const store = new MemoryGalleryStore();
    const first = await loyalty(store);
    const person = newPerson(first.random);
    store.fault = 'lose-answer';
    await assert.rejects(show(first, [{ track: 't1', person }]), /connection broke/);
    const [stored] = store.visitors.keys();
    const second = await loyalty(store, { seed: 5 });
    const told = await show(second, [{ track: 'u1', person, from: START + 60_000 }]);
    assert.equal(finalId(told, 'u1'), stored);
    const again = await show(first, [{ track: 't2', person, from: START + 60_000 }]);
    assert.equal(finalId(again, 't2'), stored, 'the process that goes on keeps to the same id');
    assert.equal(store.visitors.size, 1);
  });

  it('gives no id that could not be stored', async () => {
    const store = new MemoryGalleryStore();
    const scene = await loyalty(store);
    store.fault = 'refuse';
    await assert.rejects(show(scene, [{ track: 't1', person: newPerson(scene.random) }]), /disk is full/);
    assert.equal(scene.gallery.stats().visitors, 0);
  });

  it('refuses to start with the wrong key, before anything is written', async () => {
    const store = new MemoryGalleryStore();
    const scene = await loyalty(store);
    await show(scene, [{ track: 't1', person: newPerson(scene.random) }]);
    const { applied } = store;
    await assert.rejects(loyalty(store, { key: Buffer.alloc(32, 8) }), { code: 'KEY_INVALID' });
    assert.equal(store.applied, applied);
  });

  it('sets a template aside that was tampered with or moved to another visitor', async () => {
    const store = new MemoryGalleryStore();
    const scene = await loyalty(store);
    for (const i of [0, 1, 2]) {
      const from = START + i * 5000;
      await show(scene, [{ track: `t${i}`, person: newPerson(scene.random), from, frames: 7 }]);
    }
    const [a, b, c] = [...store.templates.values()];
    assert.ok(a && b && c);
    const bent = Uint8Array.from(a.sealed);
    bent[100] = (bent[100] ?? 0) ^ 1;
    store.templates.set(a.id, { ...a, sealed: bent });
    store.templates.set(b.id, { ...b, faceId: c.faceId });
    const restarted = await loyalty(store);
    assert.equal(restarted.gallery.stats().templates, store.templates.size - 2);
    assert.equal(restarted.gallery.stats().visitors, 3);
  });

  it('keeps templates of other models and does not compare them', async () => {
    const store = new MemoryGalleryStore();
    const scene = await loyalty(store);
    const person = newPerson(scene.random);
    const old = await show(scene, [{ track: 't1', person }]);
    const newer = await loyalty(store, { model: 'test-2' });
    const told = await show(newer, [{ track: 't2', person, from: START + HOUR }]);
    assert.notEqual(finalId(told, 't2'), finalId(old, 't1'));
    assert.equal(new Set([...store.templates.values()].map((t) => t.model)).size, 2);
  });

  it('does not load the visitors of another site', async () => {
    const store = new MemoryGalleryStore();
    const scene = await loyalty(store);
    await show(scene, [{ track: 't1', person: newPerson(scene.random) }]);
    for (const [id, visitor] of store.visitors) store.visitors.set(id, { ...visitor, site: 'elsewhere' });
    const other = await loyalty(store);
    assert.deepEqual(other.gallery.stats(), { visitors: 0, templates: 0, tracks: 0 });
  });

  it('writes the last sighting every ten seconds and at the end, not with every update', async () => {
    const store = new MemoryGalleryStore();
    const scene = await loyalty(store);
    const person = newPerson(scene.random);
    const told = await show(scene, [{ track: 't1', person, frames: 350, lookEvery: 1000, stays: true }]);
    assert.equal(finalId(told, 't1'), undefined);
    const born = await show(scene, [{ track: 't2', person, from: START + HOUR, frames: 8, stays: true }]);
    const id = finalId(born, 't2') ?? '';
    const atBirth = store.applied;
    for (let s = 1; s <= 30; s += 0.5) {
      await scene.gallery.observe(update({ track: 't2', capturedAt: START + HOUR + s * 1000 }));
    }
    assert.ok(store.applied - atBirth <= 3, `${store.applied - atBirth} writes`);
    await scene.gallery.observe(update({ track: 't2', capturedAt: START + HOUR + 31_000, state: 'ended' }));
    assert.equal(store.visitors.get(id)?.lastSeenAt, START + HOUR + 30_000);
  });
});

describe('gallery, forgetting', () => {
  it('forgets an erased visitor and makes no new one while the person is there', async () => {
    const store = new MemoryGalleryStore();
    const scene = await loyalty(store);
    const person = newPerson(scene.random);
    const before = await show(scene, [{ track: 't1', person, stays: true }]);
    assert.equal(await scene.gallery.forget(finalId(before, 't1') ?? ''), true);
    const { applied } = store;
    const after = await show(scene, [{ track: 't1', person, from: START + 2000, frames: 40 }]);
    assert.ok(after.get('t1')?.every((r) => r.faceId === undefined));
    assert.equal(store.applied, applied, 'nothing is written of an erased visitor');
    assert.deepEqual(scene.gallery.stats(), { visitors: 0, templates: 0, tracks: 0 });
    assert.equal(await scene.gallery.forget('v-000000000000'), false);
  });

  it('forgets visitors that retention has pruned', async () => {
    const scene = await loyalty(new MemoryGalleryStore());
    await show(scene, [{ track: 't1', person: newPerson(scene.random) }]);
    assert.equal(await scene.gallery.forgetUnseen(START), 0);
    assert.equal(await scene.gallery.forgetUnseen(START + HOUR), 1);
    assert.equal(scene.gallery.stats().visitors, 0);
  });

  it('forgets a visitor of a session three hours after the last sighting', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] });
    const scene = await session();
    const person = newPerson(scene.random);
    const first = await show(scene, [{ track: 't1', person }]);
    const soon = START + 2 * HOUR;
    const second = await show(scene, [{ track: 't2', person, from: soon }]);
    assert.equal(finalId(second, 't2'), finalId(first, 't1'), 'each sighting starts the three hours anew');
    scene.clock.time = soon + 3 * HOUR + 60_000;
    t.mock.timers.tick(30_000);
    await scene.gallery.forgetUnseen(0);
    assert.equal(scene.gallery.stats().visitors, 0);
    const third = await show(scene, [{ track: 't3', person, from: scene.clock.time }]);
    assert.notEqual(finalId(third, 't3'), finalId(first, 't1'));
    await scene.gallery.stop();
  });

  it('drops tracks that are never ended', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] });
    const scene = await session();
    for (let i = 0; i < 50; i++)
      await scene.gallery.observe(update({ track: `t${i}`, capturedAt: START + i }));
    assert.equal(scene.gallery.stats().tracks, 50);
    scene.clock.time += 60_000;
    t.mock.timers.tick(30_000);
    await scene.gallery.forgetUnseen(0);
    assert.equal(scene.gallery.stats().tracks, 0);
    await scene.gallery.stop();
  });

  it('holds nothing after it has stopped', async () => {
    const scene = await session();
    await show(scene, [{ track: 't1', person: newPerson(scene.random), stays: true }]);
    await scene.gallery.stop();
    assert.deepEqual(scene.gallery.stats(), { visitors: 0, templates: 0, tracks: 0 });
    await assert.rejects(scene.gallery.observe(update({ track: 't1' })), { code: 'INTERNAL' });
  });
});
