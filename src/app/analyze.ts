import { basename } from 'node:path';
import { classifySource, listImages, openSource } from '../capture/open.ts';
import type { CaptureOptions } from '../capture/source.ts';
import type { Config } from '../config/schema.ts';
import type { SightingMessage } from '../contract/sighting.ts';
import { describeError, VitrineError } from '../core/errors.ts';
import type { Frame } from '../core/frame.ts';
import type { Logger } from '../core/logger.ts';
import { modeRules } from '../privacy/modes.ts';
import { type AnalyzeResult, openOutput } from './analysis-output.ts';
import { analyzePictures, type PictureResult } from './analyze-pictures.ts';
import { analyzeVideo } from './analyze-video.ts';
import type { Shop } from './shop.ts';
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
  const { config, sources, signal } = options;
  const kinds = await Promise.all(sources.map(async (source) => (await classifySource(source)).kind));
  const isPicture = (kind: string | undefined) => kind === 'image' || kind === 'folder';
  const needsShop = !kinds.every(isPicture) || modeRules[config.mode].persistsVisitors;
  await using stack = new AsyncDisposableStack();
  const vision = await openNeededVision(options, needsShop);
  stack.defer(() => vision.close());
  const sightings: SightingMessage[] = [];
  const shop = needsShop ? await openNeededShop(options, vision, sightings) : undefined;
  stack.defer(() => shop?.close());
  const many = sources.length > 1;
  for (const [i, source] of sources.entries()) {
    if (signal.aborted) return;
    const kind = kinds[i];
    const job: Job = {
      options,
      source,
      vision,
      shop,
      sightings,
      many,
      first: i === 0,
      folder: kind === 'folder',
    };
    yield* isPicture(kind) ? pictures(job) : video(job);
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

interface Job {
  readonly options: AnalyzeOptions;
  readonly source: string;
  readonly vision: Vision;
  /** Undefined where only pictures are analysed and nobody is to be recognised. */
  readonly shop: Shop | undefined;
  /** Of this source; filled by the shop. */
  readonly sightings: readonly SightingMessage[];
  readonly many: boolean;
  readonly first: boolean;
  readonly folder: boolean;
}

async function* video(job: Job): AsyncGenerator<AnalyzeResult, void, undefined> {
  const { options, vision, shop, sightings } = job;
  if (shop === undefined) throw new VitrineError('INTERNAL', 'a clip without a shop');
  const { config, camera } = options;
  const source = await openSource(job.source, captureOptions(options), { logger: options.logger });
  const output = openOutput({ ...options, label: source.label, mode: config.mode, header: job.first });
  const signal = withDuration(options.signal, options.duration);
  try {
    const { analysis, failure } = await analyzeVideo({
      source,
      camera,
      vision,
      shop,
      sightings,
      signal,
      visitGapMs: config.visits.gapMinutes * 60_000,
      lookIntervalMs: config.vision.lookIntervalMs,
      ...(output.wantsFrames ? { onFrame: (frame, faces) => output.frame(frame, faces) } : {}),
      onProgress: ({ frames, expectedFrames, framesPerSecond }) =>
        options.onProgress({
          done: frames,
          total: expectedFrames,
          detail: `${framesPerSecond.toFixed(0)} frames/s`,
        }),
    });
    await output.finishVideo(analysis);
    if (failure) options.onTrouble(describeError(failure));
    yield* output.videoResult(analysis);
  } catch (error) {
    await output.abort();
    if (!job.many || !isSourceError(error)) throw error;
    options.onTrouble(describeError(error));
  }
}

async function* pictures(job: Job): AsyncGenerator<AnalyzeResult, void, undefined> {
  const { options, vision, shop } = job;
  const { onTrouble } = options;
  const paths = job.folder ? await listImages(job.source) : [job.source];
  const logger: Logger = {
    ...options.logger,
    warn: (message, fields) => onTrouble(withFields(message, fields)),
  };
  const source = await openSource(job.source, captureOptions(options), { logger });
  const output = openOutput({
    ...options,
    label: source.label,
    mode: options.config.mode,
    header: job.first,
  });
  const persons = modeRules[options.config.mode].persistsVisitors ? shop?.gallery : undefined;
  const labelOf = (frame: Frame) => paths[frame.sequence] ?? job.source;
  const done: PictureResult[] = [];
  try {
    const results = analyzePictures({ source, vision, gallery: persons, labelOf, signal: options.signal });
    for await (const { frame, result } of results) {
      done.push(result);
      options.onProgress({ done: done.length, total: paths.length, detail: basename(labelOf(frame)) });
      await output.picture(frame, result);
      yield* output.pictureResult(frame, result);
      if (options.signal.aborted) break;
    }
    await output.finishPictures(done.map(({ analysis }) => analysis));
  } catch (error) {
    await output.abort();
    if (!job.many || !isSourceError(error)) throw error;
    onTrouble(describeError(error));
  }
}

function withFields(message: string, fields: Parameters<Logger['warn']>[1]): string {
  const said = Object.entries(fields ?? {}).map(([key, value]) => `${key} ${value}`);
  return said.length > 0 ? `${message} (${said.join(', ')})` : message;
}

function captureOptions({ camera, capture, config }: AnalyzeOptions): CaptureOptions {
  return { ...capture, camera, maxMegapixels: config.capture.maxMegapixels };
}

function withDuration(signal: AbortSignal, seconds: number | undefined): AbortSignal {
  return seconds === undefined ? signal : AbortSignal.any([signal, AbortSignal.timeout(seconds * 1000)]);
}

function isSourceError(error: unknown): boolean {
  return error instanceof VitrineError && error.code.startsWith('SOURCE_');
}
