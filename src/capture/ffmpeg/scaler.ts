import { AV_PIX_FMT_RGB24 } from 'node-av/constants';
import { Frame as AvFrame, SoftwareScaleContext } from 'node-av/lib';
import { createImage, type RgbImage } from '../../core/image.ts';
import { mustSucceed } from './library.ts';

/** Sizes that are kept ready; a source is looked at in two or three. */
const MAX_SIZES = 6;

interface Target {
  readonly context: SoftwareScaleContext;
  readonly frame: AvFrame;
}

/**
 * Decoded frames (any pixel format) → 8-bit RGB of a given size, in one pass of swscale with the frame's own matrix
 * and range. The full-size RGB is never made for a small picture.
 */
export class FrameScaler {
  readonly #targets = new Map<string, Target>();

  /** Both sides at least 1. Takes 0.1 to 1 ms for 720p. */
  convert(source: AvFrame, width: number, height: number): RgbImage {
    const target = this.#target(source, width, height);
    mustSucceed(target.context.scaleFrameSync(target.frame, source), 'scaling a frame');
    return copyPixels(target.frame, width, height);
  }

  close(): void {
    for (const target of this.#targets.values()) free(target);
    this.#targets.clear();
  }

  #target(source: AvFrame, width: number, height: number): Target {
    // 'area' averages all pixels that shrink into one; where it grows, it would repeat pixels.
    const grows = width > source.width || height > source.height;
    const key = `${width}x${height}${grows ? '+' : ''}`;
    const known = this.#targets.get(key);
    this.#targets.delete(key);
    const target = known ?? createTarget({ width, height, flags: grows ? 'bilinear' : 'area' });
    this.#targets.set(key, target);
    this.#forgetOldest();
    return target;
  }

  #forgetOldest(): void {
    for (const [key, target] of this.#targets) {
      if (this.#targets.size <= MAX_SIZES) return;
      free(target);
      this.#targets.delete(key);
    }
  }
}

function createTarget(options: { width: number; height: number; flags: string }): Target {
  const frame = new AvFrame();
  frame.alloc();
  frame.width = options.width;
  frame.height = options.height;
  frame.format = AV_PIX_FMT_RGB24;
  mustSucceed(frame.allocBuffer(), 'allocating a picture');
  // An allocated but uninitialised context follows the frames: size, format, matrix and range may change.
  const context = new SoftwareScaleContext();
  context.allocContext();
  context.setOption('sws_flags', options.flags);
  return { context, frame };
}

function free(target: Target): void {
  target.context.freeContext();
  target.frame.free();
}

/** Rows of FFmpeg's frames are padded for alignment; ours are packed. */
function copyPixels(frame: AvFrame, width: number, height: number): RgbImage {
  const image = createImage(width, height);
  const plane = frame.data?.[0];
  const stride = frame.linesize[0] ?? 0;
  const row = width * 3;
  if (plane === undefined || stride < row) throw new Error('a converted frame holds no pixels');
  if (stride === row) {
    image.data.set(plane.subarray(0, row * height));
    return image;
  }
  for (let y = 0; y < height; y++) image.data.set(plane.subarray(y * stride, y * stride + row), y * row);
  return image;
}
