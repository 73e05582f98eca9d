import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toTemplateDescriptor } from '../../src/identity/descriptor.ts';
import { createVault, type SealContext } from '../../src/identity/vault.ts';
import { newPerson, seededRandom } from './synthetic-people.ts';

const random = seededRandom(11);
const key = Buffer.alloc(32, 1);
const context: SealContext = { templateId: 't-1', faceId: 'v-aaaaaaaaaaaa', model: 'm-1' };
const descriptor = toTemplateDescriptor(newPerson(random, { appearance: true }));
const invalid = { code: 'KEY_INVALID' };

describe('vault', () => {
  it('opens what it has sealed, bit for bit', () => {
    const vault = createVault({ key });
    const opened = vault.openDescriptor(vault.sealDescriptor(descriptor, context), context);
    assert.deepEqual(opened, descriptor);
  });

  it('opens a template without appearance', () => {
    const vault = createVault({ key });
    const plain = { face: descriptor.face, appearance: undefined };
    assert.deepEqual(vault.openDescriptor(vault.sealDescriptor(plain, context), context), plain);
  });

  it('never seals twice alike, and shows nothing of the vector', () => {
    const vault = createVault({ key });
    const [a, b] = [vault.sealDescriptor(descriptor, context), vault.sealDescriptor(descriptor, context)];
    assert.notDeepEqual(a, b);
    const face = Buffer.from(descriptor.face.buffer).subarray(0, 16);
    assert.equal(Buffer.from(a).indexOf(face), -1);
    assert.equal(a.length, 1 + 8 + 12 + 4 + 512 + 1024 + 16);
  });

  it('refuses another key, and tells it before decrypting', () => {
    const sealed = createVault({ key }).sealDescriptor(descriptor, context);
    const other = createVault({ key: Buffer.alloc(32, 2) });
    assert.equal(other.isSealedWithThisKey(sealed), false);
    assert.throws(() => other.openDescriptor(sealed, context), invalid);
  });

  it('notices any changed byte, and a template cut short', () => {
    const vault = createVault({ key });
    const sealed = vault.sealDescriptor(descriptor, context);
    for (let i = 0; i < sealed.length; i++) {
      const bent = Uint8Array.from(sealed);
      bent[i] = (bent[i] ?? 0) ^ 0x40;
      assert.throws(() => vault.openDescriptor(bent, context), invalid, `byte ${i}`);
    }
    for (const length of [0, 1, 9, 21, 37, sealed.length - 1]) {
      assert.throws(() => vault.openDescriptor(sealed.subarray(0, length), context), invalid);
    }
  });

  it('does not open a template in the name of another visitor, template or model', () => {
    const vault = createVault({ key });
    const sealed = vault.sealDescriptor(descriptor, context);
    for (const other of [{ faceId: 'v-bbbbbbbbbbbb' }, { templateId: 't-2' }, { model: 'm-2' }]) {
      assert.throws(() => vault.openDescriptor(sealed, { ...context, ...other }), invalid);
    }
  });

  it('does not keep the key it was given, and does nothing once closed', () => {
    const mine = Buffer.from(key);
    const vault = createVault({ key: mine });
    const sealed = vault.sealDescriptor(descriptor, context);
    mine.fill(0);
    assert.deepEqual(vault.openDescriptor(sealed, context), descriptor);
    vault.close();
    assert.throws(() => vault.openDescriptor(sealed, context), invalid);
    assert.throws(() => vault.sealDescriptor(descriptor, context), { code: 'INTERNAL' });
  });

  it('refuses a key of another length', () => {
    assert.throws(() => createVault({ key: Buffer.alloc(16) }), invalid);
  });
});
