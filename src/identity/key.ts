import { randomBytes } from 'node:crypto';
import { chmod, link, mkdir, open, readFile, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { VitrineError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import { KEY_BYTES } from './vault.ts';

/** The key file holds 64 hexadecimal digits and a line end. */
export const KEY_FILE = 'vitrine.key';
const PRIVATE_MODE = 0o600;
const PRIVATE_FOLDER_MODE = 0o700;
const OTHERS_MODE = 0o077;
/** How long another process may take to write the key file on a file system without hard links. */
const WRITING_MS = 2000;
const RETRY_MS = 50;

export interface KeyOptions {
  readonly dataDir: string;
  /** Value of VITRINE_KEY: 64 hexadecimal digits or base64 of 32 bytes; blank counts as not set. */
  readonly environmentKey: string | undefined;
  /**
   * Whether a missing key file may be made. Pass false where templates are stored already: a new key could not open
   * them.
   */
  readonly create: boolean;
  readonly logger: Logger;
}

export interface LoadedKey {
  /** 32 bytes; overwrite it once the vault has been made. */
  readonly key: Buffer;
  readonly origin: 'environment' | 'file';
}

/**
 * The key of the data folder: from the environment if set there, else from the key file, which is made on first use.
 * Processes that come first at the same moment get the same key.
 * @throws VitrineError KEY_INVALID if the key is malformed or missing, OUTPUT_UNWRITABLE or DISK_FULL if the file
 * cannot be made.
 */
export async function loadKey(options: KeyOptions): Promise<LoadedKey> {
  const text = options.environmentKey?.trim();
  if (text) return { key: parseKey(text, 'VITRINE_KEY'), origin: 'environment' };
  const path = join(options.dataDir, KEY_FILE);
  const existing = await readKeyFile(path, options.logger);
  if (existing) return { key: existing, origin: 'file' };
  if (!options.create) {
    throw new VitrineError('KEY_INVALID', `${path} is missing and templates are stored already`);
  }
  await createKeyFile(options.dataDir, path);
  const made = await readKeyFile(path, options.logger);
  if (!made) throw new VitrineError('KEY_INVALID', `${path} vanished while it was made`);
  return { key: made, origin: 'file' };
}

/** @throws VitrineError KEY_INVALID; the message names where the key came from, never the key. */
export function parseKey(text: string, origin: string): Buffer {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  if (/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) {
    const key = Buffer.from(text, 'base64');
    if (key.length === KEY_BYTES) return key;
  }
  throw new VitrineError('KEY_INVALID', `${origin} is neither 64 hexadecimal digits nor base64 of 32 bytes`);
}

/** The key, or undefined if there is no file. A file that is still being written is waited for. */
async function readKeyFile(path: string, logger: Logger): Promise<Buffer | undefined> {
  for (let waited = 0; ; waited += RETRY_MS) {
    const text = await readIfThere(path);
    if (text === undefined) return undefined;
    if (text.trim() !== '' || waited >= WRITING_MS) {
      const key = parseKey(text.trim(), path);
      await closeToOthers(path, logger);
      return key;
    }
    await sleep(RETRY_MS);
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return undefined;
    throw new VitrineError('KEY_INVALID', `${path} cannot be read`, { cause });
  }
}

/**
 * A key that others on the machine can read is made private and used on: refusing to start would leave the shop
 * without its visitors and the key as exposed as before. Where the mode cannot be changed (a mounted secret), the
 * warning remains.
 */
async function closeToOthers(path: string, logger: Logger): Promise<void> {
  if (process.platform === 'win32') return;
  const { mode } = await stat(path);
  if ((mode & OTHERS_MODE) === 0) return;
  const closed = await chmod(path, PRIVATE_MODE).then(
    () => true,
    () => false,
  );
  logger.warn('the key file could be read by other users of this machine', { path, madePrivate: closed });
}

/**
 * Written under another name, then linked: the key file appears whole or not at all, whenever the power goes. If
 * another process was first, its file stays.
 */
async function createKeyFile(dataDir: string, path: string): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}.new`;
  const key = randomBytes(KEY_BYTES);
  const text = Buffer.from(`${key.toString('hex')}\n`);
  try {
    await mkdir(dataDir, { recursive: true, mode: PRIVATE_FOLDER_MODE });
    await writeDurably(draft, text);
    await linkOrWrite(draft, path, text);
    await syncFolder(dataDir);
  } catch (cause) {
    const code = errorCode(cause) === 'ENOSPC' ? 'DISK_FULL' : 'OUTPUT_UNWRITABLE';
    throw new VitrineError(code, `the key file ${path} cannot be made`, { cause });
  } finally {
    key.fill(0);
    text.fill(0);
    await unlink(draft).catch(() => {});
  }
}

async function linkOrWrite(draft: string, path: string, text: Buffer): Promise<void> {
  try {
    await link(draft, path);
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return;
    // No hard links here (FAT, some network shares): the first to create the file writes it, others wait for it.
    await writeDurably(path, text).catch((second: unknown) => {
      if (errorCode(second) !== 'EEXIST') throw second;
    });
  }
}

async function writeDurably(path: string, text: Buffer): Promise<void> {
  const file = await open(path, 'wx', PRIVATE_MODE);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** So that the new name survives a power cut; not every platform can. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  await folder?.sync().catch(() => {});
  await folder?.close();
}

function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
