import type { ReidentificationResult } from '../contract/evaluation.ts';
import type { FaceDescriptor } from '../core/track.ts';
import type { EvaluationGallery } from './analyzer.ts';
import type { ReidRole } from './label-types.ts';

export interface ReidentificationCase {
  readonly role: ReidRole;
  /** Undefined only where `role` is `new`. */
  readonly identity: string | undefined;
  /** Undefined if no face was found. */
  readonly descriptor: FaceDescriptor | undefined;
}

export interface ReidentificationOptions {
  /** Empty; filled with the enrolled people. */
  readonly gallery: EvaluationGallery;
  /** Largest distance at which a face is taken for an enrolled person. */
  readonly threshold: number;
}

/**
 * One against many: everybody is enrolled with all of his looks, then each other picture is shown once to a gallery
 * that no longer learns. A picture without a face is a wrong answer: a missed return, or a false one. Undefined if
 * there is nothing to show.
 */
export function measureReidentification(
  cases: readonly ReidentificationCase[],
  options: ReidentificationOptions,
): ReidentificationResult | undefined {
  const returning = cases.filter((item) => item.role === 'returning');
  const newcomers = cases.filter((item) => item.role === 'new');
  if (returning.length + newcomers.length === 0) return undefined;
  const enrolled = enrolAll(cases, options.gallery);
  const answers = returning.map((item) => ({ item, answer: identify(item, options) }));
  const missed = answers.filter(({ item, answer }) => answer !== item.identity).length;
  const wrong = answers.filter(({ item, answer }) => answer !== undefined && answer !== item.identity).length;
  const mistaken = newcomers.filter(
    (item) => !item.descriptor || identify(item, options) !== undefined,
  ).length;
  return {
    enrolled,
    returning: returning.length,
    new: newcomers.length,
    threshold: options.threshold,
    missedReturn: returning.length > 0 ? missed / returning.length : null,
    wrongId: returning.length > 0 ? wrong / returning.length : null,
    falseReturn: newcomers.length > 0 ? mistaken / newcomers.length : null,
  };
}

/** Returns how many people were to be enrolled. One in whose pictures no face was found is not in the gallery. */
function enrolAll(cases: readonly ReidentificationCase[], gallery: EvaluationGallery): number {
  const looks = new Map<string, FaceDescriptor[]>();
  for (const { role, identity, descriptor } of cases) {
    if (role !== 'enrol' || identity === undefined) continue;
    const known = looks.get(identity) ?? [];
    if (descriptor) known.push(descriptor);
    looks.set(identity, known);
  }
  for (const [identity, descriptors] of looks) {
    if (descriptors.length > 0) gallery.enrol(identity, descriptors);
  }
  return looks.size;
}

function identify(item: ReidentificationCase, options: ReidentificationOptions): string | undefined {
  if (!item.descriptor) return undefined;
  const nearest = options.gallery.nearest(item.descriptor);
  return nearest && nearest.distance <= options.threshold ? nearest.identity : undefined;
}
