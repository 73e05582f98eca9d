import { performance } from 'node:perf_hooks';
import type { Clock } from '../../core/clock.ts';
import { VitrineError } from '../../core/errors.ts';
import type { Frame } from '../../core/frame.ts';
import type { RgbImage } from '../../core/image.ts';
import type { Logger } from '../../core/logger.ts';
import type { CaptureOptions, FrameSource, SourceStats } from '../source.ts';
import { imageFrame } from './image-frame.ts';
import { readImage } from './read-image.ts';

export interface ImageSourceParts {
  readonly label: string;
  /** Paths, in the order in which they are shown. */
  readonly images: readonly string[];
  readonly options: CaptureOptions;
  readonly logger: Logger;
  readonly clock: Clock;
}

/**
 * Pictures as frames, one second of media time apart. The next one is decoded while the consumer works. A single
 * picture that cannot be read is an error; one among several is logged and left out, unless none can be read.
 */
export class ImageSource implements FrameSource {
  readonly live = false;
  readonly #parts: ImageSourceParts;
  #captured = 0;
  #decodeMs = 0;

  constructor(parts: ImageSourceParts) {
    this.#parts = parts;
  }

  get label(): string {
    return this.#parts.label;
  }

  async *frames(signal: AbortSignal): AsyncGenerator<Frame, void, undefined> {
    const { images, options, clock, label } = this.#parts;
    const startedAt = clock.now();
    let upcoming = this.#read(images[0]);
    for (const [position] of images.entries()) {
      const image = await this.#wait(upcoming);
      if (signal.aborted) return;
      upcoming = this.#read(images[position + 1]);
      if (image === undefined) continue;
      this.#captured++;
      const capturedAt = startedAt + position * 1000;
      yield imageFrame(image, {
        camera: options.camera,
        sequence: position,
        capturedAt,
        mediaTime: position,
      });
    }
    if (this.#captured === 0)
      throw new VitrineError('SOURCE_EMPTY', `${label} holds no picture that can be read`);
  }

  stats(): SourceStats {
    return {
      captured: this.#captured,
      dropped: 0,
      reopened: 0,
      expectedFrames: this.#parts.images.length,
      framesPerSecond: undefined,
      decodeMs: this.#decodeMs,
    };
  }

  async #wait(upcoming: Promise<RgbImage | undefined>): Promise<RgbImage | undefined> {
    const from = performance.now();
    try {
      return await upcoming;
    } finally {
      this.#decodeMs += performance.now() - from;
    }
  }

  /** Undefined for a picture that is left out. The promise may fail before anyone waits for it. */
  #read(path: string | undefined): Promise<RgbImage | undefined> {
    const { images, options, logger } = this.#parts;
    if (path === undefined) return Promise.resolve(undefined);
    const { maxMegapixels, maxSide, greyscale } = options;
    const limits = {
      ...(maxMegapixels !== undefined && { maxMegapixels }),
      ...(maxSide !== undefined && { maxSide }),
      ...(greyscale !== undefined && { greyscale }),
    };
    const reading = readImage(path, limits).catch((error: unknown) => {
      if (images.length === 1 || !(error instanceof VitrineError)) throw error;
      logger.warn('picture left out', { camera: options.camera, code: error.code, reason: error.message });
      return undefined;
    });
    reading.catch(() => {});
    return reading;
  }
}
