import { createHash, randomBytes } from 'node:crypto';

/** Crockford's base 32 without the letters that are mistaken for digits. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

function base32(bytes: Uint8Array, length: number): string {
  let text = '';
  for (let i = 0; i < length; i++) text += ALPHABET[(bytes[i] as number) % 32];
  return text;
}

/** A new face id: `v-` and 12 random characters (60 bits). Nothing of the face goes into it. */
export function newFaceId(random: (size: number) => Uint8Array = randomBytes): string {
  return `v-${base32(random(12), 12)}`;
}

/** A random id of 16 characters (80 bits), for runs and templates. */
export function newRandomId(random: (size: number) => Uint8Array = randomBytes): string {
  return base32(random(16), 16);
}

/** The same parts give the same id: how a row that is delivered twice is stored once. 20 characters (100 bits). */
export function deterministicId(...parts: readonly (string | number)[]): string {
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest();
  return base32(digest, 20);
}
