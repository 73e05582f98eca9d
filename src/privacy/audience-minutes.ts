import type { Gender } from '../core/track.ts';
import type { AudienceMinute } from '../storage/store.ts';

const MINUTE = 60_000;

/**
 * How long a minute may still change, in ms of its camera's time. Behind it, counts are final and forgotten here. A
 * camera whose time jumps back further (its clock was set) counts on under another run, because the forgotten minutes
 * would otherwise be written anew from zero.
 */
const HORIZON = 15 * MINUTE;

export const UNKNOWN_BAND = 'unknown';

/** One track was in view from `from` to `to` (ms since 1970). */
export interface Presence {
  readonly site: string;
  readonly camera: string;
  readonly track: string;
  readonly from: number;
  readonly to: number;
  /** Label of the age band, or `UNKNOWN_BAND`. */
  readonly ageBand: string;
  readonly gender: Gender;
  readonly looking: boolean;
}

interface Duration {
  present: number;
  looking: number;
}

interface Cell extends Duration {
  readonly key: Omit<AudienceMinute, 'tracks' | 'presentSeconds' | 'lookingSeconds'>;
  tracks: number;
}

interface TrackState {
  readonly run: string;
  readonly site: string;
  readonly camera: string;
  /** The minute in which it is counted; undefined once that minute is final. */
  began: number | undefined;
  ageBand: string;
  gender: Gender;
  /** Presence before this time has been counted. */
  until: number;
  /** What it has added to each minute that may still change. */
  readonly minutes: Map<number, Duration>;
}

interface CameraState {
  newest: number;
  /** `newest` when the counts were last confirmed: what lies a horizon before it is final. */
  confirmed: number;
  /** How often its time has jumped back. */
  jumps: number;
  sweptAt: number;
}

/**
 * Counts presence per minute and bucket without keeping anything of a person. Presence that is fed twice counts once.
 * A track counts in the bucket that is known of it last: when its age becomes known, what was counted as unknown moves.
 */
export class AudienceMinutes {
  readonly #run: string;
  readonly #cells = new Map<string, Cell>();
  readonly #changed = new Set<Cell>();
  readonly #tracks = new Map<string, TrackState>();
  readonly #cameras = new Map<string, CameraState>();

  /** `run` sets the counts of this process apart from those of others in the same minute. */
  constructor(run: string) {
    this.#run = run;
  }

  /** When the track was last seen, if that is still known. */
  lastSeen(site: string, camera: string, track: string): number | undefined {
    return this.#tracks.get(keyOf(site, camera, track))?.until;
  }

  add(presence: Presence): void {
    const { site, camera, to } = presence;
    const place = this.#camera(site, camera, to);
    const track = this.#track(presence, place);
    this.#classify(track, presence);
    this.#count(track, presence, place.confirmed - HORIZON);
    place.newest = Math.max(place.newest, to);
  }

  /**
   * The rows that have changed since they were last confirmed. Values are totals: writing a row twice does no harm,
   * and a row whose counts have moved elsewhere comes with zeros.
   */
  changes(): readonly AudienceMinute[] {
    return [...this.#changed].map(({ key, tracks, present, looking }) => ({
      ...key,
      tracks,
      presentSeconds: present / 1000,
      lookingSeconds: looking / 1000,
    }));
  }

  /** Call once what `changes` gave has been stored; with nothing added in between. */
  confirm(): void {
    this.#changed.clear();
    for (const [key, place] of this.#cameras) {
      place.confirmed = place.newest;
      if (place.newest - place.sweptAt < MINUTE) continue;
      place.sweptAt = place.newest;
      this.#forget(key, place.newest - HORIZON);
    }
  }

  #camera(site: string, camera: string, at: number): CameraState {
    const key = keyOf(site, camera);
    const known = this.#cameras.get(key);
    if (known && at >= known.confirmed - HORIZON) return known;
    const jumps = known ? known.jumps + 1 : 0;
    const state = { newest: at, confirmed: Number.NEGATIVE_INFINITY, jumps, sweptAt: at };
    this.#cameras.set(key, state);
    if (known) this.#dropTracks(key);
    return state;
  }

  #track(presence: Presence, place: CameraState): TrackState {
    const { site, camera, track, from, to, ageBand, gender } = presence;
    const key = keyOf(site, camera, track);
    const known = this.#tracks.get(key);
    if (known) return known;
    const run = place.jumps === 0 ? this.#run : `${this.#run}-${place.jumps}`;
    const start = Math.max(Math.min(from, to), place.confirmed - HORIZON);
    const began = minuteOf(start);
    const state: TrackState = { run, site, camera, began, ageBand, gender, until: start, minutes: new Map() };
    this.#tracks.set(key, state);
    this.#change(state, began, (cell) => cell.tracks++);
    return state;
  }

  /** Moves what the track has added to the bucket that is known now; "unknown" tells nothing new. */
  #classify(track: TrackState, { ageBand, gender }: Presence): void {
    const band = ageBand === UNKNOWN_BAND ? track.ageBand : ageBand;
    const sex = gender === 'unknown' ? track.gender : gender;
    if (band === track.ageBand && sex === track.gender) return;
    this.#weigh(track, -1);
    track.ageBand = band;
    track.gender = sex;
    this.#weigh(track, 1);
  }

  #weigh(track: TrackState, sign: 1 | -1): void {
    const { began } = track;
    if (began !== undefined) this.#change(track, began, (cell) => (cell.tracks += sign));
    for (const [minute, { present, looking }] of track.minutes) {
      this.#change(track, minute, (cell) => {
        cell.present += sign * present;
        cell.looking += sign * looking;
      });
    }
  }

  /** Counts what lies after `final` and has not been counted yet. */
  #count(track: TrackState, { from, to, looking }: Presence, final: number): void {
    let start = Math.max(from, track.until, final);
    while (start < to) {
      const minute = minuteOf(start);
      const end = Math.min(to, minute + MINUTE);
      const added = end - start;
      const own = track.minutes.get(minute) ?? { present: 0, looking: 0 };
      track.minutes.set(minute, own);
      const cell = this.#change(track, minute, () => {});
      for (const sum of [own, cell]) {
        sum.present += added;
        if (looking) sum.looking += added;
      }
      start = end;
    }
    track.until = Math.max(track.until, to);
  }

  #change(track: TrackState, minute: number, apply: (cell: Cell) => void): Cell {
    const { run, site, camera, ageBand, gender } = track;
    const name = keyOf(run, site, camera, minute, ageBand, gender);
    const key = { run, site, camera, minute, ageBand, gender };
    const cell = this.#cells.get(name) ?? { key, tracks: 0, present: 0, looking: 0 };
    this.#cells.set(name, cell);
    this.#changed.add(cell);
    apply(cell);
    return cell;
  }

  /** What lies before `before` is final: it is stored, and no longer needed here. */
  #forget(camera: string, before: number): void {
    for (const [name, { key }] of this.#cells) {
      if (keyOf(key.site, key.camera) === camera && key.minute < before) this.#cells.delete(name);
    }
    for (const [name, track] of this.#tracks) {
      if (keyOf(track.site, track.camera) !== camera) continue;
      if (track.until < before) this.#tracks.delete(name);
      if (track.began !== undefined && track.began < before) track.began = undefined;
      for (const minute of track.minutes.keys()) if (minute < before) track.minutes.delete(minute);
    }
  }

  #dropTracks(camera: string): void {
    for (const [name, track] of this.#tracks) {
      if (keyOf(track.site, track.camera) === camera) this.#tracks.delete(name);
    }
  }
}

function minuteOf(at: number): number {
  return Math.floor(at / MINUTE) * MINUTE;
}

function keyOf(...parts: readonly (string | number)[]): string {
  return JSON.stringify(parts);
}
