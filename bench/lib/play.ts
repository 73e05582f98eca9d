import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { analyzeVideo } from '../../src/app/analyze-video.ts';
import { openShop } from '../../src/app/shop.ts';
import { openVision, visionOptionsFrom } from '../../src/app/vision.ts';
import { openSource } from '../../src/capture/open.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { VideoAnalysis } from '../../src/contract/analysis.ts';
import type { SightingMessage } from '../../src/contract/sighting.ts';
import { silentLogger } from '../../src/core/logger.ts';

/**
 * A process that takes one clip through the whole path in loyalty mode, with a new database in a temporary folder:
 * decode, detect, follow, describe, identify, store. Prints one `Played`. Argument: a `PlayOptions` as JSON.
 */

export interface PlayOptions {
  readonly path: string;
  /** Of the inference engine. */
  readonly threads: number;
  readonly visitGapSeconds: number;
}

export interface Played {
  readonly frames: number;
  /** From the first frame asked for to the last row stored; loading the models is not part of it. */
  readonly framesPerSecond: number;
  /** Milliseconds per frame. */
  readonly stages: VideoAnalysis['performance']['stages'];
  /** Milliseconds of processor time per frame, all threads together; hardly changed by other work on the machine. */
  readonly cpuMsPerFrame: number;
  readonly facesPerFrame: number;
  readonly visitors: number;
  readonly sightings: number;
  readonly peakMB: number;
}

async function play({ path, threads, visitGapSeconds }: PlayOptions): Promise<Played> {
  await using stack = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), 'vitrine-bench-'));
  stack.defer(() => rm(dataDir, { recursive: true, force: true }));
  const config = loadConfig({
    env: {},
    overrides: {
      mode: 'loyalty',
      dataDir,
      vision: { threads },
      visits: { gapMinutes: visitGapSeconds / 60 },
    },
  });
  const vision = await openVision(visionOptionsFrom(config));
  stack.defer(() => vision.close());
  const sightings: SightingMessage[] = [];
  const shop = await openShop({
    config,
    persists: true,
    embedder: vision.embedder,
    environment: {},
    logger: silentLogger,
    onSighting: (message) => void sightings.push(message),
  });
  stack.defer(() => shop.close());
  const camera = 'counter';
  const source = await openSource(path, { camera }, { logger: silentLogger });
  const before = process.cpuUsage();
  const { analysis } = await analyzeVideo({
    source,
    camera,
    vision,
    shop,
    sightings,
    visitGapMs: visitGapSeconds * 1000,
    lookIntervalMs: config.vision.lookIntervalMs,
    signal: new AbortController().signal,
  });
  const { user, system } = process.cpuUsage(before);
  const { visitors } = (await shop.store?.queries.counts()) ?? { visitors: 0 };
  const { frames, faces, performance } = analysis;
  return {
    frames,
    ...performance,
    cpuMsPerFrame: (user + system) / 1000 / frames,
    facesPerFrame: faces / frames,
    visitors,
    sightings: sightings.length,
    peakMB: (process.resourceUsage().maxRSS * 1024) / 1e6,
  };
}

process.stdout.write(`${JSON.stringify(await play(JSON.parse(process.argv[2] ?? '{}')))}\n`);
