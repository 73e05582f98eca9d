import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { faceIdSchema } from '../../src/contract/primitives.ts';
import { deterministicId, newFaceId, newRandomId } from '../../src/core/ids.ts';

describe('ids', () => {
  it('of faces have the shape that the contract promises', () => {
    for (let i = 0; i < 200; i++) assert.equal(faceIdSchema.safeParse(newFaceId()).success, true);
  });

  it('use no letter that is read as a digit', () => {
    const ids = Array.from({ length: 500 }, () => newFaceId().slice(2) + newRandomId()).join('');
    assert.match(ids, /^[0-9a-hjkmnp-tv-z]+$/);
  });

  it('do not collide, and every character carries chance', () => {
    const ids = Array.from({ length: 20_000 }, () => newFaceId());
    assert.equal(new Set(ids).size, ids.length);
    for (let position = 2; position < 14; position++) {
      assert.equal(new Set(ids.map((id) => id[position])).size, 32);
    }
  });

  it('come from the source of chance and from nothing else', () => {
    const same = () => Uint8Array.from({ length: 16 }, (_, i) => i * 7);
    assert.equal(newFaceId(same), newFaceId(same));
    assert.equal(newFaceId(same), 'v-07enw3ahrz6d');
    assert.equal(newRandomId(same).length, 16);
  });

  it('that are derived are the same for the same parts and differ for others', () => {
    const part = fc.oneof(fc.string(), fc.integer());
    const parts = fc.array(part, { maxLength: 5 });
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        assert.match(deterministicId(...a), /^[0-9a-z]{20}$/);
        assert.equal(deterministicId(...a), deterministicId(...a));
        assert.equal(
          deterministicId(...a) === deterministicId(...b),
          JSON.stringify(a) === JSON.stringify(b),
        );
      }),
    );
  });

  it('that are derived do not run parts together, and tell a number from its text', () => {
    assert.notEqual(deterministicId('ab', 'c'), deterministicId('a', 'bc'));
    assert.notEqual(deterministicId('a,b'), deterministicId('a', 'b'));
    assert.notEqual(deterministicId(1), deterministicId('1'));
  });

  it('that are derived never change: stored rows depend on them', () => {
    assert.equal(deterministicId('shop', 'door', 7), 'gj48jcd6ddfjd7pdry2t');
  });
});
