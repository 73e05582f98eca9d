import { imageFrame } from '../../src/capture/images/image-frame.ts';
import type { Clock } from '../../src/core/clock.ts';
import type { Frame } from '../../src/core/frame.ts';
import type { RgbImage } from '../../src/core/image.ts';
import type { TrackUpdate } from '../../src/core/track.ts';
import type { FaceWatcher } from '../../src/pipeline/face-watcher.ts';
import { Random } from '../simulation/random.ts';
import { paint, paste } from '../vision/pictures.ts';

/** Films made of pictures of faces: who stands where at which moment. */

export const START = 1_000_000;

/** Time stands still: what the watcher measures of itself is of no concern here. */
export const frozenClock: Clock = { now: () => 0, monotonic: () => 0 };

export interface Actor {
  readonly face: RgbImage;
  /** Upper left corner at a time in ms, or undefined while away. */
  readonly at: (ms: number) => { readonly x: number; readonly y: number } | undefined;
}

export interface Film {
  readonly width?: number;
  readonly height?: number;
  /** Time of the first frame after `START`, ms. */
  readonly from?: number;
  readonly seconds: number;
  readonly everyMs?: number;
  readonly actors: readonly Actor[];
  /** Standard deviation of the camera's noise. */
  readonly noise?: number;
}

export function* framesOf(film: Film): Generator<Frame, void, undefined> {
  const { width = 640, height = 360, from = 0, everyMs = 100, noise = 0 } = film;
  const backdrop = paint(width, height, (x, y) => [90 + (x >> 4), 110 + (y >> 4), 150 - (x >> 5)]);
  const camera = new CameraNoise(noise);
  for (let sequence = 0; sequence * everyMs <= film.seconds * 1000; sequence++) {
    const ms = from + sequence * everyMs;
    let image = backdrop;
    for (const { face, at } of film.actors) {
      const place = at(ms);
      if (place) image = paste(image, face, place);
    }
    const picture = camera.over(image);
    yield imageFrame(picture, { camera: 'door', sequence, capturedAt: START + ms, mediaTime: ms / 1000 });
  }
}

/** Noise from a table, for drawing a million numbers per frame would take longer than seeing does. */
class CameraNoise {
  readonly #table: Float32Array;
  readonly #random = new Random(11);

  constructor(deviation: number) {
    const random = new Random(7);
    this.#table = Float32Array.from({ length: deviation > 0 ? 65_521 : 0 }, () => random.normal(deviation));
  }

  over(image: RgbImage): RgbImage {
    const table = this.#table;
    if (table.length === 0) return image;
    const data = new Uint8Array(image.data.length);
    let at = Math.floor(this.#random.next() * table.length);
    for (let i = 0; i < data.length; i++) {
      const v = (image.data[i] as number) + (table[at] as number);
      data[i] = v < 0 ? 0 : v > 255 ? 255 : v + 0.5;
      if (++at === table.length) at = 0;
    }
    return { ...image, data };
  }
}

/** What the watcher says of each frame, by the time of the frame in ms. */
export async function show(watcher: FaceWatcher, film: Film): Promise<Map<number, TrackUpdate[]>> {
  const told = new Map<number, TrackUpdate[]>();
  for (const frame of framesOf(film)) told.set(frame.capturedAt - START, await watcher.watch(frame));
  return told;
}

export function updatesOf(told: ReadonlyMap<number, readonly TrackUpdate[]>): TrackUpdate[] {
  return [...told.values()].flat();
}
