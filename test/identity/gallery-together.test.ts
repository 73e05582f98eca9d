import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { finalId, HOUR, loyalty, show } from './scene.ts';
import { MemoryGalleryStore, newPerson, START, siblingOf } from './synthetic-people.ts';

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

  it('leaves the id to the track that has it when a twin is told of first', async () => {
    const scene = await loyalty(new MemoryGalleryStore());
    const person = newPerson(scene.random);
    const alone = await show(scene, [{ track: 't1', person, stays: true }]);
    const id = finalId(alone, 't1');
    const from = START + 2000;
    const told = await show(scene, [
      { track: 't2', person, from, frames: 30 },
      { track: 't1', person, from, frames: 30 },
    ]);
    assert.ok(told.get('t1')?.every((r) => r.faceId === id && !r.contradiction));
    assert.ok(told.get('t2')?.every((r) => r.faceId !== id));
  });

  it('takes back what a visitor learnt from a track that was somebody else', async () => {
    const store = new MemoryGalleryStore();
    const scene = await loyalty(store);
    const known = newPerson(scene.random);
    const id = finalId(await show(scene, [{ track: 't0', person: known }]), 't0');
    const from = START + HOUR;
    const lookalike = siblingOf(known, scene.random, 0.3);
    const learntFromLookalike = () =>
      [...store.templates.values()].filter((t) => t.faceId === id && t.createdAt >= from).length;
    await show(scene, [{ track: 't1', person: lookalike, from, stays: true }]);
    assert.ok(learntFromLookalike() > 0);
    const told = await show(scene, [
      { track: 't1', person: lookalike, from: from + 2000, stays: true },
      { track: 't2', person: known, from: from + 2000, stays: true },
    ]);
    assert.equal(finalId(told, 't2'), id);
    const origins = [...store.templates.values()].filter((t) => t.faceId === id && t.createdAt < from + 2000);
    assert.ok(origins.every((t) => t.createdAt < from));
  });

  it('makes nobody new while it waits for the other of two swapped tracks', async () => {
    const scene = await loyalty(new MemoryGalleryStore());
    const [ann, bob] = [newPerson(scene.random), newPerson(scene.random)];
    const before = await show(scene, [
      { track: 't1', person: ann, stays: true },
      { track: 't2', person: bob, stays: true },
    ]);
    const from = START + 2000;
    const after = await show(scene, [
      { track: 't1', person: bob, from, frames: 40 },
      { track: 't2', person: ann, from, frames: 40, lookEvery: 6 },
    ]);
    assert.equal(finalId(after, 't1'), finalId(before, 't2'));
    assert.equal(finalId(after, 't2'), finalId(before, 't1'));
    assert.equal(scene.gallery.stats().visitors, 2);
  });
});
