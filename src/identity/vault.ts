import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { VitrineError } from '../core/errors.ts';
import { decodeDescriptor, encodeDescriptor, type TemplateDescriptor } from './descriptor.ts';

/**
 * A sealed template:
 *
 *   offset  bytes
 *   0       1      version, 1
 *   1       8      key id: derived from the key, tells a wrong key from a damaged template, reveals nothing of either
 *   9       12     nonce, random for every seal
 *   21      n      AES-256-GCM ciphertext of `encodeDescriptor`
 *   21 + n  16     tag
 *
 * The header up to the nonce and the template's id, face id and model are authenticated with it, so a sealed
 * template cannot be moved to another visitor. Encryption key and key id come from the key by HKDF-SHA-256.
 */
const VERSION = 1;
const KEY_ID_BYTES = 8;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const NONCE_AT = 1 + KEY_ID_BYTES;
const BODY_AT = NONCE_AT + NONCE_BYTES;
const CIPHER = 'aes-256-gcm';

export const KEY_BYTES = 32;

/** What a sealed template is bound to. */
export interface SealContext {
  readonly templateId: string;
  readonly faceId: string;
  readonly model: string;
}

export interface Vault {
  sealDescriptor(descriptor: TemplateDescriptor, context: SealContext): Uint8Array;
  /** @throws VitrineError KEY_INVALID if it was sealed with another key, for another context, or was altered. */
  openDescriptor(sealed: Uint8Array, context: SealContext): TemplateDescriptor;
  /** Whether it was sealed with this key; says nothing of whether it is whole. */
  isSealedWithThisKey(sealed: Uint8Array): boolean;
  /** Overwrites the keys; the vault is of no use afterwards. */
  close(): void;
}

export interface VaultOptions {
  /** 32 bytes. Only read here: the caller may overwrite it afterwards. */
  readonly key: Uint8Array;
  readonly random?: (size: number) => Uint8Array;
}

/** @throws VitrineError KEY_INVALID if the key is not 32 bytes. */
export function createVault(options: VaultOptions): Vault {
  if (options.key.length !== KEY_BYTES) throw new VitrineError('KEY_INVALID', 'the key is not 32 bytes long');
  return new AesVault({
    encryptionKey: derive(options.key, 'vitrine template encryption', KEY_BYTES),
    keyId: derive(options.key, 'vitrine key id', KEY_ID_BYTES),
    random: options.random ?? randomBytes,
  });
}

interface VaultParts {
  readonly encryptionKey: Buffer;
  readonly keyId: Buffer;
  readonly random: (size: number) => Uint8Array;
}

class AesVault implements Vault {
  readonly #parts: VaultParts;
  #closed = false;

  constructor(parts: VaultParts) {
    this.#parts = parts;
  }

  sealDescriptor(descriptor: TemplateDescriptor, context: SealContext): Uint8Array {
    // The keys are zeros now: what they sealed would be open to everybody.
    if (this.#closed) throw new VitrineError('INTERNAL', 'the vault is closed');
    const { encryptionKey, keyId, random } = this.#parts;
    const header = Buffer.concat([Buffer.of(VERSION), keyId]);
    const nonce = random(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, encryptionKey, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(associatedData(header, context));
    const plain = encodeDescriptor(descriptor);
    try {
      return Buffer.concat([header, nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    } finally {
      plain.fill(0);
    }
  }

  openDescriptor(sealed: Uint8Array, context: SealContext): TemplateDescriptor {
    if (!this.isSealedWithThisKey(sealed)) {
      throw new VitrineError('KEY_INVALID', `the key does not open template ${context.templateId}`);
    }
    const plain = this.#decrypt(Buffer.from(sealed), context);
    try {
      return decodeDescriptor(plain);
    } finally {
      plain.fill(0);
    }
  }

  isSealedWithThisKey(sealed: Uint8Array): boolean {
    return (
      !this.#closed &&
      sealed.length > BODY_AT + TAG_BYTES &&
      sealed[0] === VERSION &&
      this.#parts.keyId.equals(sealed.subarray(1, NONCE_AT))
    );
  }

  close(): void {
    this.#closed = true;
    this.#parts.encryptionKey.fill(0);
    this.#parts.keyId.fill(0);
  }

  #decrypt(sealed: Buffer, context: SealContext): Buffer {
    const nonce = sealed.subarray(NONCE_AT, BODY_AT);
    const tagAt = sealed.length - TAG_BYTES;
    try {
      const decipher = createDecipheriv(CIPHER, this.#parts.encryptionKey, nonce, {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(associatedData(sealed.subarray(0, NONCE_AT), context));
      decipher.setAuthTag(sealed.subarray(tagAt));
      return Buffer.concat([decipher.update(sealed.subarray(BODY_AT, tagAt)), decipher.final()]);
    } catch (cause) {
      throw new VitrineError('KEY_INVALID', `template ${context.templateId} has been altered`, { cause });
    }
  }
}

function associatedData(header: Buffer, context: SealContext): Buffer {
  const { templateId, faceId, model } = context;
  return Buffer.concat([header, Buffer.from(JSON.stringify([templateId, faceId, model]))]);
}

function derive(key: Uint8Array, purpose: string, length: number): Buffer {
  return Buffer.from(hkdfSync('sha256', key, new Uint8Array(0), purpose, length));
}
