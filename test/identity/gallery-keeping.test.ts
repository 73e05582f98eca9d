import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { finalId, HOUR, loyalty, show } from './scene.ts';
import { MemoryGalleryStore, newPerson, START, update, visitOf } from './synthetic-people.ts';

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
