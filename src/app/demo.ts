import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { VideoWriter } from '../capture/ffmpeg/writer.ts';
import { openSource } from '../capture/open.ts';
import { loadConfig } from '../config/load.ts';
import type { VideoAnalysis } from '../contract/analysis.ts';
import { type Sighting, type SightingMessage, toSighting } from '../contract/sighting.ts';
import type { Logger } from '../core/logger.ts';
import { composeDemoClip } from '../demo/clip.ts';
import {
  compareWithTruth,
  comparisonTable,
  DEMO_VISIT_GAP_SECONDS,
  type DemoComparison,
} from '../demo/compare.ts';
import { distributionOf, distributionRows } from '../insight/distribution.ts';
import { defaultModelsDir } from '../vision/onnx/manifest.ts';
import { commonOutput, openOutput } from './analysis-output.ts';
import { analyzeVideo, type VideoProgress } from './analyze-video.ts';
import { checkDestinations } from './result-files.ts';
import { openShop } from './shop.ts';
import { openVision, visionOptionsFrom } from './vision.ts';

export interface DemoOptions {
  /** As fast as it goes, instead of in the clip's own time. */
  readonly once: boolean;
  /** Kept between runs; undefined: a temporary folder, removed at the end. */
  readonly dataDir: string | undefined;
  /** Folder for JSON, CSV and the HTML report. */
  readonly out: string | undefined;
  /** File for the clip with what was seen drawn on it. */
  readonly annotate: string | undefined;
  readonly environment: NodeJS.ProcessEnv;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly onCompose: (progress: { readonly frame: number; readonly frames: number }) => void;
  readonly onProgress: (progress: VideoProgress) => void;
  readonly onSighting: (sighting: Sighting) => void;
}

export interface DemoResult {
  readonly clip: string;
  readonly analysis: VideoAnalysis;
  readonly comparison: DemoComparison;
  /** Visitors by age and gender, as rows of text. */
  readonly distribution: readonly (readonly string[])[];
  /** The comparison as lines of text. */
  readonly table: readonly string[];
}

/** Where the composed clip is kept, beside the models. */
export function demoClipPath(): string {
  return join(dirname(defaultModelsDir()), 'demo', 'shop.mp4');
}

/** Composes the clip, if it is not there, and runs it through the whole path in loyalty mode. */
export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  await checkDestinations({ ...options, kind: 'clip' });
  const clip = await composeDemoClip({
    path: demoClipPath(),
    openWriter: (writer) => VideoWriter.open(writer),
    onProgress: options.onCompose,
    signal: options.signal,
  });
  const temporary =
    options.dataDir === undefined ? await mkdtemp(join(tmpdir(), 'vitrine-demo-')) : undefined;
  try {
    const analysis = await play(clip.path, temporary ?? options.dataDir ?? '', options);
    const comparison = compareWithTruth({ truth: clip.truth, analysis });
    const people = analysis.visitors.map(({ age, gender }) => ({ age: age.mean, gender: gender.label }));
    const distribution = distributionRows(distributionOf(people));
    return { clip: clip.path, analysis, comparison, distribution, table: comparisonTable(comparison) };
  } finally {
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true });
  }
}

async function play(path: string, dataDir: string, options: DemoOptions): Promise<VideoAnalysis> {
  const config = loadConfig({
    env: {},
    overrides: { mode: 'loyalty', dataDir, visits: { gapMinutes: DEMO_VISIT_GAP_SECONDS / 60 } },
  });
  await using stack = new AsyncDisposableStack();
  const vision = await openVision(visionOptionsFrom(config));
  stack.defer(() => vision.close());
  const sightings: SightingMessage[] = [];
  const shop = await openShop({
    config,
    persists: true,
    embedder: vision.embedder,
    environment: options.environment,
    logger: options.logger,
    onSighting: (message) => {
      sightings.push(message);
      options.onSighting(toSighting(message));
    },
  });
  stack.defer(() => shop.close());
  const camera = 'shop';
  const asCamera = options.once ? {} : { asCamera: { loop: false } };
  const source = await openSource(path, { camera, ...asCamera }, { logger: options.logger });
  const { out, annotate } = options;
  const given = { out, annotate, crops: false, embeddings: false, format: 'none' as const };
  const output = openOutput({ ...given, label: 'demo', mode: config.mode, common: commonOutput() });
  stack.defer(() => output.abort());
  const { analysis: seen } = await analyzeVideo({
    source,
    camera,
    vision,
    shop,
    sightings,
    visitGapMs: DEMO_VISIT_GAP_SECONDS * 1000,
    lookIntervalMs: config.vision.lookIntervalMs,
    ...(output.wantsFrames ? { onFrame: (frame, faces) => output.frame(frame, faces) } : {}),
    onProgress: options.onProgress,
    signal: options.signal,
  });
  const analysis = { ...seen, source: 'Vitrine demo' };
  await output.finishVideo(analysis);
  return analysis;
}
