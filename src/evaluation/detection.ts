import type { DetectionResult } from '../contract/evaluation.ts';
import type { Box } from '../core/geometry.ts';
import { matchBoxes } from './matching.ts';

/** One picture whose labels say something about where faces are. */
export interface DetectionCase {
  /** Boxes that a person drew; none if the picture is labelled as holding no face. */
  readonly labels: readonly Box[];
  /** Every face in the picture has a box in `labels`, so that any other box found is wrong. */
  readonly complete: boolean;
  readonly found: readonly Box[];
}

/**
 * Recall over all labelled boxes; precision over the pictures that are labelled completely, because elsewhere a box
 * without a label may well be a face. Undefined if there is no case.
 */
export function measureDetection(cases: readonly DetectionCase[]): DetectionResult | undefined {
  if (cases.length === 0) return undefined;
  let faces = 0;
  let recalled = 0;
  let found = 0;
  let right = 0;
  for (const item of cases) {
    const hits = matchBoxes(item.labels, item.found).filter((index) => index !== undefined).length;
    faces += item.labels.length;
    recalled += hits;
    if (!item.complete) continue;
    found += item.found.length;
    right += hits;
  }
  return {
    images: cases.length,
    faces,
    recall: faces > 0 ? recalled / faces : null,
    precision: found > 0 ? right / found : null,
  };
}
