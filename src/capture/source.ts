import type { Frame } from '../core/frame.ts';

/**
 * Port: where frames come from. `frames()` may be iterated once; it ends when the source ends, throws a VitrineError
 * when it cannot go on, and stops soon after `signal` is aborted. Whoever iterates closes each frame.
 */
export interface FrameSource {
  /** As the user wrote it, without credentials. */
  readonly label: string;
  /** Live sources drop what cannot be handled in time; files are read whole. */
  readonly live: boolean;
  frames(signal: AbortSignal): AsyncIterable<Frame>;
  stats(): SourceStats;
}

export interface SourceStats {
  readonly captured: number;
  /** Frames of a live source that were overtaken by newer ones, or skipped by the frame-rate cap. */
  readonly dropped: number;
  /** Times a live source was opened again. */
  readonly reopened: number;
  /** Known length in frames of a file, for progress; undefined where unknown or live. */
  readonly expectedFrames: number | undefined;
  /** Nominal frames per second of the source after the cap; undefined until known. */
  readonly framesPerSecond: number | undefined;
  /**
   * What decoding has cost so far, milliseconds: for a file the time that its reader waited for frames, which the
   * decoder makes ready beside it; for a live source the decoder's own time.
   */
  readonly decodeMs: number;
}

export interface CaptureOptions {
  readonly camera: string;
  /** Most frames per second; undefined: as they come. */
  readonly maxFrameRate?: number;
  /** Longest side in pixels; larger pictures are scaled down. */
  readonly maxSide?: number;
  /** Throw the colour away, as the paper's devices do to save bandwidth. */
  readonly greyscale?: boolean;
  /** Largest picture accepted, in millions of pixels; default 120. Frames of a video: this, but never above 40. */
  readonly maxMegapixels?: number;
  /** Milliseconds without a frame after which a live source counts as stalled; default 5000. It has twice that to open. */
  readonly stallTimeoutMs?: number;
  /**
   * Attempts to open a live source that has not opened yet before it fails with SOURCE_UNREACHABLE; default 3,
   * Infinity to wait for a camera that may come. One that was open once is opened again for ever.
   */
  readonly openAttempts?: number;
  /** Play a file as if it were a camera: in real time, latest wins; `loop` starts it again at its end. */
  readonly asCamera?: { readonly loop: boolean };
}
