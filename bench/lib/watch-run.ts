import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

/** `vitrine run` as a process of its own, watched from outside until its clip has ended. */

export interface Sample {
  /** How far into the video the latest sighting is, from the first one on. */
  readonly videoSeconds: number;
  readonly residentMB: number;
}

export interface Seen {
  readonly videoSeconds: number;
  readonly faceId: string | null;
}

export interface WatchedRun {
  readonly samples: readonly Sample[];
  /** The most that the system ever counted; where it does not say, the largest sample. */
  readonly peakMB: number;
  readonly sightings: readonly Seen[];
  readonly frames: number;
  readonly wallSeconds: number;
}

const SAMPLE_MS = 1000;
const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** Resident memory of a process now and at its peak, MB; undefined once it is gone. */
function memoryOf(pid: number): { readonly now: number; readonly peak: number } | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const of = (name: string) =>
      Number(new RegExp(`^${name}:\\s*(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1024e-6;
    return { now: of('VmRSS'), peak: of('VmHWM') };
  } catch {
    const now = Number(spawnSync('ps', ['-o', 'rss=', '-p', String(pid)]).stdout) * 1024e-6;
    return now > 0 ? { now, peak: now } : undefined;
  }
}

class Watcher {
  readonly samples: Sample[] = [];
  readonly sightings: Seen[] = [];
  peakMB = 0;
  frames = 0;
  #firstAt: number | undefined;
  #videoSeconds = 0;

  sample(pid: number): void {
    const memory = memoryOf(pid);
    // A process that is ending has given its memory back already.
    if (memory === undefined || memory.now === 0) return;
    this.peakMB = Math.max(this.peakMB, memory.peak);
    this.samples.push({ videoSeconds: this.#videoSeconds, residentMB: memory.now });
  }

  sighting(line: string): void {
    const { timestamp, faceId } = JSON.parse(line) as { timestamp: string; faceId: string | null };
    const at = Date.parse(timestamp);
    this.#firstAt ??= at;
    this.#videoSeconds = Math.max(this.#videoSeconds, (at - this.#firstAt) / 1000);
    this.sightings.push({ videoSeconds: (at - this.#firstAt) / 1000, faceId });
  }

  talk(line: string): void {
    const frames = /^Camera \S+: (\d+) frames/.exec(line)?.[1];
    if (frames !== undefined) this.frames = Number(frames);
    else if (!line.startsWith('Watching')) process.stderr.write(`${line}\n`);
  }
}

function eachLine(stream: Readable | null, take: (line: string) => void): Promise<void> {
  if (stream === null) return Promise.resolve();
  const lines = createInterface({ input: stream }).on('line', take);
  return new Promise((resolve) => lines.once('close', resolve));
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
}

/** `config`: a configuration file whose cameras are files, so that the process ends by itself. */
export async function watchRun(config: string): Promise<WatchedRun> {
  const began = performance.now();
  const args = ['--disable-warning=ExperimentalWarning', main, 'run', '--config', config, '--json'];
  const child = spawn(process.execPath, args, { cwd: dirname(config), stdio: ['ignore', 'pipe', 'pipe'] });
  const watcher = new Watcher();
  const timer = setInterval(() => watcher.sample(child.pid ?? 0), SAMPLE_MS);
  const stop = () => child.kill();
  process.once('exit', stop);
  try {
    const [code] = await Promise.all([
      ended(child),
      eachLine(child.stdout, (line) => watcher.sighting(line)),
      eachLine(child.stderr, (line) => watcher.talk(line)),
    ]);
    if (code !== 0) throw new Error(`vitrine run ended with ${code}`);
  } finally {
    clearInterval(timer);
    process.removeListener('exit', stop);
  }
  const { samples, sightings, peakMB, frames } = watcher;
  return { samples, sightings, peakMB, frames, wallSeconds: (performance.now() - began) / 1000 };
}
