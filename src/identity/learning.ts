import { meanDescriptor, toTemplateDescriptor } from './descriptor.ts';
import { coherentLooks } from './matcher.ts';
import { fusedDistance } from './matching.ts';
import type { IdentityRules } from './rules.ts';
import { planTemplate, type Template } from './templates.ts';
import type { KeptLook } from './tracks.ts';

/** What a visitor's templates learn from a track. Pure but for the ids. */

export interface TemplateSource {
  /** Key of the track. */
  readonly origin: string;
  readonly now: number;
  readonly newId: () => string;
}

/** The quality-weighted mean of several looks as a template. Needs at least one look. */
export function summarize(looks: readonly KeptLook[], source: TemplateSource): Template {
  const weights = looks.map((look) => look.quality);
  const mean = weights.reduce((sum, w) => sum + w, 0) / looks.length;
  return {
    id: source.newId(),
    descriptor: meanDescriptor(
      looks.map((look) => look.descriptor),
      weights,
    ),
    quality: evidence(mean, looks.length),
    createdAt: source.now,
    origin: source.origin,
  };
}

/** More looks average out more noise: the quality of a template of n looks is their mean quality × n / (n + 1). */
function evidence(quality: number, looks: number): number {
  return (quality * looks) / (looks + 1);
}

export interface Lesson {
  readonly added: readonly Template[];
  readonly removed: readonly Template[];
}

/** The mean of the track's good looks, and the one that is least like it (another pose, another light). */
export function planLesson(options: {
  readonly existing: readonly Template[];
  readonly looks: readonly KeptLook[];
  readonly source: TemplateSource;
  readonly rules: IdentityRules;
}): Lesson {
  const { existing, source, rules } = options;
  const looks = coherentLooks(options.looks, rules.matching);
  if (looks.length === 0) return { added: [], removed: [] };
  const summary = summarize(looks, source);
  const candidates = [summary, ...oddestLook(looks, { summary, source, rules })];
  let templates = [...existing];
  for (const candidate of candidates) {
    const plan = planTemplate({
      existing: templates,
      candidate,
      matching: rules.matching,
      rules: rules.templates,
    });
    if (plan.kind === 'add') templates = [...templates.filter((t) => t !== plan.replaces), candidate];
  }
  return {
    added: templates.filter((t) => !existing.includes(t)),
    removed: existing.filter((t) => !templates.includes(t)),
  };
}

function oddestLook(
  looks: readonly KeptLook[],
  context: {
    readonly summary: Template;
    readonly source: TemplateSource;
    readonly rules: IdentityRules;
  },
): Template[] {
  const { summary, source, rules } = context;
  let oddest: { look: KeptLook; distance: number } | undefined;
  for (const look of looks) {
    const descriptor = toTemplateDescriptor(look.descriptor);
    const distance = fusedDistance(descriptor, summary.descriptor, rules.matching.fusion);
    if (!oddest || distance > oddest.distance) oddest = { look, distance };
  }
  if (!oddest || oddest.distance < rules.templates.redundant) return [];
  return [summarize([oddest.look], source)];
}
