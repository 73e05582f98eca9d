import type { SightingMessage } from '../contract/sighting.ts';
import type { Box } from '../core/geometry.ts';
import { deterministicId } from '../core/ids.ts';
import type { Attributes, TrackUpdate } from '../core/track.ts';
import type { Resolution } from './gallery.ts';

export interface SightingRules {
  /** A live track gives one row per interval. */
  readonly intervalMs: number;
  /** One row per track and frame instead. */
  readonly everyFrame: boolean;
  /** A row of a track that has no id yet is held back this long, so that it can carry the id. */
  readonly holdMs: number;
}

export const defaultSightingRules: SightingRules = { intervalMs: 1000, everyFrame: false, holdMs: 3000 };

export interface SightingsOptions {
  /** Random, one per run: the same file analysed twice gives two sets of rows. */
  readonly run: string;
  readonly site: string;
  readonly rules?: SightingRules;
}

/**
 * Makes sightings of track updates. Ids are deterministic, and a store keeps the first row of an id: so a row is held
 * back while its track is provisional, at most `holdMs` of capture time, and sent once, with the id if it is known by
 * then, else with null. Where there is no gallery (anonymous mode) nothing is held back.
 */
export interface Sightings {
  /** The rows that are ready now. `resolution` is undefined in anonymous mode. */
  add(update: TrackUpdate, resolution: Resolution | undefined): SightingMessage[];
  /** The run is over: the rows still held back. */
  flush(): SightingMessage[];
}

export function createSightings(options: SightingsOptions): Sightings {
  return new TrackSightings(options);
}

/** What is known of a track, or of the part of it since its id was taken back. */
interface Segment {
  /** 1 for the track as vision knows it; from 2 on, the person after a contradiction. */
  readonly number: number;
  readonly startedAt: number;
  faceId: string | undefined;
  /** Capture time from which on the id holds. */
  since: number;
  lastIndex: number;
  /** The latest update in which the face was seen. */
  lastSeen: TrackUpdate | undefined;
  /** The latest that is known. */
  attributes: Attributes | undefined;
  held: SightingMessage[];
}

/** Tracks that are never ended are dropped after this time without an update. */
const FORGET_MS = 60_000;

class TrackSightings implements Sightings {
  readonly #options: SightingsOptions;
  readonly #rules: SightingRules;
  readonly #segments = new Map<string, Segment>();
  #sweptAt = Number.NEGATIVE_INFINITY;

  constructor(options: SightingsOptions) {
    this.#options = options;
    this.#rules = options.rules ?? defaultSightingRules;
  }

  add(update: TrackUpdate, resolution: Resolution | undefined): SightingMessage[] {
    const key = JSON.stringify([update.camera, update.track]);
    const ready = this.#sweep(update.capturedAt);
    const segment = this.#segmentOf(key, update, { resolution, ready });
    segment.faceId = resolution?.faceId;
    segment.since = resolution?.since ?? 0;
    segment.attributes = update.attributes ?? segment.attributes;
    if (update.state === 'live') this.#addLive(segment, update);
    const over = update.state === 'ended';
    const known = segment.faceId !== undefined || resolution === undefined;
    const heldFrom = over || known ? Number.POSITIVE_INFINITY : update.capturedAt - this.#rules.holdMs;
    ready.push(...release(segment, heldFrom));
    if (over) {
      ready.push(...this.#endRow(segment, update));
      this.#segments.delete(key);
    }
    return ready;
  }

  flush(): SightingMessage[] {
    const ready = [...this.#segments.values()].flatMap((segment) =>
      release(segment, Number.POSITIVE_INFINITY),
    );
    this.#segments.clear();
    return ready;
  }

  #segmentOf(
    key: string,
    update: TrackUpdate,
    context: { readonly resolution: Resolution | undefined; readonly ready: SightingMessage[] },
  ): Segment {
    const known = this.#segments.get(key);
    const isSplit = known?.lastSeen !== undefined && context.resolution?.contradiction === true;
    if (known && !isSplit) return known;
    if (known) {
      context.ready.push(
        ...release(known, Number.POSITIVE_INFINITY),
        ...this.#endRow(known, known.lastSeen ?? update),
      );
    }
    const segment: Segment = {
      number: (known?.number ?? 0) + 1,
      startedAt: known ? update.capturedAt : update.startedAt,
      faceId: undefined,
      since: 0,
      lastIndex: -1,
      lastSeen: undefined,
      attributes: undefined,
      held: [],
    };
    this.#segments.set(key, segment);
    return segment;
  }

  #addLive(segment: Segment, update: TrackUpdate): void {
    segment.lastSeen = update;
    const { intervalMs, everyFrame } = this.#rules;
    const elapsed = Math.max(0, update.capturedAt - segment.startedAt);
    const index = everyFrame ? update.sequence : Math.floor(elapsed / intervalMs);
    if (index <= segment.lastIndex) return;
    segment.lastIndex = index;
    segment.held.push(this.#row(segment, update, { state: 'live', index }));
  }

  /** Dated when the face was last seen: the news of the end comes later. Nothing for a part that was never seen. */
  #endRow(segment: Segment, update: TrackUpdate): SightingMessage[] {
    if (!segment.lastSeen && segment.number > 1) return [];
    const seen = segment.lastSeen ?? update;
    const { attributes = seen.attributes } = update;
    return [this.#row(segment, { ...seen, attributes }, { state: 'ended', index: -1 })];
  }

  #row(
    segment: Segment,
    update: TrackUpdate,
    { state, index }: { readonly state: SightingMessage['state']; readonly index: number },
  ): SightingMessage {
    const { run, site } = this.#options;
    const { camera, looking } = update;
    const track = segment.number === 1 ? update.track : `${update.track}.${segment.number}`;
    return {
      timestamp: new Date(update.capturedAt).toISOString(),
      ...ageAndGender(update.attributes),
      faceId: segment.faceId ?? null,
      camera,
      track,
      box: roundBox(update.box),
      confidence: round(clamp(update.confidence, 0, 1), 3),
      version: 1,
      id: deterministicId('sighting', run, camera, track, index, state),
      site,
      state,
      looking,
    };
  }

  #sweep(now: number): SightingMessage[] {
    if (now - this.#sweptAt < FORGET_MS) return [];
    this.#sweptAt = now;
    const ready: SightingMessage[] = [];
    for (const [key, segment] of this.#segments) {
      if ((segment.lastSeen?.capturedAt ?? segment.startedAt) > now - FORGET_MS) continue;
      ready.push(...release(segment, Number.POSITIVE_INFINITY));
      this.#segments.delete(key);
    }
    return ready;
  }
}

/** The held rows up to `until` (capture time), with the id that the track has now, and its age if they had none. */
function release(segment: Segment, until: number): SightingMessage[] {
  const ready = segment.held.filter((row) => Date.parse(row.timestamp) <= until);
  segment.held = segment.held.filter((row) => Date.parse(row.timestamp) > until);
  return ready.map((row) => {
    const holds = Date.parse(row.timestamp) >= Math.floor(segment.since);
    const faceId = (holds ? segment.faceId : undefined) ?? null;
    return row.age === null ? { ...row, ...ageAndGender(segment.attributes), faceId } : { ...row, faceId };
  });
}

function ageAndGender(
  attributes: Attributes | undefined,
): Pick<SightingMessage, 'age' | 'ageLow' | 'ageHigh' | 'gender' | 'genderProbability'> {
  if (!attributes)
    return { age: null, ageLow: null, ageHigh: null, gender: 'unknown', genderProbability: null };
  const { age, gender } = attributes;
  return {
    age: roundAge(age.mean),
    ageLow: roundAge(age.low),
    ageHigh: roundAge(age.high),
    gender: gender.label,
    genderProbability: round(clamp(gender.probability, 0, 1), 3),
  };
}

/** Years to a tenth. */
function roundAge(years: number): number {
  return round(clamp(years, 0, 120), 1);
}

/** Pixels to a tenth. */
function roundBox({ x, y, width, height }: Box): Box {
  return {
    x: round(x, 1),
    y: round(y, 1),
    width: round(Math.max(0, width), 1),
    height: round(Math.max(0, height), 1),
  };
}

function round(value: number, digits: number): number {
  const factor = 10 ** digits;
  // Without the sign of a zero.
  return Math.round(value * factor) / factor || 0;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
