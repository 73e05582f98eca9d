import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Resolution } from '../../src/identity/gallery.ts';
import { defaultIdentityRules } from '../../src/identity/rules.ts';
import { FRAME_MS, finalId, HOUR, loyalty, session, show } from './scene.ts';
import {
  look,
  lookAt,
  MemoryGalleryStore,
  newPerson,
  type Person,
  START,
  seededRandom,
  siblingOf,
  update,
  visitOf,
} from './synthetic-people.ts';

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

  it('recognises nobody in looks that show nothing', async () => {
    const scene = await loyalty(new MemoryGalleryStore());
    const person = newPerson(scene.random);
    await show(scene, [{ track: 't1', person }]);
    for (const [i, poor] of [{ quality: 0.1 }, { width: 20 }].entries()) {
      const capturedAt = START + HOUR + i;
      const looks = [look(lookAt(person, scene.random), { capturedAt, ...poor })];
      const glimpse = await scene.gallery.observe(
        update({ track: `u${i}`, capturedAt, state: 'ended', looks }),
      );
      assert.equal(glimpse.faceId, undefined);
    }
  });

  it('grows sure of a visitor, and learns, when later looks are nearer', async () => {
    const store = new MemoryGalleryStore();
    const scene = await loyalty(store);
    const person = newPerson(scene.random);
    await show(scene, [{ track: 't1', person }]);
    const [known] = store.templates.values();
    const answers: Resolution[] = [];
    for (let i = 0; i < 14; i++) {
      const capturedAt = START + HOUR + i * 200;
      const off = siblingOf(person, seededRandom(5), i < 4 ? 0.38 : 0.2);
      const looks = [look(off, { capturedAt })];
      answers.push(await scene.gallery.observe(update({ track: 't2', capturedAt, looks })));
    }
    const [third, last] = [answers[3], answers.at(-1)];
    assert.equal(third?.faceId, known?.faceId);
    assert.ok((last?.confidence ?? 0) > (third?.confidence ?? 1));
    assert.ok([...store.templates.values()].some((t) => t.createdAt >= START + HOUR));
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
