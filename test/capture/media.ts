import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { VideoWriter } from '../../src/capture/ffmpeg/writer.ts';
import type { FrameSource } from '../../src/capture/source.ts';
import type { Frame } from '../../src/core/frame.ts';
import { createImage, type RgbImage } from '../../src/core/image.ts';
import type { LogFields, Logger } from '../../src/core/logger.ts';

/** Generated media and small tools that the capture tests share. */

/** A folder for this test file, gone at its end. */
export async function scratchFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'vitrine-capture-'));
  after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A picture whose colours are given by position (0 to 1 each). */
export function paint(
  width: number,
  height: number,
  colour: (x: number, y: number) => readonly [number, number, number],
): RgbImage {
  const image = createImage(width, height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      image.data.set(colour((x + 0.5) / width, (y + 0.5) / height), (y * width + x) * 3);
    }
  }
  return image;
}

export const RED = [220, 30, 30] as const;
export const GREEN = [30, 200, 40] as const;
export const BLUE = [40, 50, 210] as const;
export const YELLOW = [220, 210, 40] as const;

/** Red, green / blue, yellow: shows which way up a picture is. */
export function quarters(width: number, height: number): RgbImage {
  return paint(width, height, (x, y) => (y < 0.5 ? (x < 0.5 ? RED : GREEN) : x < 0.5 ? BLUE : YELLOW));
}

/** The colours in the middle of the four quarters, row by row. */
export function quarterColours(image: RgbImage): number[][] {
  return [
    [0.25, 0.25],
    [0.75, 0.25],
    [0.25, 0.75],
    [0.75, 0.75],
  ].map(([x = 0, y = 0]) => {
    const at = (Math.floor(y * image.height) * image.width + Math.floor(x * image.width)) * 3;
    return [...image.data.subarray(at, at + 3)];
  });
}

/** Largest difference of any channel. */
export function largestDifference(
  a: readonly (readonly number[])[],
  b: readonly (readonly number[])[],
): number {
  return Math.max(
    ...a.flatMap((colour, i) => colour.map((value, c) => Math.abs(value - (b[i]?.[c] ?? 999)))),
  );
}

/** The brightness of picture `i` of a clip: frames can be told apart after lossy coding. */
export function frameLevel(index: number): number {
  return 40 + ((index * 37) % 180);
}

export interface ClipOptions {
  readonly path: string;
  readonly frames: number;
  readonly width?: number;
  readonly height?: number;
  readonly framesPerSecond?: number;
  /** Default: a grey of `frameLevel(i)` with a marked corner. */
  readonly picture?: (index: number) => RgbImage;
  /** Seconds of each frame; default evenly. */
  readonly time?: (index: number) => number;
}

export async function makeClip(options: ClipOptions): Promise<string> {
  const { path, frames, width = 160, height = 120, framesPerSecond = 25, time } = options;
  const picture =
    options.picture ?? ((i) => paint(width, height, () => [frameLevel(i), frameLevel(i), frameLevel(i)]));
  const writer = await VideoWriter.open({ path, width, height, framesPerSecond, quality: 18 });
  for (let i = 0; i < frames; i++) await writer.write(picture(i), time?.(i));
  await writer.finish();
  return path;
}

export interface Seen {
  readonly sequence: number;
  readonly mediaTime: number;
  readonly capturedAt: number;
  readonly width: number;
  readonly height: number;
  /** Green of the middle pixel. */
  readonly level: number;
}

export function look(frame: Frame): Seen {
  const image = frame.rgb();
  const middle = (Math.floor(image.height / 2) * image.width + Math.floor(image.width / 2)) * 3;
  const { sequence, mediaTime, capturedAt, width, height } = frame;
  return { sequence, mediaTime, capturedAt, width, height, level: image.data[middle + 1] as number };
}

/** Reads a source to its end, or until `enough` says so. */
export async function watch(
  source: FrameSource,
  options: { signal?: AbortSignal; enough?: (seen: readonly Seen[]) => boolean } = {},
): Promise<Seen[]> {
  const seen: Seen[] = [];
  for await (const frame of source.frames(options.signal ?? new AbortController().signal)) {
    seen.push(look(frame));
    frame.close();
    if (options.enough?.(seen)) break;
  }
  return seen;
}

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: LogFields;
}

/** A logger that keeps what it is told. */
export function recordingLogger(): Logger & { readonly lines: LogLine[] } {
  const lines: LogLine[] = [];
  const at =
    (level: LogLine['level']) =>
    (message: string, fields: LogFields = {}) =>
      void lines.push({ level, message, fields });
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** Deterministic pseudo-random numbers, 0 to 1 (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A damaged copy: bytes changed, overwritten, cut out, doubled, or the end missing. */
export function damage(original: Uint8Array, random: () => number): Uint8Array {
  const below = (limit: number) => Math.floor(random() * limit);
  const bytes = Uint8Array.from(original);
  const position = below(bytes.length);
  const length = 1 + below(Math.max(1, Math.min(64, bytes.length - position)));
  switch (below(6)) {
    case 0:
      for (let i = 1 + below(8); i > 0; i--) bytes[below(bytes.length)] = below(256);
      return bytes;
    case 1:
      bytes[position] = (bytes[position] as number) ^ (1 << below(8));
      return bytes;
    case 2:
      return bytes.fill(random() < 0.5 ? 0 : 0xff, position, position + length);
    case 3:
      return bytes.subarray(0, position);
    case 4:
      return joined(bytes.subarray(0, position), bytes.subarray(position + length));
    default:
      return joined(bytes.subarray(0, position + length), bytes.subarray(position));
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}

/** Resident memory in MB, after a collection. */
export function residentMegabytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().rss / 1e6;
}
