import type { CameraConfig } from '../config/schema.ts';
import type { TrackUpdate } from '../core/track.ts';
import type { VisionOptions } from './vision.ts';

/** What the main thread and the vision thread say to each other. Pixels never cross. */

export interface WorkerSetup {
  readonly cameras: readonly CameraConfig[];
  readonly vision: VisionOptions;
  readonly lookIntervalMs: number;
  readonly maxMegapixels: number;
}

export interface CameraStats {
  readonly frames: number;
  readonly dropped: number;
  readonly reopened: number;
  readonly faces: number;
}

export type FromWorker =
  /** Models are loaded; what makes descriptors, if anything does. */
  | {
      readonly kind: 'ready';
      readonly embedder: { readonly model: string; readonly dimensions: number } | undefined;
    }
  /** What happened in one frame; answered by `handled` once identity has taken it in. */
  | {
      readonly kind: 'updates';
      readonly camera: string;
      readonly updates: readonly TrackUpdate[];
      readonly stats: CameraStats;
    }
  | {
      readonly kind: 'log';
      readonly level: 'debug' | 'info' | 'warn' | 'error';
      readonly message: string;
      readonly fields: Readonly<Record<string, string | number | boolean | null | undefined>>;
    }
  /** The source ended, or could not go on; `problem` is one line. */
  | {
      readonly kind: 'ended';
      readonly camera: string;
      readonly problem: string | undefined;
      readonly stats: CameraStats;
    }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string };

export type ToWorker =
  | { readonly kind: 'start' }
  | { readonly kind: 'handled'; readonly camera: string; readonly startOver: readonly string[] }
  | { readonly kind: 'stop' };
