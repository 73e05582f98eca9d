import { basename } from 'node:path';
import { listImages, openSource } from '../capture/open.ts';
import type { CaptureOptions, FrameSource } from '../capture/source.ts';
import type { Config } from '../config/schema.ts';
import type { SightingMessage } from '../contract/sighting.ts';
import { describeError, VitrineError } from '../core/errors.ts';
import type { Frame } from '../core/frame.ts';
import { type Logger, silentLogger } from '../core/logger.ts';
import { modeRules } from '../privacy/modes.ts';
import {
  type AnalysisOutput,
  type AnalyzeResult,
  type CommonOutput,
  commonOutput,
  openOutput,
} from './analysis-output.ts';
import { analyzePictures } from './analyze-pictures.ts';
import {
  checkWishes,
  classifySources,
  isPicture,
  isSourceError,
  type SourceToAnalyze,
} from './analyze-sources.ts';
import { analyzeVideo, type VideoProgress } from './analyze-video.ts';
import type { Shop } from './shop.ts';
import { talkLine } from './talk.ts';
import { openVision, type Vision, visionOptionsFrom } from './vision.ts';

export interface AnalyzeOptions {
  readonly sources: readonly string[];
  readonly config: Config;
  /** What sightings call the source. */
  readonly camera: string;
  readonly capture: Omit<CaptureOptions, 'camera'>;
  /** Folder for JSON, CSV and the HTML report. */
  readonly out: string | undefined;
  /** File for the annotated picture or clip. */
  readonly annotate: string | undefined;
  readonly crops: boolean;
  readonly embeddings: boolean;
  /** `none`: results are given for a person to read. */
  readonly format: 'json' | 'csv' | 'none';
  /** Seconds after which a source is left. */
  readonly duration: number | undefined;
  readonly environment: NodeJS.ProcessEnv;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: AnalyzeProgress) => void;
  /** One line about a source that could not be read, or not to its end. */
  readonly onTrouble: (line: string) => void;
}

export interface AnalyzeProgress {
  readonly done: number;
  readonly total: number | undefined;
  readonly detail: string;
}

/** Analyses one source after the other; gives results as they come, in the format asked for. */
export async function* analyzeSources(
  options: AnalyzeOptions,
): AsyncGenerator<AnalyzeResult, void, undefined> {
  const { config, signal } = options;
  const found = await classifySources(options.sources, options.onTrouble);
  await checkWishes(found, options);
  if (found.length === 0) return;
  const needsShop = !found.every(isPicture) || modeRules[config.mode].persistsVisitors;
  await using stack = new AsyncDisposableStack();
  const vision = await openNeededVision(options, needsShop);
  stack.defer(() => vision.close());
  const sightings: SightingMessage[] = [];
  const shop = needsShop ? await openNeededShop(options, vision, sightings) : undefined;
  stack.defer(() => shop?.close());
  const common = commonOutput();
  for (const [i, one] of found.entries()) {
    if (signal.aborted && i > 0) return;
    const job: Job = { ...one, options, vision, shop, sightings, common, position: i };
    yield* attempt(job);
    sightings.length = 0;
  }
}

/** Pictures alone need descriptors only if somebody is to recognise them, or asked to see them. */
function openNeededVision(options: AnalyzeOptions, needsShop: boolean): Promise<Vision> {
  const wanted = visionOptionsFrom(options.config);
  return openVision({
    ...wanted,
    embeds: wanted.embeds && (needsShop || options.embeddings),
    appearance: needsShop,
  });
}

/** Loaded only where it is needed: the database alone costs a picture a fifth of a second. */
async function openNeededShop(
  { config, environment, logger }: AnalyzeOptions,
  vision: Vision,
  sightings: SightingMessage[],
): Promise<Shop> {
  const { openShop } = await import('./shop.ts');
  return openShop({
    config,
    persists: modeRules[config.mode].persistsSightings,
    embedder: vision.embedder,
    environment,
    logger,
    onSighting: (message) => void sightings.push(message),
  });
}

interface Job extends SourceToAnalyze {
  readonly options: AnalyzeOptions;
  readonly vision: Vision;
  /** Undefined where only pictures are analysed and nobody is to be recognised. */
  readonly shop: Shop | undefined;
  /** Of this source; filled by the shop. */
  readonly sightings: readonly SightingMessage[];
  readonly common: CommonOutput;
  /** Among the sources. */
  readonly position: number;
}

/** A source that fails is an error if it is the only one; among several it is told of. */
async function* attempt(job: Job): AsyncGenerator<AnalyzeResult, void, undefined> {
  const { options, label, common } = job;
  const output = openOutput({ ...options, label, mode: options.config.mode, common });
  try {
    const source = await openSource(job.source, captureOptions(options), { logger: sourceLogger(job) });
    yield* isPicture(job) ? pictures(job, source, output) : video(job, source, output);
  } catch (error) {
    await output.abort();
    if (options.sources.length === 1 || !isSourceError(error)) throw error;
    options.onTrouble(describeError(error));
  }
}

async function* video(
  job: Job,
  source: FrameSource,
  output: AnalysisOutput,
): AsyncGenerator<AnalyzeResult, void, undefined> {
  const { options, vision, shop, sightings, position } = job;
  if (shop === undefined) throw new VitrineError('INTERNAL', 'a clip without a shop');
  const { config, camera } = options;
  const { analysis, failure } = await analyzeVideo({
    source,
    camera,
    // Clips of one run are one camera's: their tracks must not be taken for each other's.
    trackPrefix: position === 0 ? '' : `${position + 1}-`,
    vision,
    shop,
    sightings,
    signal: withDuration(options.signal, options.duration),
    ...visitsKnownTo(shop, config),
    visitGapMs: config.visits.gapMinutes * 60_000,
    lookIntervalMs: config.vision.lookIntervalMs,
    ...(output.wantsFrames ? { onFrame: (frame, faces) => output.frame(frame, faces) } : {}),
    onProgress: (progress) => options.onProgress(asProgress(progress)),
  });
  await output.finishVideo(analysis);
  if (failure) options.onTrouble(describeError(failure));
  yield* output.videoResult(analysis);
}

/** In loyalty mode the visits of earlier runs count too: whoever had one is returning. */
function visitsKnownTo({ store }: Shop, { site, mode }: Config) {
  if (store === undefined || modeRules[mode].persistsVisits !== 'with-id') return {};
  const all = { site: site.id, from: 0, to: Number.MAX_SAFE_INTEGER };
  const visitsOf = async (faceId: string) => (await store.records.visitsAround({ ...all, faceId })).length;
  return { visitsOf };
}

function asProgress({ frames, expectedFrames, framesPerSecond }: VideoProgress): AnalyzeProgress {
  return { done: frames, total: expectedFrames, detail: `${framesPerSecond.toFixed(0)} frames/s` };
}

async function* pictures(
  job: Job,
  source: FrameSource,
  output: AnalysisOutput,
): AsyncGenerator<AnalyzeResult, void, undefined> {
  const { options, vision, shop } = job;
  const { signal, config } = options;
  const paths = job.kind === 'folder' ? await listImages(job.source) : [job.source];
  const gallery = modeRules[config.mode].persistsVisitors ? shop?.gallery : undefined;
  const labelOf = (frame: Frame) => paths[frame.sequence] ?? job.source;
  for await (const { frame, result } of analyzePictures({ source, vision, gallery, labelOf, signal })) {
    const done = frame.sequence + 1;
    options.onProgress({ done, total: paths.length, detail: basename(labelOf(frame)) });
    await output.picture(frame, result);
    yield* output.pictureResult(frame, result);
    if (signal.aborted) break;
  }
  await output.finishPictures();
}

/** What a file could not give is trouble; a camera that went away and comes back is news. */
function sourceLogger({ options, kind }: Job): Logger {
  const live = kind === 'stream' || kind === 'device';
  if (live) return options.logger;
  return { ...silentLogger, warn: (message, fields) => options.onTrouble(talkLine(message, fields)) };
}

function captureOptions({ camera, capture, config }: AnalyzeOptions): CaptureOptions {
  return { ...capture, camera, maxMegapixels: config.capture.maxMegapixels };
}

function withDuration(signal: AbortSignal, seconds: number | undefined): AbortSignal {
  return seconds === undefined ? signal : AbortSignal.any([signal, AbortSignal.timeout(seconds * 1000)]);
}
