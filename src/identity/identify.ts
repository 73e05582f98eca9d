import { meanDescriptor, type TemplateDescriptor } from './descriptor.ts';
import {
  coherentLooks,
  judge,
  makeProbe,
  type Probe,
  type RankedVisitor,
  rankVisitors,
  type Verdict,
  visitorDistance,
} from './matcher.ts';
import type { Roster } from './roster.ts';
import type { IdentityRules } from './rules.ts';
import { type KeptLook, RECENT_LOOKS, type TrackBook, type TrackState } from './tracks.ts';

/** How a track comes to its id, and how it loses it. Reads the gallery, changes nothing. */

export interface Surroundings {
  readonly roster: Roster;
  readonly tracks: TrackBook;
  readonly rules: IdentityRules;
}

export type Decision =
  | { readonly kind: 'wait' }
  /** Nobody that is known, and not enough seen (or not allowed) to make somebody new. */
  | { readonly kind: 'unidentified' }
  | { readonly kind: 'birth'; readonly looks: readonly KeptLook[] }
  | { readonly kind: 'match'; readonly verdict: Extract<Verdict, { kind: 'match' }> }
  /** The id of tracks that are there at the same time and fit it worse: they must give it up first. */
  | { readonly kind: 'overthrow'; readonly rivals: readonly TrackState[] };

/** How much nearer than its own visitor another one must be for the track to have changed persons. */
const OTHER_PERSON_LEAD = 0.2;
const WAIT: Decision = { kind: 'wait' };

export interface DecideOptions extends Surroundings {
  readonly state: TrackState;
  /** The track has ended: what is not decided now stays undecided. */
  readonly final: boolean;
  readonly mayBeBorn: boolean;
}

export function decide(options: DecideOptions): Decision {
  const { state, final, rules, roster } = options;
  const looks = looksToDecideFrom(options);
  if (looks.length === 0) return final ? { kind: 'unidentified' } : WAIT;
  const probe = makeProbe(looks);
  const claims = claimable(options, rank(probe, { roster, rules }));
  if (claims.mustWait && !final) return WAIT;
  const verdict = judge({
    ranked: claims.ranked,
    looks: looks.filter((look) => look.good).length,
    enoughLooks: rules.birth.minLooks,
    mayWait: !final && mayWait(state, rules),
    rules: rules.matching,
  });
  if (verdict.kind === 'match') return takeOver(options, verdict);
  if (verdict.kind === 'undecided') return WAIT;
  if (isBirth(options, looks)) return { kind: 'birth', looks };
  return final ? { kind: 'unidentified' } : WAIT;
}

/** Good looks that agree with each other; at the end of a track that has none, its fair ones. */
function looksToDecideFrom(options: Omit<DecideOptions, 'mayBeBorn'>): KeptLook[] {
  const { state, final, rules } = options;
  const good = state.best.filter((look) => look.good);
  return coherentLooks(good.length === 0 && final ? state.best : good, rules.matching);
}

function rank(probe: Probe, { roster, rules }: Pick<Surroundings, 'roster' | 'rules'>): RankedVisitor[] {
  return rankVisitors(probe, roster.near(probe.mean, rules.matching), rules.matching);
}

/**
 * Without the visitors that this track cannot be: they were in the picture at the same time in another track, which
 * fits them better. The decision waits a moment if the nearest visitor may still be there in another track; and, as
 * long as it may, if the nearest one of all is another track's: the tracks may just have swapped persons.
 */
function claimable(
  options: DecideOptions,
  ranked: readonly RankedVisitor[],
): { ranked: RankedVisitor[]; mustWait: boolean } {
  const { state, tracks, rules } = options;
  const possible = ranked.filter((visitor) => !state.excluded.has(visitor.faceId));
  const free = possible.filter((visitor) =>
    companionsCalled(visitor, options).every((rival) => beats(visitor, rival, options)),
  );
  const [first] = free;
  const lurking = first
    ? tracks.holders(first.faceId, state).filter((other) => !state.companions.has(other))
    : [];
  const [nearest] = possible;
  const isTaken = nearest !== undefined && nearest !== first && nearest.distance <= rules.matching.accept;
  const mustWait =
    lurking.some((other) => tracks.mayStillBeThere(other)) || (isTaken && mayWait(state, rules));
  return { ranked: free, mustWait };
}

function companionsCalled({ faceId }: RankedVisitor, { state, tracks }: DecideOptions): TrackState[] {
  return tracks.holders(faceId, state).filter((holder) => state.companions.has(holder));
}

/**
 * Only a certain match by a clear lead takes an id from a track that is there at the same time. A track that has just
 * lost an id itself takes one only from a track that has changed too: then the two have swapped persons.
 */
function beats(claim: RankedVisitor, rival: TrackState, options: DecideOptions): boolean {
  const { accept, certain, margin } = options.rules.matching;
  const present = presentDistance(rival, options);
  if (options.state.restarted && present <= accept) return false;
  return claim.distance <= certain && claim.distance + margin < present;
}

/**
 * How well a track fits its id now, measured like a claim: by the mean of its looks, or by the latest ones if they
 * show somebody else. What it has taught the visitor itself does not count. For a founder there is nothing else to
 * compare with; it fits perfectly as long as it has stayed the same person.
 */
export function presentDistance(state: TrackState, { roster, rules }: Surroundings): number {
  const { identity, recent } = state;
  const visitor = identity && roster.get(identity.faceId);
  if (!visitor || state.best.length === 0) return Number.POSITIVE_INFINITY;
  const taughtByOthers = visitor.templates.filter((template) => template.origin !== state.key);
  const templates = taughtByOthers.length > 0 ? taughtByOthers : visitor.templates;
  const distanceOf = (looks: readonly KeptLook[]) =>
    visitorDistance(meanOf(looks), { templates }, rules.matching);
  const latest = recent.length < RECENT_LOOKS ? 0 : distanceOf(recent);
  if (latest > rules.matching.accept) return latest;
  return identity.founder ? Number.NEGATIVE_INFINITY : distanceOf(coherentLooks(state.best, rules.matching));
}

function mayWait(state: TrackState, rules: IdentityRules): boolean {
  const { firstGoodAt, goodLooks, lastSeenAt } = state;
  if (firstGoodAt === undefined) return true;
  return goodLooks < rules.birth.patienceLooks && lastSeenAt - firstGoodAt < rules.birth.patienceMs;
}

function isBirth(options: DecideOptions, looks: readonly KeptLook[]): boolean {
  const { state, rules, mayBeBorn } = options;
  const { firstGoodAt, lastGoodAt } = state;
  if (!mayBeBorn || firstGoodAt === undefined || lastGoodAt === undefined) return false;
  const good = looks.filter((look) => look.good).length;
  return good >= rules.birth.minLooks && lastGoodAt - firstGoodAt >= rules.birth.minSpreadMs;
}

function takeOver(options: DecideOptions, verdict: Extract<Verdict, { kind: 'match' }>): Decision {
  const { state, tracks } = options;
  const rivals = tracks.holders(verdict.faceId, state).filter((holder) => state.companions.has(holder));
  if (rivals.length === 0) return { kind: 'match', verdict };
  return verdict.certain && !options.final ? { kind: 'overthrow', rivals } : WAIT;
}

/** The verdict over all looks of a track that has an id, if it is now certain of that same id. */
export function reassess(
  state: TrackState,
  surroundings: Surroundings,
): Extract<Verdict, { kind: 'match' }> | undefined {
  const { rules } = surroundings;
  const looks = looksToDecideFrom({ ...surroundings, state, final: false });
  if (looks.length === 0) return undefined;
  const ranked = rank(makeProbe(looks), surroundings).filter(
    (visitor) => !state.excluded.has(visitor.faceId),
  );
  const enoughLooks = rules.birth.minLooks;
  const verdict = judge({ ranked, looks: looks.length, enoughLooks, mayWait: true, rules: rules.matching });
  const isSame = verdict.kind === 'match' && verdict.faceId === state.identity?.faceId;
  return isSame && verdict.certain ? verdict : undefined;
}

/**
 * Whether the latest looks say that the track now shows somebody else: each is far from every template of the
 * visitor, or together they are certainly another known visitor.
 */
export function contradicts(state: TrackState, surroundings: Surroundings): boolean {
  const { roster, rules } = surroundings;
  const { recent, identity } = state;
  const visitor = identity && roster.get(identity.faceId);
  if (!visitor || visitor.templates.length === 0 || recent.length < RECENT_LOOKS) return false;
  const probe = makeProbe(recent);
  const own = visitorDistance(probe.mean, visitor, rules.matching);
  if (own <= rules.matching.accept) return false;
  const nearestOnly = { ...rules.matching, secondTemplateWeight: 0 };
  const allFar = probe.looks.every(
    (look) => visitorDistance(look.descriptor, visitor, nearestOnly) > rules.matching.contradict,
  );
  if (allFar) return true;
  const other = rank(probe, surroundings).find((ranked) => ranked.faceId !== visitor.faceId);
  return (
    other !== undefined &&
    other.distance <= rules.matching.certain &&
    own - other.distance > OTHER_PERSON_LEAD
  );
}

function meanOf(looks: readonly KeptLook[]): TemplateDescriptor {
  return meanDescriptor(
    looks.map((look) => look.descriptor),
    looks.map((look) => look.quality),
  );
}
