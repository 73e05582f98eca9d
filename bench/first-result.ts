import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { readArguments } from './lib/arguments.ts';
import { type Figure, figure, present, say } from './lib/report.ts';
import { median, rounded } from './lib/statistics.ts';

/**
 * From the start of the process to the first result of `bin/vitrine analyze photo.jpg`, as somebody waits for it who
 * types the command. Each time a new process; the first is a warm-up, in which files come into the disk cache.
 */

const MOST_SECONDS = 1.5;
/** Of the package's picture of found faces: one of them, with nobody else in it. Pixels. */
const TILE = { left: 7, top: 347, width: 151, height: 150 };
const GROUP_PHOTO = '../../shared/samples/compreface/embedding-calculator/sample_images/016_8.jpg';

const wanted = readArguments('first-result', {
  runs: { about: 'processes of each photo, of which the median counts', default: 7, min: 1, max: 100 },
  seconds: { about: 'most seconds for each photo', default: 120, min: 1, max: 3600 },
});

const vitrine = fileURLToPath(new URL('../bin/vitrine', import.meta.url));
const PATH = [dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter);

/** A photo of 640×480 pixels with one face, in the middle of a plain wall. */
async function onePersonPhoto(path: string): Promise<void> {
  const entry = fileURLToPath(import.meta.resolve('@vladmandic/human'));
  const face = await sharp(join(dirname(entry), '../assets/screenshot-facedetect.jpg'))
    .extract(TILE)
    .resize(400, 400)
    .toBuffer();
  await sharp({ create: { width: 640, height: 480, channels: 3, background: '#8d8a86' } })
    .composite([{ input: face }])
    .jpeg({ quality: 90 })
    .toFile(path);
}

interface Timing {
  /** Seconds to the first byte of the result, and to the end of the process. */
  readonly first: number;
  readonly end: number;
  readonly stdout: string;
}

function time(command: string, args: readonly string[], folder: string): Promise<Timing> {
  const clean = Object.entries(process.env).filter(([name]) => !name.startsWith('VITRINE'));
  const env = { ...Object.fromEntries(clean), PATH };
  const began = performance.now();
  const since = () => (performance.now() - began) / 1000;
  const child: ChildProcess = spawn(command, args, {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let first: number | undefined;
  let stdout = '';
  child.stdout?.setEncoding('utf8').on('data', (piece: string) => {
    first ??= since();
    stdout += piece;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve({ first: first ?? since(), end: since(), stdout });
      else reject(new Error(`${command} ${args.join(' ')} ended with ${code}`));
    });
  });
}

/** At least one, at most `runs`, none begun after `seconds`. */
async function repeat(once: () => Promise<Timing>): Promise<Timing[]> {
  const until = performance.now() + wanted.seconds * 1000;
  const timings: Timing[] = [];
  while (timings.length === 0 || (timings.length < wanted.runs && performance.now() < until))
    timings.push(await once());
  return timings;
}

async function firstResult(name: string, photo: string, folder: string): Promise<Figure> {
  const warmUp = await time(vitrine, ['analyze', '--json', photo], folder);
  const { width, height, faces } = JSON.parse(warmUp.stdout) as {
    width: number;
    height: number;
    faces: unknown[];
  };
  const timings = await repeat(() => time(vitrine, ['analyze', photo], folder));
  const value = median(timings.map(({ first }) => first));
  return figure({
    name: `${name}, ${width}×${height}, ${faces.length} ${faces.length === 1 ? 'face' : 'faces'}`,
    value,
    unit: 's',
    limit: { rule: 'at most', value: MOST_SECONDS },
    detail: {
      faces: faces.length,
      runs: timings.map(({ first }) => rounded(first, 3)),
      untilExit: rounded(median(timings.map(({ end }) => end)), 3),
    },
  });
}

/** What is spent before the first line of ours runs. */
async function runtimeAlone(folder: string): Promise<Figure> {
  const timings = await repeat(() => time(process.execPath, ['-e', ''], folder));
  return figure({
    name: 'Node alone, start to end',
    value: median(timings.map(({ end }) => end)),
    unit: 's',
  });
}

async function measure(): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'vitrine-bench-'));
  try {
    const photo = join(folder, 'photo.jpg');
    await onePersonPhoto(photo);
    const figures = [await firstResult('one person', photo, folder)];
    const group = fileURLToPath(new URL(GROUP_PHOTO, import.meta.url));
    if (existsSync(group)) figures.push(await firstResult('group photo', group, folder));
    else say('no group photo: the sample data is not there');
    return [...figures, await runtimeAlone(folder)];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

await present({ bench: 'first-result', json: wanted.json, measure });
