import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../core/clock.ts';
import { VitrineError } from '../../core/errors.ts';
import type { Frame } from '../../core/frame.ts';
import type { Logger } from '../../core/logger.ts';
import type { CaptureOptions, FrameSource, SourceStats } from '../source.ts';
import { VideoDecoder } from './decoder.ts';
import { liveFailure, liveReason } from './failure.ts';
import { FrameMaker } from './frame-maker.ts';
import { createFrameQueue, deliver } from './frame-queue.ts';
import { InputFailure } from './input.ts';
import { type LiveInput, liveAddresses } from './live-address.ts';
import { LiveTimeline } from './live-timeline.ts';
import { BackOff, type BackOffOptions } from './pacing.ts';
import { Watchdog } from './watchdog.ts';

export interface LiveSourceParts {
  readonly input: LiveInput;
  readonly label: string;
  readonly options: CaptureOptions;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Default 0.5 s doubling to 30 s. */
  readonly backOff?: BackOffOptions;
}

const DEFAULT_BACK_OFF: BackOffOptions = { firstMs: 500, maxMs: 30_000 };
const DEFAULT_STALL_MS = 5000;
const DEFAULT_OPEN_ATTEMPTS = 3;

/**
 * Data without a picture is borne for so many times the stall timeout: who joins a stream in its middle sees nothing
 * before its next key frame, which may be ten seconds away.
 */
const BLIND_FACTOR = 3;

/** A connection that held this long was good: the next failure starts with a short wait again. */
const GOOD_SESSION_MS = 10_000;

/** How a connection ended. */
interface SessionEnd {
  readonly state: 'unopened' | 'stalled' | 'ended';
  readonly error: unknown;
}

/**
 * A network stream or V4L2 camera. Delivers the latest frames, and opens the source again by itself, with growing
 * pauses, when it ends, fails or falls silent. Each change of state is logged once.
 */
export class LiveSource implements FrameSource {
  readonly live = true;
  readonly #parts: LiveSourceParts;
  readonly #queue = createFrameQueue(true);
  readonly #maker: FrameMaker;
  readonly #backOff: BackOff;
  readonly #timeline: LiveTimeline;
  #decoder: VideoDecoder | undefined;
  #decodeMs = 0;
  #opened = 0;
  #failedAttempts = 0;
  #lostAt: number | undefined;

  constructor(parts: LiveSourceParts) {
    this.#parts = parts;
    this.#maker = new FrameMaker(parts.options);
    this.#backOff = new BackOff(parts.backOff ?? DEFAULT_BACK_OFF);
    this.#timeline = new LiveTimeline(parts.clock);
  }

  get label(): string {
    return this.#parts.label;
  }

  frames(signal: AbortSignal): AsyncGenerator<Frame, void, undefined> {
    return deliver({
      queue: this.#queue,
      signal,
      produce: (stop) => this.#produce(stop),
      onWaited: () => {},
    });
  }

  stats(): SourceStats {
    const rate = this.#timeline.framesPerSecond ?? this.#decoder?.info.framesPerSecond;
    const cap = this.#parts.options.maxFrameRate;
    return {
      captured: this.#maker.made,
      dropped: this.#queue.dropped + this.#maker.skipped,
      reopened: Math.max(0, this.#opened - 1),
      expectedFrames: undefined,
      framesPerSecond: rate !== undefined && cap !== undefined ? Math.min(rate, cap) : rate,
      decodeMs: this.#decodeMs + (this.#decoder?.decodeMs ?? 0),
    };
  }

  async #produce(signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted) {
        const startedAt = this.#parts.clock.monotonic();
        const end = await this.#session(signal);
        if (signal.aborted) break;
        if (this.#parts.clock.monotonic() - startedAt >= GOOD_SESSION_MS) this.#backOff.reset();
        this.#report(end);
        await delay(this.#backOff.nextMs(), undefined, { signal }).catch(() => {});
      }
      this.#queue.end();
    } catch (error) {
      this.#queue.end(signal.aborted ? undefined : error);
    } finally {
      this.#maker.close();
    }
  }

  /** One connection, from opening to its end. Throws only what opening again cannot cure. */
  async #session(signal: AbortSignal): Promise<SessionEnd> {
    const before = this.#opened;
    let stalled = false;
    try {
      const decoder = await this.#open(signal);
      const giveUp = () => {
        stalled = true;
        decoder.interrupt();
      };
      const silence = new Watchdog(this.#stallMs, giveUp);
      const blindness = new Watchdog(BLIND_FACTOR * this.#stallMs, giveUp);
      decoder.onPacket = () => silence.feed();
      const interrupt = () => decoder.interrupt();
      signal.addEventListener('abort', interrupt);
      try {
        silence.feed();
        await this.#pass(decoder, blindness);
      } finally {
        silence.stop();
        blindness.stop();
        signal.removeEventListener('abort', interrupt);
        this.#decodeMs += decoder.decodeMs;
        this.#decoder = undefined;
        await decoder.close();
      }
      return { state: this.#opened > before ? 'ended' : 'unopened', error: undefined };
    } catch (error) {
      if (error instanceof VitrineError) throw error;
      const state = stalled ? 'stalled' : 'ended';
      return { state: this.#opened > before ? state : 'unopened', error };
    }
  }

  async #open(signal: AbortSignal): Promise<VideoDecoder> {
    const { input, label } = this.#parts;
    // The first picture of a camera may take a while: twice the pause that later counts as silence.
    const limit = AbortSignal.any([signal, AbortSignal.timeout(2 * this.#stallMs)]);
    let failure: unknown;
    for (const address of liveAddresses(input, label)) {
      try {
        this.#decoder = await VideoDecoder.open(address, limit);
        return this.#decoder;
      } catch (error) {
        failure = error;
        if (limit.aborted) break;
      }
    }
    throw failure;
  }

  async #pass(decoder: VideoDecoder, watchdog: Watchdog): Promise<void> {
    const { clock } = this.#parts;
    this.#timeline.restart();
    watchdog.feed();
    let first = true;
    for await (const { picture, time } of decoder.pictures()) {
      watchdog.feed();
      if (first) this.#announce(picture);
      first = false;
      const mediaTime = this.#timeline.next(decoder.info.stamped ? time : undefined);
      const frame = await this.#maker.make(picture, { mediaTime, capturedAt: clock.now() });
      if (frame !== undefined && !(await this.#queue.push(frame))) return;
    }
  }

  #announce({ width, height }: { readonly width: number; readonly height: number }): void {
    const { logger, clock } = this.#parts;
    this.#opened++;
    this.#failedAttempts = 0;
    const size = { width, height };
    if (this.#opened === 1) {
      logger.info('camera opened', { ...this.#fields, ...size });
    } else {
      const seconds = Math.round((clock.monotonic() - (this.#lostAt ?? clock.monotonic())) / 1000);
      logger.info('camera reopened', { ...this.#fields, ...size, awaySeconds: seconds });
    }
    this.#lostAt = undefined;
  }

  /** Logs what changed; throws where a source that never opened has had its chances. */
  #report({ state, error }: SessionEnd): void {
    const { logger, clock, label, options } = this.#parts;
    if (state !== 'unopened') {
      this.#lostAt = clock.monotonic();
      if (state === 'stalled') {
        logger.warn('camera stalled', { ...this.#fields, code: 'SOURCE_STALLED', silentMs: this.#stallMs });
      } else {
        const reason = error === undefined ? 'the source ended' : liveReason(error);
        logger.warn('camera ended', { ...this.#fields, reason });
      }
      return;
    }
    const failure = liveFailure(error ?? new InputFailure('read', 0), label);
    this.#failedAttempts++;
    if (this.#opened === 0 && this.#failedAttempts >= (options.openAttempts ?? DEFAULT_OPEN_ATTEMPTS))
      throw failure;
    const fields = { ...this.#fields, code: failure.code, reason: failure.message };
    if (this.#opened === 0 && this.#failedAttempts === 1) logger.warn('camera unreachable', fields);
    else logger.debug('camera still unreachable', fields);
  }

  get #stallMs(): number {
    return this.#parts.options.stallTimeoutMs ?? DEFAULT_STALL_MS;
  }

  get #fields(): { camera: string; source: string } {
    return { camera: this.#parts.options.camera, source: this.#parts.label };
  }
}
