import { readArguments } from './lib/arguments.ts';
import { runScript } from './lib/child.ts';
import { type BenchClip, demoClip, threeFaceClip } from './lib/clips.ts';
import type { Played, PlayOptions } from './lib/play.ts';
import { type Figure, figure, present, say } from './lib/report.ts';
import { median, rounded } from './lib/statistics.ts';
import type { HumanResult } from './peers/human.ts';

/**
 * How fast a clip goes through the whole path in loyalty mode, on two cores and on one, beside the peer on the same
 * clip. Every run is a process of its own with a new database; the runs of all take turns, so that a machine that
 * slows down slows down all alike. Of several runs the median counts.
 */

/** Issue's figure: frames a second of 1280×720 with three faces in view, on two cores. */
const LEAST_FRAMES_PER_SECOND = 80;
const DEMO_SECONDS = 160;

const wanted = readArguments('path', {
  seconds: { about: 'seconds of video', default: 30, min: 1, max: 600 },
  runs: { about: 'runs of each, of which the median counts', default: 3, min: 1, max: 20 },
  'peer-frames': { about: 'frames for the peer', default: 250, min: 1, max: 5000 },
});

interface Runs {
  readonly two: Played[];
  readonly one: Played[];
  readonly demo: Played[];
  readonly peer: HumanResult[];
}

function playOn(cores: number, { path, visitGapSeconds }: BenchClip): Promise<Played> {
  const options: PlayOptions = { path, threads: cores, visitGapSeconds };
  return runScript({ script: 'lib/play.ts', args: [JSON.stringify(options)], cores });
}

async function runAll(clips: { readonly three: BenchClip; readonly demo: BenchClip }): Promise<Runs> {
  const runs: Runs = { two: [], one: [], demo: [], peer: [] };
  const peer = [clips.three.path, String(wanted['peer-frames'])];
  for (let i = 1; i <= wanted.runs; i++) {
    say(`run ${i} of ${wanted.runs}`);
    runs.two.push(await playOn(2, clips.three));
    runs.one.push(await playOn(1, clips.three));
    runs.demo.push(await playOn(2, clips.demo));
    runs.peer.push(await runScript({ script: 'peers/human.ts', args: peer, cores: 2 }));
  }
  return runs;
}

function middle<Run>(runs: readonly Run[], of: (run: Run) => number): number {
  return median(runs.map(of));
}

function rounding(values: Readonly<Record<string, number | undefined>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(values).map(([name, value = 0]) => [name, rounded(value)]));
}

/** What is seen beside the frames per second. */
function detailOf(clip: BenchClip, runs: readonly Played[]): Figure['detail'] {
  const stages = runs[0]?.stages ?? {};
  const stage = (name: string) => middle(runs, (run) => run.stages[name as keyof Played['stages']] ?? 0);
  return {
    clip: `1280×720 H.264, ${rounded(clip.seconds)} s, ${clip.framesPerSecond} frames/s`,
    frames: runs[0]?.frames,
    runs: runs.map((run) => run.framesPerSecond),
    stagesMsPerFrame: rounding(Object.fromEntries(Object.keys(stages).map((name) => [name, stage(name)]))),
    ...rounding({
      cpuMsPerFrame: middle(runs, (run) => run.cpuMsPerFrame),
      facesPerFrame: middle(runs, (run) => run.facesPerFrame),
      peakMB: Math.max(...runs.map((run) => run.peakMB)),
    }),
  };
}

function speed(
  name: string,
  given: { clip: BenchClip; runs: readonly Played[]; limit?: Figure['limit'] },
): Figure {
  const { clip, runs, limit } = given;
  const value = middle(runs, (run) => run.framesPerSecond);
  const detail = detailOf(clip, runs);
  return figure({ name, value, unit: 'frames/s', detail, ...(limit ? { limit } : {}) });
}

/** The run that is farthest from the truth counts, not the median. */
function visitors(name: string, { people }: BenchClip, runs: readonly Played[]): Figure {
  const worst = runs.reduce((a, b) =>
    Math.abs(b.visitors - people) > Math.abs(a.visitors - people) ? b : a,
  );
  const limit = { rule: 'exactly', value: people } as const;
  return figure({ name, value: worst.visitors, unit: 'visitors', limit });
}

function peers({ two, one, peer }: Runs): Figure[] {
  const ours = (runs: readonly Played[]) => middle(runs, (run) => run.framesPerSecond);
  const value = middle(peer, (run) => run.framesPerSecond);
  const { version = '', backend = '' } = peer[0] ?? {};
  const limit = { rule: 'peer', name: `@vladmandic/human ${version}`, value: rounded(value) } as const;
  const detail = {
    backend,
    frames: peer[0]?.frames,
    runs: peer.map((run) => rounded(run.framesPerSecond)),
    ...rounding({
      cpuMsPerFrame: middle(peer, (run) => run.cpuMsPerFrame),
      facesPerFrame: middle(peer, (run) => run.facesPerFrame),
      cachedFrames: peer[0]?.cachedFrames,
      peakMB: Math.max(...peer.map((run) => run.peakMB)),
    }),
  };
  const against = (name: string, runs: readonly Played[]) =>
    figure({ name, value: ours(runs), unit: 'frames/s', limit, detail });
  return [
    against('three faces, 2 cores, beside the peer', two),
    against('three faces, 1 core, beside the peer', one),
  ];
}

async function measure(): Promise<Figure[]> {
  say('composing the clips, where they are not there yet');
  const three = await threeFaceClip(wanted.seconds);
  // Cut short only to try the script: people who come again make up its second half.
  const demo = await demoClip(wanted.seconds < 30 ? wanted.seconds : DEMO_SECONDS);
  const runs = await runAll({ three, demo });
  const limit = { rule: 'at least', value: LEAST_FRAMES_PER_SECOND } as const;
  return [
    speed('three faces, 2 cores', { clip: three, runs: runs.two, limit }),
    speed('three faces, 1 core', { clip: three, runs: runs.one }),
    speed('demo clip, 2 cores', { clip: demo, runs: runs.demo }),
    visitors('three faces: visitors', three, [...runs.two, ...runs.one]),
    visitors('demo clip: visitors', demo, runs.demo),
    ...peers(runs),
  ];
}

await present({ bench: 'path', json: wanted.json, measure });
