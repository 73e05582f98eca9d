import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSqliteStore } from '../src/storage/sqlite/store.ts';
import { readArguments } from './lib/arguments.ts';
import { type BenchClip, demoClip } from './lib/clips.ts';
import { repeatClip } from './lib/long-clip.ts';
import { type Figure, figure, present, say } from './lib/report.ts';
import { fitLine, rounded } from './lib/statistics.ts';
import { type Sample, type WatchedRun, watchRun } from './lib/watch-run.ts';

/**
 * What `vitrine run` holds in memory in loyalty mode: the demo clip is played to it again and again, as one file and as
 * fast as it goes, while its resident memory is asked of the system every second.
 */

const MOST_MB = 700;
/** In a day of ten hours it would come to 100 MB. */
const FLAT_MB_PER_HOUR = 10;

const wanted = readArguments('memory', {
  minutes: {
    about: 'minutes of video; whole rounds of the clip are played',
    default: 30,
    min: 0.01,
    max: 1440,
  },
  seconds: { about: 'seconds of video, instead of minutes', default: 0, min: 0, max: 86_400 },
});

async function configFile(folder: string, clip: BenchClip): Promise<string> {
  const path = join(folder, 'vitrine.yaml');
  const config = {
    mode: 'loyalty',
    dataDir: folder,
    cameras: [{ id: 'counter', source: clip.path }],
    visits: { gapMinutes: clip.visitGapSeconds / 60 },
    log: { level: 'warn' },
  };
  // Every JSON document is YAML.
  await writeFile(path, JSON.stringify(config));
  return path;
}

/** Resident memory of the first sample in each minute of video, MB. */
function everyMinute(samples: readonly Sample[]): number[] {
  const minutes = new Map<number, number>();
  for (const { videoSeconds, residentMB } of samples) {
    const minute = Math.floor(videoSeconds / 60);
    if (!minutes.has(minute)) minutes.set(minute, Math.round(residentMB));
  }
  return [...minutes.values()];
}

function largest({ samples, peakMB, sightings, frames, wallSeconds }: WatchedRun, clip: BenchClip): Figure {
  const seconds = frames / clip.framesPerSecond;
  return figure({
    name: `largest resident memory in ${rounded(seconds / 60)} min of video`,
    value: peakMB,
    unit: 'MB',
    limit: { rule: 'at most', value: MOST_MB },
    detail: {
      frames,
      sightings: sightings.length,
      timesRealTime: rounded(seconds / wallSeconds),
      everyMinuteMB: everyMinute(samples),
    },
  });
}

/** How memory grows with the video in its second half; nothing where that is too short to say. */
function growth({ samples }: WatchedRun): Figure[] {
  const half = (samples.at(-1)?.videoSeconds ?? 0) / 2;
  const late = samples.filter(({ videoSeconds }) => videoSeconds >= half);
  const line = fitLine(
    late.map(({ videoSeconds, residentMB }) => ({ x: videoSeconds / 3600, y: residentMB })),
  );
  if (line === undefined) return [];
  return [
    figure({
      name: 'growth per hour of video, second half',
      value: line.slope,
      unit: 'MB/h',
      limit: { rule: 'at most', value: FLAT_MB_PER_HOUR, doubt: rounded(2 * line.error, 1) },
      detail: { samples: late.length, standardError: rounded(line.error) },
    }),
  ];
}

/** However often they come, they stay the same people: in the database at the end, in the sightings after one round. */
async function visitors(run: WatchedRun, folder: string, clip: BenchClip): Promise<Figure> {
  const store = createSqliteStore({ path: join(folder, 'vitrine.db') });
  await store.start();
  const counts = await store.queries.counts();
  await store.stop();
  const round = run.sightings.filter(({ videoSeconds }) => videoSeconds < clip.seconds);
  const afterOneRound = new Set(round.flatMap(({ faceId }) => faceId ?? [])).size;
  return figure({
    name: 'visitors at the end',
    value: counts.visitors,
    unit: 'visitors',
    limit: { rule: 'exactly', value: clip.people },
    detail: { afterOneRound, visits: counts.visits, templates: counts.templates },
  });
}

async function measure(): Promise<Figure[]> {
  const seconds = wanted.seconds > 0 ? wanted.seconds : wanted.minutes * 60;
  say('composing the clip, where it is not there yet');
  const clip = await demoClip(seconds);
  const long = await repeatClip(clip, Math.ceil(seconds / clip.seconds));
  const folder = await mkdtemp(join(tmpdir(), 'vitrine-bench-'));
  try {
    say(`playing ${rounded(long.seconds / 60)} minutes of video`);
    const run = await watchRun(await configFile(folder, long));
    const expected = Math.round(long.seconds * long.framesPerSecond);
    if (run.frames !== expected) throw new Error(`${run.frames} frames were seen instead of ${expected}`);
    return [largest(run, long), ...growth(run), await visitors(run, folder, clip)];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

await present({ bench: 'memory', json: wanted.json, measure });
