import type { Clock } from '../core/clock.ts';
import type { Frame } from '../core/frame.ts';
import { type Box, center, containment, distance, iou } from '../core/geometry.ts';
import type { Detection, Look, TrackUpdate } from '../core/track.ts';
import { decideAttributes, type WeightedReading } from '../vision/attributes.ts';
import type { Describer, FaceDescription } from '../vision/describer.ts';
import { type FaceFinder, KNOWN_FACE_SCORE, NEW_FACE_SCORE } from '../vision/face-finder.ts';
import { isLooking, poseFromKeypoints } from '../vision/head-pose.ts';
import { FaceTracker, type TrackedFace } from '../vision/tracker.ts';
import { Stillness } from './stillness.ts';

export interface FaceWatcherOptions {
  readonly camera: string;
  /** Stands before the numbers of the tracks, to keep those of several runs apart. */
  readonly trackPrefix?: string;
  /**
   * Time between searches of the whole frame for new faces near the camera, ms; for small ones the frame is searched
   * every `FINE_SCAN_EVERY`th time. Known faces are looked for in every frame.
   */
  readonly scanIntervalMs?: number;
  /** Least time between the first looks at a track, ms; later ones are further apart. */
  readonly lookIntervalMs?: number;
}

export interface FaceWatcherParts {
  readonly finder: FaceFinder;
  readonly describer: Describer;
  readonly clock: Clock;
}

/** Milliseconds of computing so far, by stage. */
export interface WatcherTimes {
  detect: number;
  describe: number;
}

const SCAN_INTERVAL_MS = 300;
/** Small faces are far away and come nearer slowly: every third search is a fine one. */
const FINE_SCAN_EVERY = 3;
const LOOK_INTERVAL_MS = 250;
/** So many looks are taken at the pace of `lookIntervalMs`, some more at a steady pace, the rest now and then. */
const EAGER_LOOKS = 5;
const STEADY_LOOKS = 9;
const STEADY_INTERVAL_MS = 1500;
const IDLE_INTERVAL_MS = 5000;
/** After meeting another face, or so long out of sight, a track is looked at anew: it may show somebody else now. */
const RENEWED_LOOKS = 3;
const LOST_MS = 400;
/** Looks taken in one frame at most, so that a crowd that comes in at once does not stop the clock. */
const LOOKS_PER_FRAME = 3;
/** A face that has moved or grown by no more than this share of its box is looked for in the same place again. */
const STEADY_SHARE = 0.08;
/** Beyond this turn a look tells little. Degrees. */
const MAX_LOOK_YAW = 55;
const ENOUGH_READINGS = 4;
/** The best readings of a track that its attributes are decided from. */
const KEPT_READINGS = 8;
/** Below this the mesh saw no face, and the look says nothing. */
const MIN_MESH_SCORE = 0.5;

interface Watched {
  readonly readings: WeightedReading[];
  readonly stillness: Stillness;
  looks: number;
  lastLookAt: number;
  /** The last update, from which the one at the track's end is made. */
  last: TrackUpdate | undefined;
}

/** Frames of one camera in, what happened to its tracks out. Frames must come one at a time, in order. */
export class FaceWatcher {
  readonly times: WatcherTimes = { detect: 0, describe: 0 };
  readonly #options: Required<Omit<FaceWatcherOptions, 'trackPrefix'>>;
  readonly #parts: FaceWatcherParts;
  readonly #tracker: FaceTracker;
  readonly #watched = new Map<string, Watched>();
  /** Around each known face, as of the last frame. */
  #windows: ReadonlyMap<string, Box> = new Map();
  #lastScanAt = Number.NEGATIVE_INFINITY;
  #scans = 0;

  constructor(options: FaceWatcherOptions, parts: FaceWatcherParts) {
    const { trackPrefix = '', ...rest } = options;
    this.#options = { scanIntervalMs: SCAN_INTERVAL_MS, lookIntervalMs: LOOK_INTERVAL_MS, ...rest };
    this.#parts = parts;
    this.#tracker = new FaceTracker({
      idPrefix: trackPrefix,
      newScore: NEW_FACE_SCORE,
      minScore: KNOWN_FACE_SCORE,
    });
  }

  /** A live update for each track seen in this frame, and an ended one for each that is gone. */
  async watch(frame: Frame): Promise<TrackUpdate[]> {
    const started = this.#parts.clock.monotonic();
    const { detections, searched } = await this.#detect(frame);
    const frameSize = { width: frame.width, height: frame.height };
    const { capturedAt } = frame;
    const { live, ended } = this.#tracker.update({ detections, capturedAt, frameSize, searched });
    const described = this.#parts.clock.monotonic();
    this.times.detect += described - started;
    const seen = live.filter((track) => track.detection !== undefined);
    const looks = await this.#look(frame, seen);
    this.times.describe += this.#parts.clock.monotonic() - described;
    const updates = seen.map((track) => this.#liveUpdate(frame, track, looks.get(track.id)));
    return [...updates, ...this.#endings(ended)];
  }

  /** The source has ended: an ended update for each track. */
  flush(): TrackUpdate[] {
    return this.#endings(this.#tracker.flush());
  }

  /** Identity found that the track shows another person from now on: what was read of the one before is forgotten. */
  startOver(track: string): void {
    const watched = this.#watched.get(track);
    if (watched === undefined) return;
    watched.readings.length = 0;
    watched.looks = 0;
  }

  async #detect(frame: Frame): Promise<{ detections: Detection[]; searched: 'whole' | 'regions' }> {
    const { finder } = this.#parts;
    this.#windows = this.#aim(frame);
    const detections = (await finder.zoom(frame, [...this.#windows.values()])).flat();
    const elapsed = frame.capturedAt - this.#lastScanAt;
    if (elapsed >= 0 && elapsed < this.#options.scanIntervalMs) return { detections, searched: 'regions' };
    this.#lastScanAt = frame.capturedAt;
    const fine = this.#scans++ % FINE_SCAN_EVERY === 0;
    const proposals = await finder.propose(frame, { fine });
    const unknown = proposals.filter((p) => !detections.some((d) => overlaps(d.box, p.box)));
    const found = await finder.confirm(frame, unknown);
    return { detections: [...detections, ...found], searched: fine ? 'whole' : 'regions' };
  }

  /**
   * Where to look for each known face. What the detector says depends a little on the window it looks through, so that
   * a face that hardly moves is looked at through the same one again: else its box would dance.
   */
  #aim(frame: Frame): Map<string, Box> {
    const windows = new Map<string, Box>();
    for (const { id, box } of this.#tracker.predict(frame.capturedAt)) {
      const last = this.#windows.get(id);
      if (isInside(box, frame)) windows.set(id, last && isSteady(last, box) ? last : box);
    }
    return windows;
  }

  /** Looks closely at the tracks that are due, the least known first. */
  async #look(frame: Frame, seen: readonly TrackedFace[]): Promise<Map<string, Look>> {
    const due = seen
      .filter((track) => this.#isDue(frame.capturedAt, track))
      .sort((a, b) => this.#watch(a.id).looks - this.#watch(b.id).looks)
      .slice(0, LOOKS_PER_FRAME);
    const looks = new Map<string, Look>();
    for (const track of due) {
      const watched = this.#watch(track.id);
      watched.lastLookAt = frame.capturedAt;
      const description = await this.#parts.describer.describe({
        image: frame.rgb(),
        detection: track.detection as Detection,
        careful: false,
        minQuality: worthwhile(watched.readings),
      });
      if (description === undefined || description.meshScore < MIN_MESH_SCORE) continue;
      watched.looks++;
      keepReading(watched.readings, description);
      looks.set(track.id, toLook(frame.capturedAt, description));
    }
    return looks;
  }

  #isDue(now: number, track: TrackedFace): boolean {
    const { looks, lastLookAt } = this.#watch(track.id);
    const { lookIntervalMs } = this.#options;
    if (track.crowded || track.detection === undefined) return false;
    if (Math.abs(poseFromKeypoints(track.detection.keypoints).yaw) > MAX_LOOK_YAW) return false;
    const pause = looks < EAGER_LOOKS ? 0 : looks < STEADY_LOOKS ? STEADY_INTERVAL_MS : IDLE_INTERVAL_MS;
    return now - lastLookAt >= Math.max(lookIntervalMs, pause);
  }

  #liveUpdate(frame: Frame, track: TrackedFace, look: Look | undefined): TrackUpdate {
    const watched = this.#watch(track.id);
    const { score, keypoints, box } = track.detection as Detection;
    if (track.crowded || frame.capturedAt - (watched.last?.capturedAt ?? frame.capturedAt) > LOST_MS)
      watched.looks = Math.min(watched.looks, EAGER_LOOKS - RENEWED_LOOKS);
    watched.stillness.add(frame.capturedAt, box);
    const update: TrackUpdate = {
      state: 'live',
      camera: this.#options.camera,
      track: track.id,
      startedAt: track.startedAt,
      capturedAt: frame.capturedAt,
      mediaTime: frame.mediaTime,
      sequence: frame.sequence,
      box: track.box,
      confidence: score,
      keypoints,
      attributes: decideAttributes(watched.readings),
      looking: isLooking(poseFromKeypoints(keypoints)),
      flat: watched.stillness.isStill(),
      looks: look ? [look] : [],
    };
    watched.last = update;
    return update;
  }

  /** A track that was never seen in a frame after it was confirmed has nothing to say. */
  #endings(ended: readonly TrackedFace[]): TrackUpdate[] {
    return ended.flatMap(({ id }) => {
      const last = this.#watched.get(id)?.last;
      this.#watched.delete(id);
      return last ? [{ ...last, state: 'ended' as const, looks: [] }] : [];
    });
  }

  #watch(id: string): Watched {
    let watched = this.#watched.get(id);
    if (watched === undefined) {
      const lastLookAt = Number.NEGATIVE_INFINITY;
      watched = { readings: [], stillness: new Stillness(), looks: 0, lastLookAt, last: undefined };
      this.#watched.set(id, watched);
    }
    return watched;
  }
}

/** Once there are some good looks, one that is clearly worse than they are teaches nothing. */
function worthwhile(readings: readonly WeightedReading[]): number {
  const middle = readings[ENOUGH_READINGS - 1];
  return middle === undefined ? 0 : middle.weight * 0.9;
}

function keepReading(readings: WeightedReading[], description: FaceDescription): void {
  readings.push({ ...description.attributes, weight: description.quality.overall });
  readings.sort((a, b) => b.weight - a.weight);
  readings.length = Math.min(readings.length, KEPT_READINGS);
}

function toLook(capturedAt: number, description: FaceDescription): Look {
  const { quality, pose, liveness, descriptor } = description;
  return { capturedAt, quality, pose, liveness, descriptor };
}

function overlaps(a: Box, b: Box): boolean {
  return iou(a, b) > 0.3 || containment(a, b) > 0.6;
}

/** Whether any of the box is in the frame; a face predicted outside cannot be seen. */
function isInside(box: Box, frame: Frame): boolean {
  return box.x < frame.width && box.y < frame.height && box.x + box.width > 0 && box.y + box.height > 0;
}

/** Whether the face has moved and grown by so little that the same window still serves. */
function isSteady(before: Box, now: Box): boolean {
  const most = STEADY_SHARE * Math.max(before.width, before.height);
  return distance(center(before), center(now)) <= most && Math.abs(now.width - before.width) <= most;
}
