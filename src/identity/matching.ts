import { l2Distance } from '../core/vector.ts';
import { quantizedCosineDistance, type TemplateDescriptor } from './descriptor.ts';

/**
 * How the appearance descriptor joins the face embedding:
 * distance = L2(face) + clamp(weight × (cosine distance of appearance − neutral), −mostCloser, +mostFurther).
 * Where either side has no appearance the second term is 0, so one set of thresholds, in the scale of the face
 * embedding's L2 distance, serves both. The result can be slightly negative.
 */
export interface FusionRules {
  readonly weight: number;
  /** Cosine distance that speaks neither for nor against the same person. */
  readonly neutral: number;
  /** Most that the appearance can bring two faces together; also what lets the index skip most appearances. */
  readonly mostCloser: number;
  readonly mostFurther: number;
}

/** Distances are fused distances (see FusionRules). */
export interface MatchRules {
  readonly fusion: FusionRules;
  /** Up to here the several looks of a track belong to the visitor. */
  readonly accept: number;
  /** Up to here even one or two looks do, and the visitor's templates may learn from the track. */
  readonly certain: number;
  /** Beyond this the visitor is clearly somebody else; between `accept` and this, more looks are awaited. */
  readonly stranger: number;
  /** The next visitor must be at least this much further away, else the match is ambiguous. */
  readonly margin: number;
  /** A single look is noisier than a mean: it votes for a visitor up to `accept` plus this. */
  readonly voteSlack: number;
  /** Share of the looks, by quality, that must vote for the visitor. */
  readonly minVotes: number;
  /** Weight of the second nearest template in the distance to a visitor: 0 the nearest alone, 0.5 the mean of two. */
  readonly secondTemplateWeight: number;
  /** Looks further than this from the middle of their track are left out: they show somebody else or nobody. */
  readonly coherence: number;
  /** Looks further than this from every template of the visitor contradict the track's identity. */
  readonly contradict: number;
}

/**
 * The numbers in one place. The face embedding is dlib's ResNet, whose textbook threshold 0.6 is for one-to-one
 * verification; against hundreds of visitors it lets in nearly everybody. docs/decisions/0006-identity.md has the
 * measurements behind these: photos of ten men (LFW) and of 339 adults (UTKFace), a development set.
 */
export const defaultMatchRules: MatchRules = {
  fusion: { weight: 0.6, neutral: 0.4, mostCloser: 0.1, mostFurther: 0.3 },
  accept: 0.43,
  certain: 0.37,
  stranger: 0.48,
  margin: 0.05,
  voteSlack: 0.12,
  minVotes: 0.5,
  secondTemplateWeight: 0.25,
  coherence: 0.6,
  contradict: 0.62,
};

/** What the appearance adds to the face's distance. */
export function appearanceTerm(a: TemplateDescriptor, b: TemplateDescriptor, fusion: FusionRules): number {
  if (!a.appearance || !b.appearance) return 0;
  const term = fusion.weight * (quantizedCosineDistance(a.appearance, b.appearance) - fusion.neutral);
  return Math.min(Math.max(term, -fusion.mostCloser), fusion.mostFurther);
}

export function fusedDistance(a: TemplateDescriptor, b: TemplateDescriptor, fusion: FusionRules): number {
  return l2Distance(a.face, b.face) + appearanceTerm(a, b, fusion);
}
