import type { FaceDescriptor } from '../core/track.ts';
import { meanDescriptor, type TemplateDescriptor, toTemplateDescriptor } from './descriptor.ts';
import { fusedDistance, type MatchRules } from './matching.ts';

/** Whom a track shows, from several looks. Pure functions. */

/** A look as the matcher sees it: what was described, and how good the picture was (0 to 1, the weight). */
export interface WeighedLook {
  readonly descriptor: FaceDescriptor;
  readonly quality: number;
}

/** What is compared with the gallery: the quality-weighted mean of the looks, and each of them for the vote. */
export interface Probe {
  readonly mean: TemplateDescriptor;
  readonly looks: readonly { readonly descriptor: TemplateDescriptor; readonly weight: number }[];
}

export interface KnownVisitor {
  readonly faceId: string;
  readonly templates: readonly { readonly descriptor: TemplateDescriptor }[];
}

export interface RankedVisitor {
  readonly faceId: string;
  /** Fused distance of the mean look to the visitor. */
  readonly distance: number;
  /** Share of the looks, by quality, to which this visitor is the nearest and near enough; 0 to 1. */
  readonly votes: number;
}

export type Verdict =
  | {
      readonly kind: 'match';
      readonly faceId: string;
      readonly distance: number;
      /** 0.5 at the threshold, towards 1 for a near and undisputed visitor. */
      readonly confidence: number;
      /** Near and undisputed enough to learn from. */
      readonly certain: boolean;
    }
  /** More looks may decide. `near`: too far to accept and too near for a stranger. */
  | { readonly kind: 'undecided'; readonly reason: 'near' | 'ambiguous' | 'few-looks' | 'votes' }
  | { readonly kind: 'stranger' };

/** The looks that show the same face as most of the track: those near its most central look. */
export function coherentLooks<T extends WeighedLook>(looks: readonly T[], rules: MatchRules): T[] {
  if (looks.length < 3) return [...looks];
  const descriptors = looks.map((look) => toTemplateDescriptor(look.descriptor));
  let best: number[] = [];
  let bestSum = Number.POSITIVE_INFINITY;
  for (const a of descriptors) {
    const distances = descriptors.map((b) =>
      Math.min(fusedDistance(a, b, rules.fusion), rules.coherence * 2),
    );
    const sum = distances.reduce((total, d) => total + d, 0);
    if (sum < bestSum) {
      bestSum = sum;
      best = distances;
    }
  }
  return looks.filter((_, i) => (best[i] ?? 0) <= rules.coherence);
}

/** Needs at least one look. */
export function makeProbe(looks: readonly WeighedLook[]): Probe {
  const mean = meanDescriptor(
    looks.map((look) => look.descriptor),
    looks.map((look) => look.quality),
  );
  return {
    mean,
    looks: looks.map((look) => ({ descriptor: toTemplateDescriptor(look.descriptor), weight: look.quality })),
  };
}

/**
 * Distance of a look or a mean of looks to a visitor: that of the nearest template, moved towards the second nearest,
 * so that one stray template does not decide alone. Infinite without templates.
 */
export function visitorDistance(
  query: TemplateDescriptor,
  visitor: Pick<KnownVisitor, 'templates'>,
  rules: MatchRules,
): number {
  let nearest = Number.POSITIVE_INFINITY;
  let second = Number.POSITIVE_INFINITY;
  for (const { descriptor } of visitor.templates) {
    const distance = fusedDistance(query, descriptor, rules.fusion);
    if (distance < nearest) {
      second = nearest;
      nearest = distance;
    } else if (distance < second) {
      second = distance;
    }
  }
  return Number.isFinite(second) ? nearest + rules.secondTemplateWeight * (second - nearest) : nearest;
}

/** The visitors by distance, nearest first, with the votes of the single looks. */
export function rankVisitors(
  probe: Probe,
  visitors: readonly KnownVisitor[],
  rules: MatchRules,
): RankedVisitor[] {
  const votes = countVotes(probe, visitors, rules);
  return visitors
    .map((visitor) => ({
      faceId: visitor.faceId,
      distance: visitorDistance(probe.mean, visitor, rules),
      votes: votes.get(visitor.faceId) ?? 0,
    }))
    .sort((a, b) => a.distance - b.distance);
}

function countVotes(probe: Probe, visitors: readonly KnownVisitor[], rules: MatchRules): Map<string, number> {
  const total = probe.looks.reduce((sum, look) => sum + look.weight, 0);
  const votes = new Map<string, number>();
  for (const look of probe.looks) {
    let favourite: string | undefined;
    let nearest = rules.accept + rules.voteSlack;
    for (const visitor of visitors) {
      const distance = visitorDistance(look.descriptor, visitor, rules);
      if (distance > nearest) continue;
      nearest = distance;
      favourite = visitor.faceId;
    }
    if (favourite !== undefined && total > 0) {
      votes.set(favourite, (votes.get(favourite) ?? 0) + look.weight / total);
    }
  }
  return votes;
}

export interface JudgeOptions {
  /** Nearest first. */
  readonly ranked: readonly RankedVisitor[];
  readonly looks: number;
  /** Looks from which `accept` counts; with fewer only `certain` does. */
  readonly enoughLooks: number;
  /** Whether more looks may still come; if not, doubt splits. */
  readonly mayWait: boolean;
  readonly rules: MatchRules;
}

/**
 * Decides. In doubt it waits, and when it cannot wait any longer it calls the track a stranger: a split can be
 * repaired, a wrong merge poisons a visitor. One exception: two visitors that are both certainly near are the same
 * person split earlier, or twins; a third id would help neither, so the nearer one is taken, without learning.
 */
export function judge(options: JudgeOptions): Verdict {
  const { ranked, looks, enoughLooks, mayWait, rules } = options;
  const [best, next] = ranked;
  if (!best || best.distance > rules.stranger) return { kind: 'stranger' };
  const certain = best.distance <= rules.certain;
  const doubt = doubtAbout(best, next, rules);
  if (doubt === undefined && (certain || looks >= enoughLooks)) return match(best, next, { certain, rules });
  if (mayWait) return { kind: 'undecided', reason: doubt ?? 'few-looks' };
  if (doubt === 'ambiguous' && certain) return match(best, next, { certain: false, rules });
  return { kind: 'stranger' };
}

function doubtAbout(
  best: RankedVisitor,
  next: RankedVisitor | undefined,
  rules: MatchRules,
): 'near' | 'ambiguous' | 'votes' | undefined {
  if (best.distance > rules.accept) return 'near';
  if (next && next.distance - best.distance < rules.margin) return 'ambiguous';
  if (best.votes < rules.minVotes) return 'votes';
  return undefined;
}

function match(
  best: RankedVisitor,
  next: RankedVisitor | undefined,
  options: { certain: boolean; rules: MatchRules },
): Verdict {
  const { certain, rules } = options;
  const closeness = Math.min(1, Math.max(0, 1 - best.distance / rules.accept));
  const gap = next ? next.distance - best.distance : Number.POSITIVE_INFINITY;
  const lead = Math.min(1, Math.max(0, gap / (2 * rules.margin)));
  const confidence = 0.5 + 0.5 * Math.sqrt(closeness) * lead;
  return { kind: 'match', faceId: best.faceId, distance: best.distance, confidence, certain };
}
