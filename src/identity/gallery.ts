import { randomBytes } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { asVitrineError, VitrineError } from '../core/errors.ts';
import { newFaceId, newRandomId } from '../core/ids.ts';
import type { Logger } from '../core/logger.ts';
import type { TrackUpdate } from '../core/track.ts';
import type { GalleryStore } from '../storage/store.ts';
import { type Archive, createSealedArchive, forgetfulArchive } from './archive.ts';
import { isMinor } from './attributes.ts';
import { contradicts, decide, presentDistance, reassess } from './identify.ts';
import { Registrar } from './registrar.ts';
import { Roster } from './roster.ts';
import { defaultIdentityRules, type IdentityRules } from './rules.ts';
import type { TemplateIndex } from './template-index.ts';
import { TrackBook, type TrackState } from './tracks.ts';
import type { Vault } from './vault.ts';

/** Who a track is, as far as is known now. */
export interface Resolution {
  /** Undefined while provisional. Once given it stays, unless `contradiction` takes it back. */
  readonly faceId: string | undefined;
  /** The visitor was here before, in an earlier visit. */
  readonly returning: boolean;
  /** 0 to 1; 0 while provisional, 1 for a visitor born in this track. */
  readonly confidence: number;
  /** Capture time from which on the id holds for this track; 0 while provisional. */
  readonly since: number;
  /** Said once: the id given before was wrong from now on, and the track should be split here. */
  readonly contradiction: boolean;
}

export interface GalleryStats {
  readonly visitors: number;
  readonly templates: number;
  /** Tracks going on. */
  readonly tracks: number;
}

/** Knows the visitors of a site. Never made in anonymous mode. */
export interface Gallery {
  /** @throws VitrineError KEY_INVALID if templates are stored and the key opens none; nothing has been written then. */
  start(): Promise<void>;
  /** Writes what is due, then overwrites and forgets everything in memory. */
  stop(): Promise<void>;
  /**
   * Takes in what vision tells of a track. One call at a time is worked on, in the order of the calls. May be called
   * again with the same update after an error. Vision sends a live update for frames in which the face was seen.
   * @throws VitrineError of the store, if a new visitor cannot be stored; the track stays provisional.
   */
  observe(update: TrackUpdate): Promise<Resolution>;
  /**
   * Erasure: forgets the visitor in memory and gives the person no new id for as long as the present tracks last.
   * Call it before the store's `erase`, so that nothing writes the visitor again. False if unknown here.
   */
  forget(faceId: string): Promise<boolean>;
  /** Retention: forgets visitors last seen before `before`; call it with the store's `prune`. Returns how many. */
  forgetUnseen(before: number): Promise<number>;
  stats(): GalleryStats;
}

/** Where visitors outlive their track: sealed in a store, or in memory until they have been away for a while. */
export type Keeping =
  | { readonly mode: 'loyalty'; readonly store: GalleryStore; readonly vault: Vault }
  | { readonly mode: 'session' };

export interface GalleryOptions {
  readonly keeping: Keeping;
  readonly site: string;
  /** Names the models that make the descriptors; a template of another name is kept but not compared. */
  readonly model: string;
  /** Empty; the gallery fills it and owns it from then on. */
  readonly index: TemplateIndex;
  readonly rules?: IdentityRules;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random?: (size: number) => Uint8Array;
}

const SWEEP_MS = 30_000;
/** An undecided track is looked at again after this long, even without a new look. */
const RETRY_MS = 250;

export function createGallery(options: GalleryOptions): Gallery {
  const { keeping, site, model, logger, random = randomBytes } = options;
  const rules = options.rules ?? defaultIdentityRules;
  const archive =
    keeping.mode === 'loyalty'
      ? createSealedArchive({ store: keeping.store, vault: keeping.vault, model, site, logger })
      : forgetfulArchive;
  const roster = new Roster(options.index);
  const registrar = new Registrar({
    archive,
    roster,
    rules,
    logger,
    site,
    newFaceId: () => newFaceId(random),
    newTemplateId: () => newRandomId(random),
  });
  const tracks = new TrackBook({ rules, dimensions: options.index.dimensions });
  return new SiteGallery({ archive, roster, registrar, tracks, rules, clock: options.clock, logger });
}

interface Parts {
  readonly archive: Archive;
  readonly roster: Roster;
  readonly registrar: Registrar;
  readonly tracks: TrackBook;
  readonly rules: IdentityRules;
  readonly clock: Clock;
  readonly logger: Logger;
}

class SiteGallery implements Gallery {
  readonly #parts: Parts;
  #running = false;
  #queue: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #newestCapture = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  start(): Promise<void> {
    return this.#inTurn(async () => {
      const { archive, roster, rules, clock } = this.#parts;
      for (const { record, templates } of await archive.load()) {
        const returning = record.lastSeenAt - record.createdAt >= rules.timing.visitGapMs;
        roster.add({
          faceId: record.faceId,
          record,
          templates: [...templates],
          returning,
          borne: new Map(),
          touchedAt: clock.now(),
        });
      }
      this.#running = true;
      this.#timer = setInterval(() => this.#sweepSoon(), SWEEP_MS);
      this.#timer.unref();
    });
  }

  stop(): Promise<void> {
    return this.#inTurn(async () => {
      clearInterval(this.#timer);
      for (const state of [...this.#parts.tracks.all()]) await this.#close(state);
      this.#parts.tracks.clear();
      this.#parts.roster.clear();
      this.#running = false;
    });
  }

  observe(update: TrackUpdate): Promise<Resolution> {
    return this.#inTurn(() => this.#observe(update));
  }

  forget(faceId: string): Promise<boolean> {
    return this.#inTurn(async () => {
      const { roster, registrar, tracks } = this.#parts;
      registrar.cancelBirth(faceId);
      for (const state of tracks.all()) {
        if (state.identity?.faceId !== faceId && state.reserved !== faceId) continue;
        state.identity = undefined;
        state.reserved = undefined;
        state.suppressed = true;
      }
      return roster.forget(faceId);
    });
  }

  forgetUnseen(before: number): Promise<number> {
    return this.#inTurn(async () => this.#forgetWhere((visitor) => visitor.record.lastSeenAt < before));
  }

  stats(): GalleryStats {
    const { roster, tracks } = this.#parts;
    return { visitors: roster.size, templates: roster.templateCount, tracks: tracks.size };
  }

  async #observe(update: TrackUpdate): Promise<Resolution> {
    if (!this.#running) throw new VitrineError('INTERNAL', 'the gallery is not running');
    const { tracks, clock } = this.#parts;
    const final = update.state === 'ended';
    this.#newestCapture = Math.max(this.#newestCapture, update.capturedAt);
    const { state, fresh } = tracks.take(update, clock.now());
    if (state.identity) await this.#follow(state, fresh.length > 0);
    if (this.#shouldDecide(state, { fresh: fresh.length > 0, final })) await this.#decide(state, final);
    const resolution = resolutionOf(state);
    const at = state.lastSeenAt;
    this.#parts.roster.get(resolution.faceId ?? '')?.borne.set(state.camera, { track: state.key, at });
    state.contradicted = false;
    if (final) await this.#close(state);
    return resolution;
  }

  #shouldDecide(state: TrackState, news: { readonly fresh: boolean; readonly final: boolean }): boolean {
    if (state.identity || state.suppressed) return false;
    if (news.final || news.fresh) return true;
    return state.best.length > 0 && state.lastSeenAt - state.triedAt >= RETRY_MS;
  }

  async #decide(state: TrackState, final: boolean): Promise<void> {
    const { registrar, clock } = this.#parts;
    await registrar.settleBirths();
    if (state.identity) return;
    state.triedAt = state.lastSeenAt;
    const decision = decide({ ...this.#parts, state, final, mayBeBorn: this.#mayBeBorn(state) });
    if (decision.kind === 'birth') await registrar.bear(state, decision.looks, clock.now());
    if (decision.kind === 'match') registrar.recognise(state, decision.verdict, clock.now());
    if (decision.kind === 'overthrow') await this.#overthrow(state, decision.rivals);
  }

  /** Nobody is stored of whom the age is unknown or wholly under 18. */
  #mayBeBorn(state: TrackState): boolean {
    const { archive, rules } = this.#parts;
    if (!rules.birth.automatic) return false;
    return !archive.lasting || (state.attributes !== undefined && !isMinor(state.attributes));
  }

  /** A track that has its id: still the same person, and nobody else beside it with that id? */
  async #follow(state: TrackState, fresh: boolean): Promise<void> {
    const { roster, registrar, tracks, clock } = this.#parts;
    const { identity } = state;
    const visitor = roster.get(identity?.faceId ?? '');
    if (!identity || !visitor) {
      state.identity = undefined;
      return;
    }
    if (fresh && contradicts(state, this.#parts)) {
      await registrar.unteach(state);
      return tracks.restart(state, {
        from: changedAt(state),
        looks: state.recent,
        mayClaimAgain: false,
      });
    }
    // The face was away, its id went to a track that went on where this one was lost, and now both are here.
    if (tracks.holders(visitor.faceId, state).some((other) => state.companions.has(other))) {
      return this.#dethrone(state, { mayClaimAgain: true });
    }
    const verdict = fresh && !identity.certain ? reassess(state, this.#parts) : undefined;
    if (verdict) registrar.confirm(state, verdict);
    registrar.noteSeen(visitor, state, clock.now());
    await registrar.update(visitor, state, false);
  }

  /**
   * The rivals lose the id at once; the track gets it with its next update, because in this frame a rival may have
   * been called by it already.
   */
  async #overthrow(state: TrackState, rivals: readonly TrackState[]): Promise<void> {
    for (const rival of rivals) await this.#dethrone(rival, { mayClaimAgain: false });
    state.triedAt = Number.NEGATIVE_INFINITY;
  }

  async #dethrone(state: TrackState, options: { readonly mayClaimAgain: boolean }): Promise<void> {
    const { registrar, tracks, rules, logger } = this.#parts;
    if (!state.identity) return;
    logger.info('two faces of one picture had the same id, one of them loses it', {
      camera: state.camera,
      faceId: state.identity.faceId,
    });
    const hasChanged = presentDistance(state, this.#parts) > rules.matching.accept;
    await registrar.unteach(state);
    const from = hasChanged ? changedAt(state) : state.firstSeenAt;
    tracks.restart(state, { ...options, from, looks: hasChanged ? state.recent : state.best });
  }

  async #close(state: TrackState): Promise<void> {
    const { roster, registrar, tracks } = this.#parts;
    const visitor = roster.get(state.identity?.faceId ?? '');
    if (visitor) await registrar.update(visitor, state, true);
    tracks.end(state);
  }

  #sweepSoon(): void {
    this.#inTurn(() => this.#sweep()).catch((error: unknown) => {
      this.#parts.logger.error('the gallery could not be tidied', { message: asVitrineError(error).message });
    });
  }

  async #sweep(): Promise<void> {
    const { archive, tracks, rules, clock } = this.#parts;
    const wallNow = clock.now();
    for (const state of tracks.stale(wallNow)) await this.#close(state);
    if (archive.lasting) return;
    const { sessionTtlMs } = rules.timing;
    this.#forgetWhere(
      (visitor) =>
        wallNow - visitor.touchedAt > sessionTtlMs ||
        this.#newestCapture - visitor.record.lastSeenAt > sessionTtlMs,
    );
  }

  #forgetWhere(isOver: (visitor: { record: { lastSeenAt: number }; touchedAt: number }) => boolean): number {
    const { roster } = this.#parts;
    const over = [...roster.all()].filter(isOver);
    for (const { faceId } of over) roster.forget(faceId);
    return over.length;
  }

  /** Runs `task` when everything asked for before is done, whether or not that succeeded. */
  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(task);
    this.#queue = result.catch(() => {});
    return result;
  }
}

/** When a track whose latest looks show somebody else began to do so. */
function changedAt(state: TrackState): number {
  return state.recent[0]?.capturedAt ?? state.lastSeenAt;
}

function resolutionOf(state: TrackState): Resolution {
  const { identity, contradicted } = state;
  return {
    faceId: identity?.faceId,
    returning: identity?.returning ?? false,
    confidence: identity?.confidence ?? 0,
    since: identity?.since ?? 0,
    contradiction: contradicted,
  };
}
