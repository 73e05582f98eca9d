import type { Attributes, FaceDescriptor, Look, TrackUpdate } from '../core/track.ts';
import { isFiniteVector } from '../core/vector.ts';
import type { VisitorAttributes } from './attributes.ts';
import type { WeighedLook } from './matcher.ts';
import type { BirthRules, IdentityRules } from './rules.ts';

/** Looks kept of a track: the best ones, for its mean; and the latest good ones, to notice a change of person. */
const BEST_LOOKS = 12;
export const RECENT_LOOKS = 3;
/** Two tracks whose segments began within this time of a mix-up may have swapped persons in it. */
const SWAP_MS = 1000;

export interface KeptLook extends WeighedLook {
  readonly capturedAt: number;
  readonly good: boolean;
}

/** The id that a track has been given. */
export interface TrackIdentity {
  readonly faceId: string;
  /** The visitor was born in this track. */
  readonly founder: boolean;
  readonly returning: boolean;
  readonly confidence: number;
  /** Capture time from which on it holds. */
  readonly since: number;
  /** Certain enough for the visitor to learn from this track. */
  readonly certain: boolean;
  /** Fused distance at the decision. */
  readonly distance: number;
  /** What the record said before this track; undefined for a founder. */
  readonly before: VisitorAttributes | undefined;
  writtenAt: number;
  /** Good looks since the decision that nothing has been learnt from yet. */
  unlearntLooks: number;
}

/** One track, or what follows in it after a contradiction. */
export interface TrackState {
  readonly key: string;
  readonly camera: string;
  firstSeenAt: number;
  lastSeenAt: number;
  lastSequence: number;
  lastLookAt: number;
  /** By the wall clock. */
  touchedAt: number;
  attributes: Attributes | undefined;
  best: KeptLook[];
  recent: KeptLook[];
  goodLooks: number;
  firstGoodAt: number | undefined;
  lastGoodAt: number | undefined;
  identity: TrackIdentity | undefined;
  /** The id of a birth that is not yet known to be stored. */
  reserved: string | undefined;
  /** When the last attempt at a decision was made. */
  triedAt: number;
  /** Tracks of the same camera that were there at the same time: never the same person. */
  readonly companions: Set<TrackState>;
  /** Ids of companions that are gone, and ids that this track has lost. */
  readonly excluded: Set<string>;
  /** It has lost an id before: it, or another track, may be in the middle of a swap of persons. */
  restarted: boolean;
  /** The visitor was erased while present: this track gets no new id. */
  suppressed: boolean;
  /** The id was taken back and nobody has been told yet. */
  contradicted: boolean;
}

export interface RestartOptions {
  readonly from: number;
  readonly looks: readonly KeptLook[];
  /** Whether the track may win the id back that it loses. */
  readonly mayClaimAgain: boolean;
}

/** The tracks that are going on, per camera, and who was there together with whom. */
export class TrackBook {
  readonly #rules: IdentityRules;
  readonly #dimensions: number;
  readonly #states = new Map<string, TrackState>();
  readonly #cameras = new Map<string, { sequence: number; at: number }>();

  /** `dimensions` is the length of the face embedding; looks of another length are ignored. */
  constructor(options: { readonly rules: IdentityRules; readonly dimensions: number }) {
    this.#rules = options.rules;
    this.#dimensions = options.dimensions;
  }

  get size(): number {
    return this.#states.size;
  }

  all(): Iterable<TrackState> {
    return this.#states.values();
  }

  /** Takes the update in; `fresh` are the usable looks that were not known yet. A flat face gives none. */
  take(update: TrackUpdate, wallNow: number): { state: TrackState; fresh: readonly KeptLook[] } {
    const state = this.#find(update);
    state.touchedAt = wallNow;
    state.attributes = update.attributes ?? state.attributes;
    this.#advanceCamera(update);
    if (update.state === 'live') this.#see(state, update);
    const fresh = update.flat ? [] : this.#freshLooks(state, update.looks);
    for (const look of fresh) keepLook(state, look);
    return { state, fresh };
  }

  /** Other live tracks of the camera that have this id. */
  holders(faceId: string, state: TrackState): TrackState[] {
    return [...this.#states.values()].filter(
      (other) => other !== state && other.camera === state.camera && other.identity?.faceId === faceId,
    );
  }

  /** Whether a track that has not been seen in the newest frame may only be late or missed. */
  mayStillBeThere(state: TrackState): boolean {
    const newest = this.#cameras.get(state.camera);
    if (!newest) return false;
    const missedFrame = newest.sequence - state.lastSequence >= 2;
    return !missedFrame || newest.at - state.lastSeenAt < this.#rules.timing.absenceMs;
  }

  /** The track is over: its companions remember whom they cannot be. */
  end(state: TrackState): void {
    this.#part(state, Number.POSITIVE_INFINITY);
    forgetLooks(state);
    this.#states.delete(state.key);
    const sameCamera = [...this.#states.values()].some((other) => other.camera === state.camera);
    if (!sameCamera) this.#cameras.delete(state.camera);
  }

  /**
   * Takes the track's id back. `from` is when the first look at the other person was taken, or the track's beginning
   * if it was somebody else all along; `looks` are those that show the other person.
   */
  restart(state: TrackState, options: RestartOptions): void {
    const { from, looks, mayClaimAgain } = options;
    this.#part(state, from);
    if (from > state.firstSeenAt) state.excluded.clear();
    if (state.identity && !mayClaimAgain) state.excluded.add(state.identity.faceId);
    state.identity = undefined;
    state.contradicted = true;
    state.restarted = true;
    state.firstSeenAt = from;
    state.best = [];
    state.recent = [];
    state.goodLooks = 0;
    state.firstGoodAt = undefined;
    state.lastGoodAt = undefined;
    for (const look of looks) keepLook(state, look);
    this.#meet(state);
  }

  /** Tracks not heard of since `trackTimeoutMs` by the wall clock. */
  stale(wallNow: number): TrackState[] {
    const limit = wallNow - this.#rules.timing.trackTimeoutMs;
    return [...this.#states.values()].filter((state) => state.touchedAt < limit);
  }

  clear(): void {
    for (const state of this.#states.values()) forgetLooks(state);
    this.#states.clear();
    this.#cameras.clear();
  }

  #find(update: TrackUpdate): TrackState {
    const key = trackKey(update);
    const known = this.#states.get(key);
    if (known) return known;
    const state = newState(key, update);
    this.#states.set(key, state);
    return state;
  }

  /** The news that a track is over comes when the face is long gone: it is no presence. */
  #see(state: TrackState, update: TrackUpdate): void {
    state.lastSeenAt = Math.max(state.lastSeenAt, update.capturedAt);
    state.lastSequence = Math.max(state.lastSequence, update.sequence);
    this.#meet(state);
  }

  #advanceCamera(update: TrackUpdate): void {
    const newest = this.#cameras.get(update.camera);
    this.#cameras.set(update.camera, {
      sequence: Math.max(update.sequence, newest?.sequence ?? update.sequence),
      at: Math.max(update.capturedAt, newest?.at ?? update.capturedAt),
    });
  }

  /** Everybody whose time in the picture overlaps with this track's is another person. */
  #meet(state: TrackState): void {
    for (const other of this.#states.values()) {
      if (other === state || other.camera !== state.camera) continue;
      if (other.lastSeenAt < state.firstSeenAt || state.lastSeenAt < other.firstSeenAt) continue;
      state.companions.add(other);
      other.companions.add(state);
    }
  }

  /**
   * Ends the companionship; the others cannot be the id that this track had. Except those that began about when this
   * one was mixed up: after a crossing of two people, each is the other's id.
   */
  #part(state: TrackState, mixedUpFrom: number): void {
    const faceId = state.identity?.faceId ?? state.reserved;
    for (const other of state.companions) {
      other.companions.delete(state);
      if (faceId !== undefined && other.firstSeenAt + SWAP_MS < mixedUpFrom) other.excluded.add(faceId);
    }
    state.companions.clear();
  }

  #freshLooks(state: TrackState, looks: readonly Look[]): KeptLook[] {
    const { birth } = this.#rules;
    const fresh: KeptLook[] = [];
    for (const look of looks) {
      const { descriptor, capturedAt } = look;
      if (!descriptor || capturedAt <= state.lastLookAt || !isFair(look, birth)) continue;
      if (descriptor.face.length !== this.#dimensions || !isUsable(descriptor)) continue;
      state.lastLookAt = capturedAt;
      fresh.push({ descriptor, capturedAt, quality: look.quality.overall, good: isGood(look, birth) });
    }
    return fresh;
  }
}

export function trackKey(update: Pick<TrackUpdate, 'camera' | 'track'>): string {
  return JSON.stringify([update.camera, update.track]);
}

function newState(key: string, update: TrackUpdate): TrackState {
  return {
    key,
    camera: update.camera,
    firstSeenAt: update.capturedAt,
    lastSeenAt: update.capturedAt,
    lastSequence: update.sequence,
    lastLookAt: Number.NEGATIVE_INFINITY,
    touchedAt: 0,
    attributes: undefined,
    best: [],
    recent: [],
    goodLooks: 0,
    firstGoodAt: undefined,
    lastGoodAt: undefined,
    identity: undefined,
    reserved: undefined,
    triedAt: Number.NEGATIVE_INFINITY,
    companions: new Set(),
    excluded: new Set(),
    restarted: false,
    suppressed: false,
    contradicted: false,
  };
}

function isUsable({ face, appearance }: FaceDescriptor): boolean {
  return isFiniteVector(face) && (appearance === undefined || isFiniteVector(appearance));
}

function isGood(look: Look, rules: BirthRules): boolean {
  return (
    look.quality.overall >= rules.minQuality &&
    look.quality.size >= rules.minFaceWidth &&
    look.liveness >= rules.minLiveness
  );
}

function isFair(look: Look, rules: BirthRules): boolean {
  return (
    look.quality.overall >= rules.fairQuality &&
    look.quality.size >= rules.fairFaceWidth &&
    look.liveness >= rules.minLiveness
  );
}

function keepLook(state: TrackState, look: KeptLook): void {
  state.best.push(look);
  state.best.sort((a, b) => Number(b.good) - Number(a.good) || b.quality - a.quality);
  if (state.best.length > BEST_LOOKS) state.best.pop();
  if (!look.good) return;
  state.goodLooks++;
  state.firstGoodAt ??= look.capturedAt;
  state.lastGoodAt = look.capturedAt;
  state.recent.push(look);
  if (state.recent.length > RECENT_LOOKS) state.recent.shift();
  if (state.identity) state.identity.unlearntLooks++;
}

function forgetLooks(state: TrackState): void {
  state.best = [];
  state.recent = [];
}
