import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { BoundedQueue } from '../core/bounded-queue.ts';
import { VitrineError } from '../core/errors.ts';
import type { RgbImage } from '../core/image.ts';
import { CAST } from './cast.ts';
import { installedSheetPath } from './picture.ts';
import { buildScene, type Scene } from './scene.ts';
import { CLIP, SCREENPLAY } from './script.ts';
import { type DemoTruth, demoTruth } from './truth.ts';

/** To be raised when the drawing changes; changes of the cast and the screenplay are noticed by themselves. */
const COMPOSER_VERSION = 1;

/** Constant rate factor of x264: faces stay sharp, the file stays near 10 MB. */
const QUALITY = 21;

/** What the composer needs of a video encoder: the file appears by `finish`, whole, or not at all. */
export interface ClipWriter {
  write(image: RgbImage): Promise<void>;
  finish(): Promise<void>;
  /** Leaves nothing behind; harmless after `finish`. */
  abort(): Promise<void>;
}

/** `VideoWriter.open` of `capture/ffmpeg/writer.ts` is one; only `app` may choose it. */
export type OpenClipWriter = (options: {
  readonly path: string;
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
  /** Constant rate factor of x264, 0 to 51. */
  readonly quality: number;
}) => Promise<ClipWriter>;

export interface ComposeOptions {
  /** Where the MP4 is written; its stamp lies beside it as `<path>.stamp`. */
  readonly path: string;
  readonly openWriter: OpenClipWriter;
  /** The sheet of sample faces; by default the one inside the installed package. */
  readonly facesFrom?: string;
  /** Compose only the first seconds, 0 to 160; by default all. */
  readonly seconds?: number;
  /** Called about once per second of the clip. */
  readonly onProgress?: (progress: { readonly frame: number; readonly frames: number }) => void;
  readonly signal?: AbortSignal;
}

export interface DemoClip {
  readonly path: string;
  readonly truth: DemoTruth;
  /** Whether the clip was there already. */
  readonly cached: boolean;
}

interface Stamp {
  readonly composer: string;
  /** Size of the clip, to notice a file that was cut short or exchanged. */
  readonly bytes: number;
}

function composerKey(seconds: number): string {
  const content = JSON.stringify([COMPOSER_VERSION, QUALITY, seconds, CAST, SCREENPLAY]);
  return createHash('sha256').update(content).digest('hex').slice(0, 32);
}

function stampPath(path: string): string {
  return `${path}.stamp`;
}

async function isCurrent(path: string, composer: string): Promise<boolean> {
  try {
    const stamp = JSON.parse(await readFile(stampPath(path), 'utf8')) as Partial<Stamp> | null;
    return stamp?.composer === composer && stamp.bytes === (await stat(path)).size;
  } catch {
    return false;
  }
}

/** The stamp goes first and comes last, so that it never stands beside a clip it does not belong to. */
async function withStamp(path: string, composer: string, write: () => Promise<void>): Promise<void> {
  await rm(stampPath(path), { force: true });
  await write();
  const stamp: Stamp = { composer, bytes: (await stat(path)).size };
  await writeFile(`${stampPath(path)}.part`, JSON.stringify(stamp));
  await rename(`${stampPath(path)}.part`, stampPath(path));
}

/** Frames drawn ahead of the encoder: it works in a thread of its own, in two steps between which it needs this one. */
const FRAMES_AHEAD = 3;

async function draw(scene: Scene, queue: BoundedQueue<RgbImage>, frames: number): Promise<void> {
  try {
    for (let index = 0; index < frames; index++) {
      if (!(await queue.push(scene.frame(index)))) return;
      await nextTurn();
    }
    queue.end();
  } catch (error) {
    queue.end(error);
  }
}

async function encode(
  scene: Scene,
  writer: ClipWriter,
  frames: number,
  options: ComposeOptions,
): Promise<void> {
  const queue = new BoundedQueue<RgbImage>({ capacity: FRAMES_AHEAD, overflow: 'wait' });
  const drawing = draw(scene, queue, frames);
  let written = 0;
  for await (const image of queue) {
    options.signal?.throwIfAborted();
    await writer.write(image);
    written++;
    if (written % CLIP.framesPerSecond === 0) options.onProgress?.({ frame: written, frames });
  }
  await drawing;
}

async function writeClip(scene: Scene, frames: number, options: ComposeOptions): Promise<void> {
  const { width, height } = scene;
  const writer = await options.openWriter({
    path: options.path,
    width,
    height,
    framesPerSecond: CLIP.framesPerSecond,
    quality: QUALITY,
  });
  try {
    await encode(scene, writer, frames, options);
    await writer.finish();
  } finally {
    await writer.abort();
  }
}

async function ensureFolder(path: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
  } catch (cause) {
    throw new VitrineError('OUTPUT_UNWRITABLE', `The folder of ${path} cannot be made`, { cause });
  }
}

/**
 * Composes the demo's shop clip (160 s, 12 frames a second, 1280×720, H.264 in MP4) from the sample faces, unless
 * the very same clip is there already. The file appears whole or not at all; the pictures are the same on every run.
 * Throws VitrineError: SOURCE_NOT_FOUND (no package, no picture), SOURCE_CORRUPT (another picture than the labels are
 * for), OUTPUT_UNWRITABLE, DISK_FULL; and the signal's reason when aborted.
 */
export async function composeDemoClip(options: ComposeOptions): Promise<DemoClip> {
  const path = resolve(options.path);
  const seconds = Math.min(CLIP.seconds, Math.max(1, options.seconds ?? CLIP.seconds));
  const truth = demoTruth(seconds);
  const composer = composerKey(seconds);
  if (await isCurrent(path, composer)) return { path, truth, cached: true };
  const scene = await buildScene({ facesFrom: options.facesFrom ?? installedSheetPath() });
  options.signal?.throwIfAborted();
  await ensureFolder(path);
  await withStamp(path, composer, () => writeClip(scene, truth.frames, { ...options, path }));
  return { path, truth, cached: false };
}
