import { type Box, containment } from '../core/geometry.ts';
import type { Detection } from '../core/track.ts';
import { associate, type Candidate, candidateOf, type Pair } from './tracking/association.ts';
import { isSameFace, selectDetections, visibleShare } from './tracking/detections.ts';
import { frameStep } from './tracking/motion.ts';
import { type TrackedFace, TrackRecord } from './tracking/track-record.ts';
import { defaultTuning, type TrackerTuning } from './tracking/tuning.ts';

export type { TrackedFace } from './tracking/track-record.ts';

export interface TrackerOptions {
  /** Stands before every id, to keep those of several cameras or runs apart. Default none. */
  readonly idPrefix?: string;
  /** Detections of at least `newScore` that make a track of a face; 1 for single pictures. Default 2. */
  readonly confirmAfter?: number;
  /** A track ends when it has not been detected for this long, ms (or for two frames, where they come slower). Default 1500. */
  readonly maxMissedMs?: number;
  /** The same for a face last seen on its way out of the picture, ms. Default 300. */
  readonly exitMissedMs?: number;
  /** The same for a face not yet confirmed, ms; it also survives no more than `confirmAfter` + 2 misses in a row. Default 400. */
  readonly tentativeMissedMs?: number;
  /** Detections of at least this score start and confirm tracks, 0 to 1. Default 0.5. */
  readonly newScore?: number;
  /** Detections of at least this score continue confirmed tracks; others are ignored, 0 to 1. Default 0.2. */
  readonly minScore?: number;
  /** The best so many detections of a frame are looked at, and so many faces followed. Default 200. */
  readonly maxFaces?: number;
  /** Constants of the motion and the costs, for experiments. */
  readonly tuning?: Partial<TrackerTuning>;
}

export interface TrackerInput {
  readonly detections: readonly Detection[];
  /** Milliseconds; the same or an earlier time than before counts as no time passed, see `FaceTracker`. */
  readonly capturedAt: number;
  /** Pixels. */
  readonly frameSize: { readonly width: number; readonly height: number };
  /**
   * `whole` (default): the whole picture was searched. `regions`: only around what `predict` gave, so that a face
   * may have left its region: its track is given half as long again before it ends.
   */
  readonly searched?: 'whole' | 'regions';
}

export interface TrackerOutput {
  /** Confirmed tracks, oldest first, those missed in this frame included. */
  readonly live: readonly TrackedFace[];
  /** Tracks that have been in `live` and never will be again. */
  readonly ended: readonly TrackedFace[];
}

const defaults = {
  idPrefix: '',
  confirmAfter: 2,
  maxMissedMs: 1500,
  exitMissedMs: 300,
  tentativeMissedMs: 400,
  newScore: 0.5,
  minScore: 0.2,
  maxFaces: 200,
};

/** Share of the smaller of two boxes that both cover, from which on each spoils the looks of the other. */
const CROWDED_CONTAINMENT = 0.1;
const CROWDED_MEMORY_MS = 500;
/** A predicted box of which less than this share is in the picture is on its way out. */
const EXIT_VISIBLE_SHARE = 0.5;
const REGIONS_PATIENCE = 1.5;
/** Share of the newest frame interval in the running mean. */
const INTERVAL_GAIN = 0.1;

/**
 * Follows the faces of one camera. Synchronous, without I/O; keeps boxes and times, nothing of the faces themselves.
 * It never throws. A time that lies back by up to `maxMissedMs` counts as no time passed (clocks are corrected, frames
 * arrive swapped); one farther back is a new timeline: every track ends and the tracker starts afresh.
 */
export class FaceTracker {
  readonly #options: Required<Omit<TrackerOptions, 'tuning'>>;
  readonly #tuning: TrackerTuning;
  #tracks: TrackRecord[] = [];
  /** Ended since the last update, by `split` or a jump in time. */
  #departed: TrackedFace[] = [];
  #issued = 0;
  /** Time of the last update; undefined before the first. */
  #now: number | undefined;
  /** Running mean of the time between frames, ms. */
  #interval = 0;

  constructor(options: TrackerOptions = {}) {
    const { tuning, ...rest } = options;
    this.#options = { ...defaults, ...rest };
    this.#tuning = { ...defaultTuning, ...tuning };
  }

  /** Where each followed face, confirmed or not, should be at `capturedAt`; changes nothing. Boxes may leave the picture. */
  predict(capturedAt: number): readonly { readonly id: string; readonly box: Box }[] {
    const elapsed = this.#now === undefined ? 0 : capturedAt - this.#now;
    const step = frameStep(elapsed > 0 ? elapsed / 1000 : 0, this.#tuning);
    return this.#tracks.map((track) => ({ id: track.id, box: track.motion.boxAfter(step) }));
  }

  update(input: TrackerInput): TrackerOutput {
    const now = this.#advance(input.capturedAt);
    this.#endOverdue(now, input.searched ?? 'whole');
    const { minScore, newScore, maxFaces } = this.#options;
    const candidates = selectDetections(input.detections, { minScore, most: maxFaces }).map(candidateOf);
    this.#assign(candidates, now);
    this.#startNew(candidates, now, newScore);
    this.#endAbsent(input, now);
    this.#markCrowded(now);
    return { live: this.#live(now), ended: this.#takeDeparted() };
  }

  /**
   * Identity found that the track now shows another person: the old id ends (in `ended` of the next `update` or
   * `flush`), and the face is followed on under the id that is returned, live from now on. An id that is not live is
   * returned as it is.
   */
  split(id: string): string {
    const track = this.#tracks.find((t) => t.id === id);
    if (track === undefined || !track.confirmed || this.#now === undefined) return id;
    this.#departed.push(track.obituary(this.#now));
    track.id = this.#nextId();
    track.startedAt = track.lastDetectedAt;
    track.detections = 1;
    return track.id;
  }

  /** The source has ended: ends every track. The tracker can be used again afterwards. */
  flush(): readonly TrackedFace[] {
    this.#endAll();
    this.#now = undefined;
    this.#interval = 0;
    return this.#takeDeparted();
  }

  /** Moves every track to the time of the frame; returns that time, which never goes back within a timeline. */
  #advance(capturedAt: number): number {
    const before = this.#now;
    if (!Number.isFinite(capturedAt)) return before ?? this.#begin(0);
    if (before === undefined) return this.#begin(capturedAt);
    if (capturedAt < before - this.#options.maxMissedMs) {
      this.#endAll();
      return this.#begin(capturedAt);
    }
    const elapsed = Math.max(0, capturedAt - before);
    this.#now = before + elapsed;
    this.#interval += INTERVAL_GAIN * (elapsed - this.#interval);
    const step = frameStep(elapsed / 1000, this.#tuning);
    for (const track of this.#tracks) track.motion.advance(step);
    return this.#now;
  }

  #begin(capturedAt: number): number {
    this.#now = capturedAt;
    this.#interval = 0;
    return capturedAt;
  }

  /** Two stages: good detections go to any track, weak ones only continue confirmed tracks left over. */
  #assign(candidates: readonly Candidate[], now: number): void {
    const { newScore } = this.#options;
    const tuning = this.#tuning;
    const good = candidates.filter((c) => c.detection.score >= newScore);
    const weak = candidates.filter((c) => c.detection.score < newScore);
    const seen = new Set<TrackRecord>();
    for (const pair of associate(this.#tracks, good, { now, tuning, gate: tuning.gate, jitter: 1 })) {
      this.#see(pair, now, 1);
      seen.add(pair.track);
    }
    const left = this.#tracks.filter((track) => track.confirmed && !seen.has(track));
    const jitter = tuning.lowScoreJitter;
    for (const pair of associate(left, weak, { now, tuning, gate: tuning.lowScoreGate, jitter })) {
      this.#see(pair, now, jitter);
      seen.add(pair.track);
    }
    for (const track of this.#tracks) if (!seen.has(track)) track.miss();
  }

  #see(pair: Pair, now: number, jitter: number): void {
    const { track, candidate, ambiguous } = pair;
    candidate.taken = true;
    track.ambiguous = ambiguous;
    track.see(candidate.detection, {
      now,
      jitter: ambiguous ? jitter * this.#tuning.ambiguousJitter : jitter,
    });
    if (track.detections >= this.#options.confirmAfter) track.confirmed = true;
  }

  #startNew(candidates: readonly Candidate[], now: number, newScore: number): void {
    for (const { detection, taken } of candidates) {
      if (taken || detection.score < newScore || this.#tracks.length >= this.#options.maxFaces) continue;
      if (this.#tracks.some((t) => t.detection !== undefined && isSameFace(t.detection, detection))) continue;
      const track = new TrackRecord({ id: this.#nextId(), detection, now, tuning: this.#tuning });
      track.confirmed = this.#options.confirmAfter <= 1;
      this.#tracks.push(track);
    }
  }

  /** Tracks that were already lost when this frame came: whoever stands there now may be another person. */
  #endOverdue(now: number, searched: 'whole' | 'regions'): void {
    const patience = Math.max(this.#options.maxMissedMs, 2 * this.#interval);
    const limit = searched === 'regions' ? patience * REGIONS_PATIENCE : patience;
    this.#end((track) => now - track.lastDetectedAt > limit, now);
  }

  #endAbsent(input: TrackerInput, now: number): void {
    const { exitMissedMs, tentativeMissedMs, confirmAfter } = this.#options;
    this.#end((track) => {
      if (track.misses === 0) return false;
      const missedMs = now - track.lastDetectedAt;
      if (!track.confirmed) return missedMs > tentativeMissedMs || track.misses > confirmAfter + 2;
      return missedMs > exitMissedMs && visibleShare(track.motion.box, input.frameSize) < EXIT_VISIBLE_SHARE;
    }, now);
  }

  #end(isOver: (track: TrackRecord) => boolean, now: number): void {
    const kept: TrackRecord[] = [];
    for (const track of this.#tracks) {
      if (!isOver(track)) kept.push(track);
      else if (track.confirmed) this.#departed.push(track.obituary(now));
    }
    this.#tracks = kept;
  }

  #endAll(): void {
    this.#end(() => true, this.#now ?? 0);
  }

  /** A face that has not been seen for a while is behind the other, if it is there at all, and spoils nothing. */
  #markCrowded(now: number): void {
    const present = this.#tracks.filter((track) => now - track.lastDetectedAt <= CROWDED_MEMORY_MS);
    for (const track of this.#tracks) {
      track.crowded = track.ambiguous && track.detection !== undefined;
    }
    for (const [i, first] of present.entries()) {
      for (const second of present.slice(i + 1)) {
        if (containment(first.motion.box, second.motion.box) < CROWDED_CONTAINMENT) continue;
        first.crowded = true;
        second.crowded = true;
      }
    }
  }

  #live(now: number): TrackedFace[] {
    return this.#tracks.filter((track) => track.confirmed).map((track) => track.snapshot(now));
  }

  #takeDeparted(): TrackedFace[] {
    const departed = this.#departed;
    this.#departed = [];
    return departed;
  }

  #nextId(): string {
    this.#issued++;
    return `${this.#options.idPrefix}t${this.#issued}`;
  }
}
