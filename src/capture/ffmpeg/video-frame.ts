import type { Frame as AvFrame } from 'node-av/lib';
import { VitrineError } from '../../core/errors.ts';
import type { Frame } from '../../core/frame.ts';
import type { RgbImage } from '../../core/image.ts';
import type { FrameScaler } from './scaler.ts';

export interface VideoFrameFields {
  readonly camera: string;
  readonly sequence: number;
  readonly capturedAt: number;
  readonly mediaTime: number;
}

/** A decoded frame; holds the decoder's buffer until `close`. */
export class VideoFrame implements Frame {
  readonly camera: string;
  readonly sequence: number;
  readonly capturedAt: number;
  readonly mediaTime: number;
  readonly width: number;
  readonly height: number;
  readonly #scaler: FrameScaler;
  #picture: AvFrame | undefined;
  #rgb: RgbImage | undefined;

  /** Takes over `picture`, which is upright and in its final size. */
  constructor(picture: AvFrame, scaler: FrameScaler, fields: VideoFrameFields) {
    this.camera = fields.camera;
    this.sequence = fields.sequence;
    this.capturedAt = fields.capturedAt;
    this.mediaTime = fields.mediaTime;
    this.width = picture.width;
    this.height = picture.height;
    this.#picture = picture;
    this.#scaler = scaler;
  }

  rgb(): RgbImage {
    this.#rgb ??= this.scaled(this.width, this.height);
    return this.#rgb;
  }

  scaled(width: number, height: number): RgbImage {
    if (this.#picture === undefined)
      throw new VitrineError('INTERNAL', 'A frame was used after it was closed');
    return this.#scaler.convert(this.#picture, width, height);
  }

  close(): void {
    this.#picture?.free();
    this.#picture = undefined;
    this.#rgb = undefined;
  }
}
