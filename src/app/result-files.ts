import { constants } from 'node:fs';
import { access, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, resolve } from 'node:path';
import { VitrineError } from '../core/errors.ts';

/** Files that a person asked for: checked before the work begins, written whole or not at all. */

export interface ResultFile {
  readonly path: string;
  readonly content: string | Uint8Array;
}

/** All of the files appear, or none. Throws OUTPUT_UNWRITABLE, DISK_FULL. */
export async function writeResults(files: readonly ResultFile[]): Promise<void> {
  try {
    for (const { path, content } of files) await writePartial(path, content);
    for (const { path } of files) await rename(partialPath(path), path).catch(unwritable(path));
  } catch (error) {
    for (const { path } of files) await rm(partialPath(path), { force: true }).catch(() => {});
    throw error;
  }
}

async function writePartial(path: string, content: string | Uint8Array): Promise<void> {
  await makeFolderFor(path);
  await writeFile(partialPath(path), content).catch(unwritable(path));
}

function partialPath(path: string): string {
  return `${path}.part`;
}

function unwritable(path: string) {
  return (cause: unknown): never => {
    const { code } = cause as NodeJS.ErrnoException;
    const full = code === 'ENOSPC' || code === 'EDQUOT';
    const message = full ? `${path} does not fit on the disk` : `${path} cannot be written (${code})`;
    throw new VitrineError(full ? 'DISK_FULL' : 'OUTPUT_UNWRITABLE', message, { cause });
  };
}

/** Makes the folder in which the file will lie. Throws OUTPUT_UNWRITABLE, DISK_FULL. */
export async function makeFolderFor(path: string): Promise<void> {
  await makeFolder(dirname(path)).catch(unwritable(path));
}

/**
 * With the folders above it. `mkdir` with `recursive` never returns where a file system refuses new folders with
 * ENOENT, as /proc does.
 */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && (await isFolder(path))) return;
    const parent = dirname(path);
    if (code !== 'ENOENT' || parent === path || (await isFolder(parent))) throw error;
    await makeFolder(parent);
    await makeFolder(path);
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (facts) => facts.isDirectory(),
    () => false,
  );
}

const ENDINGS = { picture: ['.jpg', '.jpeg', '.png'], clip: ['.mp4'] };

/**
 * Refuses at once what would only fail after hours of work. Changes nothing.
 * Throws USAGE (the annotated picture or clip would have another kind's name), OUTPUT_UNWRITABLE.
 */
export async function checkDestinations(wanted: {
  readonly out: string | undefined;
  readonly annotate: string | undefined;
  /** What `annotate` will be. */
  readonly kind: keyof typeof ENDINGS;
}): Promise<void> {
  const { out, annotate, kind } = wanted;
  if (annotate !== undefined && !ENDINGS[kind].includes(extname(annotate).toLowerCase()))
    throw new VitrineError('USAGE', `--annotate for a ${kind} wants a name in ${ENDINGS[kind].join(' or ')}`);
  if (out !== undefined) await checkWritable(out, 'folder');
  if (annotate !== undefined) await checkWritable(annotate, 'file');
}

async function checkWritable(path: string, kind: 'file' | 'folder'): Promise<void> {
  if (kind === 'file' && (await isFolder(path)))
    throw new VitrineError('OUTPUT_UNWRITABLE', `${path} is a folder, not a file`);
  const start = resolve(path);
  const folder = await nearest(kind === 'file' ? dirname(start) : start);
  if (!(await isFolder(folder)))
    throw new VitrineError('OUTPUT_UNWRITABLE', `${path} cannot be made: ${folder} is no folder`);
  await access(folder, constants.W_OK | constants.X_OK).catch(unwritable(path));
}

/** The path itself, or the first one above it that exists. */
async function nearest(path: string): Promise<string> {
  const parent = dirname(path);
  const exists = await stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT' && error.code !== 'ENOTDIR',
  );
  return exists || parent === path ? path : nearest(parent);
}

/** Names for the results of several sources: the label's last part, of harmless characters only, never twice. */
export class ResultNames {
  readonly #taken = new Set<string>();

  next(label: string): string {
    const plain = basename(label).replaceAll(/[^\w.-]+/g, '_');
    const name = plain.replace(/^\.+/, '') || 'analysis';
    const ending = extname(name);
    const stem = name.slice(0, name.length - ending.length);
    for (let i = 1; ; i++) {
      const candidate = i === 1 ? name : `${stem}-${i}${ending}`;
      if (this.#taken.has(candidate)) continue;
      this.#taken.add(candidate);
      return candidate;
    }
  }
}
