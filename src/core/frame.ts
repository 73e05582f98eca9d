import type { RgbImage } from './image.ts';

/**
 * One image of a camera. Pixels are converted only when asked for, because most frames are only looked at in a
 * reduced size. A frame is owned by whoever received it, and must be closed; its images stay valid afterwards.
 */
export interface Frame {
  readonly camera: string;
  /** 0, 1, 2 … per camera and run; a gap is a dropped frame. */
  readonly sequence: number;
  /** Milliseconds since 1970: when the camera took it; for a file, the start of the run plus the media time. */
  readonly capturedAt: number;
  /** Seconds since the first frame of this source. */
  readonly mediaTime: number;
  readonly width: number;
  readonly height: number;
  /** The whole picture at full size; converted once and kept until `close`. */
  rgb(): RgbImage;
  /**
   * The whole picture scaled to exactly `width` × `height`, area-averaged where it shrinks. Cheaper than `rgb()` for
   * small sizes, and without converting the full picture where the decoder allows it.
   */
  scaled(width: number, height: number): RgbImage;
  close(): void;
}
