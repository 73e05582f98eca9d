import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../core/clock.ts';
import { VitrineError } from '../../core/errors.ts';
import type { Frame } from '../../core/frame.ts';
import type { Logger } from '../../core/logger.ts';
import type { CaptureOptions, FrameSource, SourceStats } from '../source.ts';
import { VideoDecoder } from './decoder.ts';
import { fileFailure } from './failure.ts';
import { FrameMaker } from './frame-maker.ts';
import { createFrameQueue, deliver, type FrameQueue } from './frame-queue.ts';
import { type InputAddress, videoMegapixels } from './input.ts';
import { framesUnderCap, MediaTimeline, RealTimePace } from './pacing.ts';

export interface FileSourceParts {
  readonly label: string;
  /** Absolute path. */
  readonly path: string;
  /** Its first bytes are those of a video (or moving GIF). */
  readonly recognised: boolean;
  /** Its structure says that bytes are missing at its end. */
  readonly cutShort: boolean;
  readonly options: CaptureOptions;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** More make no difference beside detection, which wants the cores; each holds frames in memory. */
const DECODER_THREADS = 2;

/** Frames per second where neither container nor stamps tell. */
const ASSUMED_RATE = 25;

interface Run {
  readonly queue: FrameQueue;
  readonly maker: FrameMaker;
  readonly timeline: MediaTimeline;
  readonly pace: RealTimePace | undefined;
  readonly startedAt: number;
  readonly signal: AbortSignal;
}

/**
 * A video file or moving GIF. Read whole: the decoder runs ahead of the consumer by a few frames and then waits. With
 * `asCamera` it is played in real time instead, and the consumer sees the latest.
 */
export class FileSource implements FrameSource {
  readonly #parts: FileSourceParts;
  readonly #queue: FrameQueue;
  #maker: FrameMaker | undefined;
  #decoder: VideoDecoder | undefined;
  #waitedMs = 0;

  constructor(parts: FileSourceParts) {
    this.#parts = parts;
    this.#queue = createFrameQueue(parts.options.asCamera !== undefined);
  }

  get label(): string {
    return this.#parts.label;
  }

  get live(): boolean {
    return this.#parts.options.asCamera !== undefined;
  }

  frames(signal: AbortSignal): AsyncGenerator<Frame, void, undefined> {
    return deliver({
      queue: this.#queue,
      signal,
      produce: (stop) => this.#produce(stop),
      onWaited: (ms) => {
        this.#waitedMs += ms;
      },
    });
  }

  stats(): SourceStats {
    const captured = this.#maker?.made ?? 0;
    const rate = this.#decoder?.info.framesPerSecond;
    const cap = this.#parts.options.maxFrameRate;
    const framesPerSecond = rate !== undefined && cap !== undefined ? Math.min(rate, cap) : rate;
    return {
      captured,
      dropped: this.#queue.dropped + (this.#maker?.skipped ?? 0),
      reopened: 0,
      expectedFrames: this.live ? undefined : this.#expectedFrames(),
      framesPerSecond,
      decodeMs: this.live ? (this.#decoder?.decodeMs ?? 0) : this.#waitedMs,
    };
  }

  #expectedFrames(): number | undefined {
    const { frames, durationSeconds, framesPerSecond: rate } = this.#decoder?.info ?? {};
    if (rate === undefined) return frames;
    const count = frames ?? (durationSeconds === undefined ? undefined : Math.round(durationSeconds * rate));
    return count === undefined
      ? undefined
      : framesUnderCap({ count, rate, cap: this.#parts.options.maxFrameRate });
  }

  async #produce(signal: AbortSignal): Promise<void> {
    const { options, clock } = this.#parts;
    const maker = new FrameMaker(options);
    this.#maker = maker;
    const run: Run = {
      queue: this.#queue,
      maker,
      timeline: new MediaTimeline(),
      pace: this.live ? new RealTimePace(clock) : undefined,
      startedAt: clock.now(),
      signal,
    };
    try {
      let again = true;
      while (again) again = (await this.#playOnce(run)) && options.asCamera?.loop === true;
      this.#queue.end();
    } catch (error) {
      this.#queue.end(signal.aborted ? undefined : this.#failure(error));
    } finally {
      maker.close();
    }
  }

  /** From the first frame to the last; false if the consumer had enough before. */
  async #playOnce(run: Run): Promise<boolean> {
    const { signal, maker } = run;
    const before = maker.made;
    const decoder = await VideoDecoder.open(this.#address(), signal);
    this.#decoder = decoder;
    const interrupt = () => decoder.interrupt();
    signal.addEventListener('abort', interrupt);
    try {
      const complete = await this.#pass(decoder, run);
      if (complete) this.#judge(decoder, maker.made - before);
      return complete;
    } finally {
      signal.removeEventListener('abort', interrupt);
      await decoder.close();
    }
  }

  async #pass(decoder: VideoDecoder, run: Run): Promise<boolean> {
    const { maker, timeline, queue } = run;
    const step = 1 / (decoder.info.framesPerSecond ?? ASSUMED_RATE);
    if (maker.made > 0) timeline.restart(timeline.last + step);
    for await (const { picture, time } of decoder.pictures()) {
      const mediaTime = timeline.next(time, timeline.last + step);
      const capturedAt = run.startedAt + Math.round(mediaTime * 1000);
      const frame = await maker.make(picture, { mediaTime, capturedAt });
      if (frame === undefined) continue;
      await this.#waitUntilDue(mediaTime, run);
      if (!(await queue.push(frame))) return false;
    }
    return true;
  }

  async #waitUntilDue(mediaTime: number, { pace, signal }: Run): Promise<void> {
    const ms = pace?.millisecondsUntil(mediaTime) ?? 0;
    if (ms > 0) await delay(ms, undefined, { signal }).catch(() => {});
  }

  /** The end of the file was reached: was it the true end? */
  #judge(decoder: VideoDecoder, frames: number): void {
    const { label, logger, cutShort, options } = this.#parts;
    if (cutShort || decoder.endedEarly) {
      throw new VitrineError('SOURCE_CORRUPT', `${label} is cut short or damaged: ${this.#framesRead()}`);
    }
    if (frames === 0) throw new VitrineError('SOURCE_CORRUPT', `${label} holds no frame that can be decoded`);
    if (decoder.damaged > 0) {
      logger.warn('damaged frames left out', {
        camera: options.camera,
        source: label,
        frames: decoder.damaged,
      });
    }
  }

  #failure(error: unknown): unknown {
    if (error instanceof VitrineError) return error;
    if (this.#decoder === undefined) return fileFailure(error, this.#parts);
    const known = fileFailure(error, { ...this.#parts, recognised: true });
    return new VitrineError(known.code, `${known.message}; ${this.#framesRead()}`, { cause: error });
  }

  #framesRead(): string {
    const count = (this.#maker?.made ?? 0) + (this.#maker?.skipped ?? 0);
    return count === 1 ? '1 frame was read' : `${count} frames were read`;
  }

  #address(): InputAddress {
    return {
      url: `file:${this.#parts.path}`,
      // A playlist or reference file must not make us open anything else.
      options: { protocol_whitelist: 'file' },
      threads: DECODER_THREADS,
      maxMegapixels: videoMegapixels(this.#parts.options),
      skipDamaged: true,
      nonBlocking: false,
    };
  }
}
