import type { Frame as AvFrame } from 'node-av/lib';
import type { CaptureOptions } from '../source.ts';
import { RateCap } from './pacing.ts';
import { PictureFilter } from './picture-filter.ts';
import { FrameScaler } from './scaler.ts';
import { VideoFrame } from './video-frame.ts';

/** Turns decoded pictures into numbered frames of one run: capped in rate, upright, in the size and colour asked for. */
export class FrameMaker {
  readonly #camera: string;
  readonly #cap: RateCap;
  readonly #filter: PictureFilter;
  readonly #scaler = new FrameScaler();
  #made = 0;
  #skipped = 0;

  constructor(options: CaptureOptions) {
    this.#camera = options.camera;
    this.#cap = new RateCap(options.maxFrameRate);
    this.#filter = new PictureFilter({ maxSide: options.maxSide, greyscale: options.greyscale === true });
  }

  get made(): number {
    return this.#made;
  }

  /** Pictures left out by the cap. */
  get skipped(): number {
    return this.#skipped;
  }

  /** Takes over `picture`. Undefined where the cap leaves it out. `mediaTime` in seconds, `capturedAt` in ms. */
  async make(
    picture: AvFrame,
    at: { mediaTime: number; capturedAt: number },
  ): Promise<VideoFrame | undefined> {
    if (!this.#cap.keeps(at.mediaTime)) {
      this.#skipped++;
      picture.free();
      return undefined;
    }
    const upright = await this.#filter.apply(picture);
    return new VideoFrame(upright, this.#scaler, { camera: this.#camera, sequence: this.#made++, ...at });
  }

  close(): void {
    this.#filter.close();
    this.#scaler.close();
  }
}
