import type { Frame } from '../../core/frame.ts';
import type { RgbImage } from '../../core/image.ts';
import { scaleImage } from '../scale.ts';

export interface ImageFrameFields {
  readonly camera: string;
  readonly sequence?: number;
  /** Milliseconds since 1970; default now. */
  readonly capturedAt?: number;
  /** Seconds since the first frame; default 0. */
  readonly mediaTime?: number;
}

/** A picture in memory as a Frame. `rgb()` is the very picture, not a copy; `close()` only lets go of it. */
export function imageFrame(image: RgbImage, fields: ImageFrameFields): Frame {
  return {
    camera: fields.camera,
    sequence: fields.sequence ?? 0,
    capturedAt: fields.capturedAt ?? Date.now(),
    mediaTime: fields.mediaTime ?? 0,
    width: image.width,
    height: image.height,
    rgb: () => image,
    scaled: (width, height) => scaleImage(image, width, height),
    close: () => {},
  };
}
