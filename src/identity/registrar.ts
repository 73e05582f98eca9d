import { asVitrineError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import type { VisitorRecord } from '../storage/store.ts';
import type { Archive, ArchiveStep } from './archive.ts';
import { blendAttributes, isMinorRecord } from './attributes.ts';
import { type Lesson, planLesson, summarize } from './learning.ts';
import type { Verdict } from './matcher.ts';
import type { Roster, Visitor } from './roster.ts';
import type { IdentityRules } from './rules.ts';
import type { KeptLook, TrackState } from './tracks.ts';

export interface RegistrarOptions {
  readonly archive: Archive;
  readonly roster: Roster;
  readonly rules: IdentityRules;
  readonly logger: Logger;
  readonly site: string;
  readonly newFaceId: () => string;
  readonly newTemplateId: () => string;
}

interface Birth {
  readonly state: TrackState;
  readonly visitor: Visitor;
  readonly steps: readonly ArchiveStep[];
}

const NOTHING_LEARNT: Lesson = { added: [], removed: [] };
/** Good looks from which a track that ends still teaches. */
const LOOKS_AT_THE_END = 2;

/** Writes visitors and what they learn, first to the archive, then to memory. */
export class Registrar {
  readonly #options: RegistrarOptions;
  /** Visitors that are not yet known to be stored. */
  readonly #births = new Set<Birth>();
  #failing = false;

  constructor(options: RegistrarOptions) {
    this.#options = options;
  }

  /**
   * Makes a visitor of the looks. The id is given out only once it is stored. If that fails the same birth is tried
   * again before anything else is decided, with the same id, because a store that gave no answer may have kept it.
   */
  async bear(state: TrackState, looks: readonly KeptLook[], wallNow: number): Promise<void> {
    this.#births.add(this.#conceive(state, looks, wallNow));
    await this.settleBirths();
  }

  /** @throws VitrineError of the store. */
  async settleBirths(): Promise<void> {
    for (const birth of this.#births) {
      await this.#options.archive.save(birth.steps);
      this.#births.delete(birth);
      this.#welcome(birth);
    }
  }

  /** Gives the track the id of a known visitor. */
  recognise(state: TrackState, verdict: Extract<Verdict, { kind: 'match' }>, wallNow: number): void {
    const visitor = this.#options.roster.get(verdict.faceId);
    if (!visitor) return;
    const { visitGapMs } = this.#options.rules.timing;
    if (state.firstSeenAt - visitor.record.lastSeenAt >= visitGapMs) visitor.returning = true;
    state.identity = {
      faceId: visitor.faceId,
      founder: false,
      returning: visitor.returning,
      confidence: verdict.confidence,
      since: idHoldsFrom(visitor, state),
      certain: verdict.certain,
      distance: verdict.distance,
      before: visitor.record,
      writtenAt: Number.NEGATIVE_INFINITY,
      unlearntLooks: state.goodLooks,
    };
    this.noteSeen(visitor, state, wallNow);
  }

  /** The later looks of a track may make sure of what the first ones only made likely. */
  confirm(state: TrackState, verdict: Extract<Verdict, { kind: 'match' }>): void {
    if (!state.identity) return;
    const { certain, confidence, distance } = verdict;
    state.identity = { ...state.identity, certain, confidence, distance };
  }

  /** Brings the visitor's record in memory up to what the track shows. */
  noteSeen(visitor: Visitor, state: TrackState, wallNow: number): void {
    const lastSeenAt = Math.max(visitor.record.lastSeenAt, Math.round(state.lastSeenAt));
    const attributes = blendAttributes(state.identity?.before, state.attributes);
    visitor.record = { ...visitor.record, ...attributes, lastSeenAt };
    visitor.touchedAt = wallNow;
  }

  /** Learns and writes what is due. A store that fails here costs freshness, not ids: it is reported once. */
  async update(visitor: Visitor, state: TrackState, final: boolean): Promise<void> {
    const { identity } = state;
    if (!identity) return;
    const due = final || state.lastSeenAt - identity.writtenAt >= this.#options.rules.timing.writeEveryMs;
    const lesson = this.#lessonOf(visitor, state, final);
    const steps = [...lessonSteps(visitor, lesson), ...(due ? [visitorStep(visitor.record)] : [])];
    if (!(await this.#saveOrReport(steps))) return;
    if (due) identity.writtenAt = state.lastSeenAt;
    if (lesson !== NOTHING_LEARNT) identity.unlearntLooks = 0;
    this.#apply(visitor, lesson);
  }

  /** Takes back what the visitor learnt from a track that turned out to be somebody else. */
  async unteach(state: TrackState): Promise<void> {
    const visitor = state.identity && this.#options.roster.get(state.identity.faceId);
    if (!visitor || state.identity?.founder) return;
    const removed = visitor.templates.filter((template) => template.origin === state.key);
    const lesson: Lesson = { added: [], removed };
    if (await this.#saveOrReport(lessonSteps(visitor, lesson))) this.#apply(visitor, lesson);
  }

  /** Drops a birth that is not settled; the id was never given out. */
  cancelBirth(faceId: string): void {
    for (const birth of this.#births) {
      if (birth.visitor.faceId === faceId) this.#births.delete(birth);
    }
  }

  #conceive(state: TrackState, looks: readonly KeptLook[], wallNow: number): Birth {
    const { site, newFaceId, newTemplateId } = this.#options;
    const faceId = newFaceId();
    const now = Math.round(state.lastSeenAt);
    const template = summarize(looks, { origin: state.key, now, newId: newTemplateId });
    const attributes = blendAttributes(undefined, state.attributes);
    const createdAt = Math.round(state.firstSeenAt);
    const record: VisitorRecord = { faceId, site, createdAt, lastSeenAt: now, ...attributes };
    const visitor: Visitor = {
      faceId,
      record,
      templates: [template],
      returning: false,
      borne: new Map(),
      touchedAt: wallNow,
    };
    state.reserved = faceId;
    return { state, visitor, steps: [visitorStep(record), { kind: 'template', faceId, template }] };
  }

  #welcome({ state, visitor }: Birth): void {
    this.#options.roster.add(visitor);
    state.reserved = undefined;
    state.identity = {
      faceId: visitor.faceId,
      founder: true,
      returning: false,
      confidence: 1,
      since: state.firstSeenAt,
      certain: true,
      distance: 0,
      before: undefined,
      writtenAt: state.lastSeenAt,
      unlearntLooks: 0,
    };
  }

  /** Someone who turns out to be a minor keeps the id for as long as he or she is here, and no template. */
  #lessonOf(visitor: Visitor, state: TrackState, final: boolean): Lesson {
    const { archive, rules } = this.#options;
    if (archive.lasting && isMinorRecord(visitor.record)) return { added: [], removed: visitor.templates };
    const enough = final ? LOOKS_AT_THE_END : rules.templates.looksToLearn;
    const { identity } = state;
    if (!identity?.certain || identity.unlearntLooks < enough) return NOTHING_LEARNT;
    return this.#plan(visitor, state);
  }

  #plan(visitor: Visitor, state: TrackState): Lesson {
    const { rules, newTemplateId } = this.#options;
    const source = { origin: state.key, now: Math.round(state.lastSeenAt), newId: newTemplateId };
    const looks = state.best.filter((look) => look.good);
    return planLesson({ existing: visitor.templates, looks, source, rules });
  }

  #apply(visitor: Visitor, lesson: Lesson): void {
    const { roster } = this.#options;
    for (const template of lesson.removed) roster.removeTemplate(visitor, template.id);
    for (const template of lesson.added) roster.addTemplate(visitor, template);
  }

  async #saveOrReport(steps: readonly ArchiveStep[]): Promise<boolean> {
    try {
      await this.#options.archive.save(steps);
      this.#failing = false;
      return true;
    } catch (error) {
      const { code, message } = asVitrineError(error);
      if (!this.#failing)
        this.#options.logger.warn('a visitor could not be updated in the store', { code, message });
      this.#failing = true;
      return false;
    }
  }
}

/** Not while another track of the same camera was called by the id, even if wrongly: those rows are out. */
function idHoldsFrom(visitor: Visitor, state: TrackState): number {
  const borne = visitor.borne.get(state.camera);
  if (!borne || borne.track === state.key) return state.firstSeenAt;
  return Math.max(state.firstSeenAt, borne.at + 1);
}

function visitorStep(visitor: VisitorRecord): ArchiveStep {
  return { kind: 'visitor', visitor };
}

function lessonSteps(visitor: Visitor, lesson: Lesson): ArchiveStep[] {
  const { faceId } = visitor;
  return [
    ...lesson.removed.map(({ id }) => ({ kind: 'template-removed', id }) as const),
    ...lesson.added.map((template) => ({ kind: 'template', faceId, template }) as const),
  ];
}
