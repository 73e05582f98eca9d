import { setImmediate as nextTurn } from 'node:timers/promises';
import { BoundedQueue } from '../../core/bounded-queue.ts';
import type { Clock } from '../../core/clock.ts';
import { VitrineError } from '../../core/errors.ts';
import type { Frame } from '../../core/frame.ts';
import type { Logger } from '../../core/logger.ts';
import type { CaptureOptions, FrameSource, SourceStats } from '../source.ts';
import { type InputAddress, VideoDecoder } from './decoder.ts';
import { fileFailure } from './failure.ts';
import { MediaTimeline, RateCap } from './pacing.ts';
import { PictureFilter } from './picture-filter.ts';
import { FrameScaler } from './scaler.ts';
import { VideoFrame } from './video-frame.ts';

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

/** Frames decoded ahead of the consumer. */
const PREFETCH = 4;

/** More threads make no difference beside detection, which wants the cores; each holds frames in memory. */
const DECODER_THREADS = 2;

/** A video file or moving GIF, read whole: the decoder runs ahead of the consumer by a few frames and then waits. */
export class FileSource implements FrameSource {
  readonly live = false;
  readonly #parts: FileSourceParts;
  #captured = 0;
  #skipped = 0;
  #waitedMs = 0;
  #decoder: VideoDecoder | undefined;

  constructor(parts: FileSourceParts) {
    this.#parts = parts;
  }

  get label(): string {
    return this.#parts.label;
  }

  async *frames(signal: AbortSignal): AsyncGenerator<Frame, void, undefined> {
    const queue = new BoundedQueue<Frame>({
      capacity: PREFETCH,
      overflow: 'wait',
      onDiscard: (frame) => frame.close(),
    });
    const scaler = new FrameScaler();
    const stop = new AbortController();
    const end = () => {
      stop.abort();
      queue.abandon();
    };
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
    const decoding = this.#decodeInto(queue, { scaler, signal: stop.signal });
    try {
      yield* this.#delivered(queue);
    } finally {
      signal.removeEventListener('abort', end);
      end();
      await decoding;
      scaler.close();
    }
  }

  stats(): SourceStats {
    const info = this.#decoder?.info;
    const cap = this.#parts.options.maxFrameRate;
    const rate = info?.framesPerSecond;
    const framesPerSecond = rate !== undefined && cap !== undefined ? Math.min(rate, cap) : rate;
    const share = rate !== undefined && framesPerSecond !== undefined ? framesPerSecond / rate : 1;
    const length = info?.frames ?? (info?.durationSeconds ?? Number.NaN) * (rate ?? Number.NaN);
    return {
      captured: this.#captured,
      dropped: this.#skipped,
      reopened: 0,
      expectedFrames: Number.isFinite(length) ? Math.round(length * share) : undefined,
      framesPerSecond,
      decodeMs: this.#waitedMs,
    };
  }

  async *#delivered(queue: BoundedQueue<Frame>): AsyncGenerator<Frame, void, undefined> {
    const frames = queue[Symbol.asyncIterator]();
    try {
      for (;;) {
        const from = performance.now();
        // A consumer that never waits for anything else would leave the decoder's finished work lying.
        await nextTurn();
        const next = await frames.next();
        this.#waitedMs += performance.now() - from;
        if (next.done === true) return;
        yield next.value;
      }
    } finally {
      await frames.return();
    }
  }

  async #decodeInto(
    queue: BoundedQueue<Frame>,
    { scaler, signal }: { scaler: FrameScaler; signal: AbortSignal },
  ): Promise<void> {
    const { options } = this.#parts;
    const filter = new PictureFilter({ maxSide: options.maxSide, greyscale: options.greyscale === true });
    try {
      const decoder = await VideoDecoder.open(this.#address(), signal);
      this.#decoder = decoder;
      const interrupt = () => decoder.interrupt();
      signal.addEventListener('abort', interrupt);
      try {
        const complete = await this.#pass(decoder, { queue, filter, scaler });
        if (complete) this.#judge(decoder);
      } finally {
        signal.removeEventListener('abort', interrupt);
        await decoder.close();
      }
      queue.end();
    } catch (error) {
      queue.end(signal.aborted ? undefined : this.#failure(error));
    } finally {
      filter.close();
    }
  }

  /** False if the consumer had enough before the end. */
  async #pass(
    decoder: VideoDecoder,
    { queue, filter, scaler }: { queue: BoundedQueue<Frame>; filter: PictureFilter; scaler: FrameScaler },
  ): Promise<boolean> {
    const { options, clock } = this.#parts;
    const cap = new RateCap(options.maxFrameRate);
    const timeline = new MediaTimeline();
    const startedAt = clock.now();
    const step = 1 / (decoder.info.framesPerSecond ?? 25);
    for await (const { picture, time } of decoder.pictures()) {
      const mediaTime = timeline.next(time, timeline.last + step);
      if (!cap.keeps(mediaTime)) {
        this.#skipped++;
        picture.free();
        continue;
      }
      const frame = new VideoFrame(await filter.apply(picture), scaler, {
        camera: options.camera,
        sequence: this.#captured++,
        capturedAt: startedAt + Math.round(mediaTime * 1000),
        mediaTime,
      });
      if (!(await queue.push(frame))) return false;
    }
    return true;
  }

  /** The end of the file was reached: was it the true end? */
  #judge(decoder: VideoDecoder): void {
    const { label, logger, cutShort, options } = this.#parts;
    const read = framesWereRead(this.#captured + this.#skipped);
    if (cutShort || decoder.endedEarly) {
      throw new VitrineError('SOURCE_CORRUPT', `${label} is cut short or damaged: ${read}`);
    }
    if (this.#captured === 0)
      throw new VitrineError('SOURCE_CORRUPT', `${label} holds no frame that can be decoded`);
    if (decoder.damaged > 0) {
      logger.warn('damaged frames left out', {
        camera: options.camera,
        source: label,
        frames: decoder.damaged,
      });
    }
  }

  #failure(error: unknown): unknown {
    const { label, recognised } = this.#parts;
    if (this.#decoder === undefined) return fileFailure(error, { label, recognised });
    if (error instanceof VitrineError) return error;
    const known = fileFailure(error, { label, recognised: true });
    const read = framesWereRead(this.#captured + this.#skipped);
    return new VitrineError(known.code, `${known.message}; ${read}`, { cause: error });
  }

  #address(): InputAddress {
    return {
      url: `file:${this.#parts.path}`,
      // A playlist or reference file must not make us open anything else.
      options: { protocol_whitelist: 'file' },
      threads: DECODER_THREADS,
      skipDamaged: true,
    };
  }
}

function framesWereRead(count: number): string {
  return count === 1 ? '1 frame was read' : `${count} frames were read`;
}
