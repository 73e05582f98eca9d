import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cosineDistance, normalize } from '../../src/core/vector.ts';
import {
  decodeDescriptor,
  encodeDescriptor,
  meanDescriptor,
  quantize,
  quantizedCosineDistance,
  toTemplateDescriptor,
  wipeDescriptor,
} from '../../src/identity/descriptor.ts';
import { add, lookAt, newPerson, randomVector, seededRandom } from './synthetic-people.ts';

describe('descriptor', () => {
  it('keeps the cosine distance of one-byte vectors within 0.003', () => {
    const random = seededRandom(31);
    for (let i = 0; i < 200; i++) {
      const a = randomVector(random, 1, 1024);
      const b = normalize(add(a, randomVector(random, random() * 2, 1024)));
      const error = quantizedCosineDistance(quantize(a), quantize(b)) - cosineDistance(a, b);
      assert.ok(Math.abs(error) < 0.003, `${error}`);
    }
  });

  it('calls a vector of zeros, or of another length, neither near nor far', () => {
    const zeros = quantize(new Float32Array(8));
    const ones = quantize(new Float32Array(8).fill(1));
    assert.equal(quantizedCosineDistance(zeros, ones), 1);
    assert.equal(quantizedCosineDistance(ones, quantize(new Float32Array(4).fill(1))), 1);
  });

  it('survives being written and read', () => {
    const descriptor = toTemplateDescriptor(newPerson(seededRandom(32), { appearance: true }));
    const bytes = encodeDescriptor(descriptor);
    assert.equal(bytes.length, 4 + 128 * 4 + 1024);
    assert.deepEqual(decodeDescriptor(bytes), descriptor);
  });

  it('is not read from bytes of another layout', () => {
    const bytes = encodeDescriptor(toTemplateDescriptor(newPerson(seededRandom(33))));
    for (const wrong of [
      Buffer.alloc(0),
      Buffer.alloc(4),
      bytes.subarray(1),
      Buffer.concat([bytes, bytes]),
    ]) {
      assert.throws(() => decodeDescriptor(wrong), { code: 'STORE_UNREADABLE' });
    }
  });

  it('weighs looks by their quality, and gives up the appearance if a look has none', () => {
    const a = { face: Float32Array.of(0, 0), appearance: Float32Array.of(1, 0) };
    const b = { face: Float32Array.of(4, 8), appearance: Float32Array.of(0, 1) };
    const mean = meanDescriptor([a, b], [3, 1]);
    assert.deepEqual([...mean.face], [1, 2]);
    assert.deepEqual([...(mean.appearance?.values ?? [])], [127, 42]);
    assert.equal(meanDescriptor([a, { ...b, appearance: undefined }], [3, 1]).appearance, undefined);
  });

  it('leaves nothing when wiped', () => {
    const random = seededRandom(34);
    const look = lookAt(newPerson(random, { appearance: true }), random);
    const template = toTemplateDescriptor(look);
    wipeDescriptor(template);
    assert.ok(template.face.every((v) => v === 0));
    assert.ok(template.appearance?.values.every((v) => v === 0));
    assert.ok(
      look.face.some((v) => v !== 0),
      'a template is a copy',
    );
  });
});
