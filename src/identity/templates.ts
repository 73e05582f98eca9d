import { weightedMean } from '../core/vector.ts';
import type { TemplateDescriptor } from './descriptor.ts';
import { fusedDistance, type MatchRules } from './matching.ts';
import type { TemplateRules } from './rules.ts';

/** Which templates a visitor keeps: few, good, and unlike each other. Pure functions. */

export interface Template {
  readonly id: string;
  readonly descriptor: TemplateDescriptor;
  /** 0 to 1. */
  readonly quality: number;
  readonly createdAt: number;
  /** Key of the track it was learnt from; undefined if from an earlier run. */
  readonly origin: string | undefined;
}

export type TemplatePlan =
  | { readonly kind: 'keep-as-is'; readonly reason: 'stray' | 'redundant' | 'full' }
  | { readonly kind: 'add'; readonly replaces: Template | undefined };

export interface PlanOptions {
  readonly existing: readonly Template[];
  readonly candidate: Template;
  readonly matching: MatchRules;
  readonly rules: TemplateRules;
}

/**
 * Whether `candidate` is worth keeping, and in whose place. A candidate far from the middle of the visitor's templates
 * is refused, or ids would drift from one person to the next, each step a small one. A near copy of an old template
 * replaces it only if it is the better picture. When full, the most redundant one gives way.
 */
export function planTemplate(options: PlanOptions): TemplatePlan {
  const { existing, candidate, matching, rules } = options;
  if (existing.length === 0) return { kind: 'add', replaces: undefined };
  const distance = (a: Template, b: Template) => fusedDistance(a.descriptor, b.descriptor, matching.fusion);
  if (isStray(candidate, existing, matching)) return { kind: 'keep-as-is', reason: 'stray' };
  const copy = closest(candidate, existing, distance);
  if (copy && distance(copy, candidate) < rules.redundant) {
    return candidate.quality > copy.quality
      ? { kind: 'add', replaces: copy }
      : { kind: 'keep-as-is', reason: 'redundant' };
  }
  if (existing.length < rules.max) return { kind: 'add', replaces: undefined };
  const loser = mostRedundant([...existing, candidate], distance);
  return loser === candidate ? { kind: 'keep-as-is', reason: 'full' } : { kind: 'add', replaces: loser };
}

/** Measured on the face alone: the mean of quantised appearances would have to be made for every question. */
function isStray(candidate: Template, existing: readonly Template[], matching: MatchRules): boolean {
  const face = weightedMean(
    existing.map((t) => t.descriptor.face),
    existing.map(() => 1),
  );
  const middle = { face, appearance: undefined };
  return fusedDistance(candidate.descriptor, middle, matching.fusion) > matching.accept;
}

function closest(
  candidate: Template,
  existing: readonly Template[],
  distance: (a: Template, b: Template) => number,
): Template | undefined {
  let best: Template | undefined;
  for (const template of existing) {
    if (!best || distance(template, candidate) < distance(best, candidate)) best = template;
  }
  return best;
}

/** Of the two templates that are nearest to each other, the worse picture. */
function mostRedundant(
  templates: readonly Template[],
  distance: (a: Template, b: Template) => number,
): Template | undefined {
  let loser: Template | undefined;
  let nearest = Number.POSITIVE_INFINITY;
  for (const [i, a] of templates.entries()) {
    for (const b of templates.slice(i + 1)) {
      const d = distance(a, b);
      if (d >= nearest) continue;
      nearest = d;
      loser = a.quality < b.quality ? a : b;
    }
  }
  return loser;
}
