import type { FrameSource } from '../capture/source.ts';
import type { VideoAnalysis, VisitorSummary } from '../contract/analysis.ts';
import { type SightingMessage, toSighting } from '../contract/sighting.ts';
import { systemClock } from '../core/clock.ts';
import { asVitrineError, type VitrineError } from '../core/errors.ts';
import type { Frame } from '../core/frame.ts';
import type { TrackUpdate } from '../core/track.ts';
import type { Resolution } from '../identity/gallery.ts';
import { type PersonSeen, summarizeVisitors } from '../insight/visitor-summary.ts';
import { FaceWatcher } from '../pipeline/face-watcher.ts';
import type { Shop } from './shop.ts';
import type { Vision } from './vision.ts';

/** What is seen in a frame, once identity has spoken; for drawing on it. */
export interface SeenFace {
  readonly update: TrackUpdate;
  readonly resolution: Resolution | undefined;
}

export interface AnalyzeVideoOptions {
  readonly source: FrameSource;
  readonly camera: string;
  /** Stands before the numbers of the tracks; undefined: nothing. */
  readonly trackPrefix?: string;
  readonly vision: Vision;
  readonly shop: Shop;
  /** Filled by the shop's `onSighting`. */
  readonly sightings: readonly SightingMessage[];
  readonly visitGapMs: number;
  /** How many visits of a visitor are stored, this source's included; undefined where none are. */
  readonly visitsOf?: (faceId: string) => Promise<number>;
  readonly lookIntervalMs: number;
  readonly onFrame?: (frame: Frame, faces: readonly SeenFace[]) => Promise<void>;
  readonly onProgress?: (progress: VideoProgress) => void;
  /** Aborted: stops after the current frame and gives what there is. */
  readonly signal: AbortSignal;
}

export interface VideoProgress {
  readonly frames: number;
  readonly expectedFrames: number | undefined;
  readonly framesPerSecond: number;
}

export interface VideoResult {
  readonly analysis: VideoAnalysis;
  /** The source broke half-way; the analysis is of what came before. */
  readonly failure: VitrineError | undefined;
}

/** Runs one source through the whole path. Throws where not a single frame could be read. */
export async function analyzeVideo(options: AnalyzeVideoOptions): Promise<VideoResult> {
  const run = new VideoRun(options);
  const failure = await run.read();
  await run.finish();
  return { analysis: run.analysis(), failure };
}

class VideoRun {
  readonly #options: AnalyzeVideoOptions;
  readonly #watcher: FaceWatcher;
  readonly #seen = new Map<string, PersonSeen>();
  readonly #visitors: VisitorSummary[] = [];
  readonly #startedAt = systemClock.monotonic();
  #frames = 0;
  #faces = 0;
  #lastMediaTime = 0;
  #identifyMs = 0;
  #writeMs = 0;

  constructor(options: AnalyzeVideoOptions) {
    this.#options = options;
    const { camera, trackPrefix = '', lookIntervalMs, vision } = options;
    const watching = { camera, trackPrefix, lookIntervalMs };
    this.#watcher = new FaceWatcher(watching, { ...vision, clock: systemClock });
  }

  async read(): Promise<VitrineError | undefined> {
    const { source, signal } = this.#options;
    try {
      for await (const frame of source.frames(signal)) {
        try {
          await this.#take(frame);
        } finally {
          frame.close();
        }
        if (signal.aborted) break;
      }
    } catch (error) {
      const known = asVitrineError(error);
      if (this.#frames === 0 || !known.code.startsWith('SOURCE_')) throw known;
      return known;
    }
    return undefined;
  }

  async finish(): Promise<void> {
    await this.#identify(this.#watcher.flush());
    await this.#options.shop.drain();
    const { sightings, visitGapMs, visitsOf } = this.#options;
    const visitors = summarizeVisitors({ sightings, seen: this.#seen, visitGapMs });
    for (const visitor of visitors) {
      const visits = Math.max(visitor.visits, (await visitsOf?.(visitor.faceId)) ?? 0);
      this.#visitors.push({ ...visitor, visits });
    }
  }

  analysis(): VideoAnalysis {
    const { source, sightings } = this.#options;
    const seconds = (systemClock.monotonic() - this.#startedAt) / 1000;
    const stats = source.stats();
    const fps =
      stats.framesPerSecond ?? (this.#lastMediaTime > 0 ? (this.#frames - 1) / this.#lastMediaTime : 0);
    const lastFrame = this.#frames > 0 && fps > 0 ? 1 / fps : 0;
    const perFrame = (ms: number) => Math.round((ms / Math.max(this.#frames, 1)) * 100) / 100;
    const { detect, describe } = this.#watcher.times;
    return {
      source: source.label,
      frames: this.#frames,
      durationSeconds: Math.round((this.#lastMediaTime + lastFrame) * 1000) / 1000,
      fps: Math.round(fps * 1000) / 1000,
      faces: this.#faces,
      visitors: this.#visitors,
      sightings: sightings.map(toSighting).sort((a, b) => a.timestamp.localeCompare(b.timestamp)),
      performance: {
        framesPerSecond: Math.round((this.#frames / Math.max(seconds, 1e-3)) * 10) / 10,
        stages: {
          decode: perFrame(stats.decodeMs),
          detect: perFrame(detect),
          describe: perFrame(describe),
          identify: perFrame(this.#identifyMs),
          ...(this.#options.onFrame ? { write: perFrame(this.#writeMs) } : {}),
        },
      },
    };
  }

  async #take(frame: Frame): Promise<void> {
    const { onFrame, onProgress, source } = this.#options;
    const faces = await this.#identify(await this.#watcher.watch(frame));
    this.#frames++;
    this.#faces += faces.length;
    this.#lastMediaTime = frame.mediaTime;
    const before = systemClock.monotonic();
    await onFrame?.(frame, faces);
    this.#writeMs += systemClock.monotonic() - before;
    const framesPerSecond = (this.#frames * 1000) / (systemClock.monotonic() - this.#startedAt);
    onProgress?.({ frames: this.#frames, expectedFrames: source.stats().expectedFrames, framesPerSecond });
  }

  /** Says who the tracks are; gives those that were seen in this frame. */
  async #identify(updates: readonly TrackUpdate[]): Promise<SeenFace[]> {
    const before = systemClock.monotonic();
    const faces: SeenFace[] = [];
    for (const update of updates) {
      const resolution = await this.#options.shop.stage.handle(update);
      if (resolution?.contradiction) this.#watcher.startOver(update.track);
      if (resolution?.faceId !== undefined) this.#note(resolution.faceId, update);
      if (update.state === 'live') faces.push({ update, resolution });
    }
    this.#identifyMs += systemClock.monotonic() - before;
    return faces;
  }

  #note(faceId: string, update: TrackUpdate): void {
    if (update.attributes === undefined) return;
    const person = this.#seen.get(faceId) ?? { readings: new Map() };
    person.readings.set(update.track, update.attributes);
    this.#seen.set(faceId, person);
  }
}
