import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type TemplateDescriptor, toTemplateDescriptor } from '../../../src/identity/descriptor.ts';
import { createExactIndex } from '../../../src/identity/index/exact.ts';
import { defaultMatchRules, fusedDistance } from '../../../src/identity/matching.ts';
import { lookAt, newPerson, type Random, seededRandom, visitOf } from '../synthetic-people.ts';

const { fusion } = defaultMatchRules;
const createIndex = () => createExactIndex({ dimensions: 128, fusion });

function templates(random: Random, count: number): Map<string, TemplateDescriptor> {
  const all = new Map<string, TemplateDescriptor>();
  while (all.size < count) {
    const person = newPerson(random, { appearance: random() < 0.7 });
    for (let k = 0; k < 3; k++) {
      all.set(`t${all.size}`, toTemplateDescriptor(lookAt(visitOf(person, random), random)));
    }
  }
  return all;
}

function byHand(all: ReadonlyMap<string, TemplateDescriptor>, query: TemplateDescriptor, within: number) {
  return [...all]
    .map(([id, template]) => ({ id, distance: fusedDistance(query, template, fusion) }))
    .filter(({ distance }) => distance <= within)
    .sort((a, b) => a.distance - b.distance);
}

describe('exact index', () => {
  it('finds what comparing by hand finds, while templates come, change and go', () => {
    const random = seededRandom(21);
    const index = createIndex();
    const all = templates(random, 900);
    for (const [id, template] of all) index.add(id, template);
    for (const id of [...all.keys()]) {
      if (random() < 0.4) {
        assert.equal(index.remove(id), true);
        all.delete(id);
      } else if (random() < 0.1) {
        const other = toTemplateDescriptor(newPerson(random));
        index.add(id, other);
        all.set(id, other);
      }
    }
    assert.equal(index.size, all.size);
    for (const query of [...all.values()].slice(0, 40)) {
      for (const within of [0.3, 0.55, 1.2]) {
        for (const limit of [1, 5, 64]) {
          const found = index.nearest(query, { limit, within });
          const expected = byHand(all, query, within).slice(0, limit);
          assert.deepEqual(
            found.map(({ distance }) => distance.toFixed(5)),
            expected.map(({ distance }) => distance.toFixed(5)),
          );
        }
      }
    }
  });

  it('finds nothing when empty, cleared, or out of reach', () => {
    const random = seededRandom(22);
    const index = createIndex();
    const template = toTemplateDescriptor(newPerson(random));
    assert.deepEqual(index.nearest(template, { limit: 3, within: 2 }), []);
    index.add('t', template);
    assert.equal(index.nearest(template, { limit: 3, within: 0.1 }).length, 1);
    assert.deepEqual(index.nearest(template, { limit: 3, within: -1 }), []);
    index.clear();
    assert.equal(index.size, 0);
    assert.deepEqual(index.nearest(template, { limit: 3, within: 2 }), []);
  });

  it('keeps its own copy of the face', () => {
    const index = createIndex();
    const face = new Float32Array(128).fill(0.1);
    index.add('t', { face, appearance: undefined });
    face.fill(9);
    const query = { face: new Float32Array(128).fill(0.1), appearance: undefined };
    assert.equal(index.nearest(query, { limit: 1, within: 0.01 }).length, 1);
  });

  it('refuses a template of another length, and does not know what was never added', () => {
    const index = createIndex();
    assert.throws(() => index.add('t', { face: new Float32Array(64), appearance: undefined }), RangeError);
    assert.equal(index.remove('t'), false);
  });
});
