import { type Box, iou } from '../core/geometry.ts';

/** The IoU from which a found box is a labelled face. Low, because labels and detectors cut faces differently. */
export const MATCH_IOU = 0.4;

interface Edge {
  readonly label: number;
  readonly found: number;
  readonly overlap: number;
}

/**
 * Pairs labelled with found boxes, one to one, at an IoU of at least `minimum`: as many pairs as possible, starting
 * from the best overlaps. Returns for each label the index of its found box, or undefined.
 */
export function matchBoxes(
  labels: readonly Box[],
  found: readonly Box[],
  minimum = MATCH_IOU,
): (number | undefined)[] {
  const edges = candidateEdges(labels, found, minimum);
  const foundOf = new Array<number | undefined>(labels.length).fill(undefined);
  const labelOf = new Array<number | undefined>(found.length).fill(undefined);
  for (const edge of edges) {
    if (foundOf[edge.label] === undefined && labelOf[edge.found] === undefined) {
      foundOf[edge.label] = edge.found;
      labelOf[edge.found] = edge.label;
    }
  }
  const choices = labels.map((_, label) => edges.filter((edge) => edge.label === label).map((e) => e.found));
  for (const label of labels.keys()) {
    if (foundOf[label] === undefined) augment({ label, choices, foundOf, labelOf, visited: new Set() });
  }
  return foundOf;
}

function candidateEdges(labels: readonly Box[], found: readonly Box[], minimum: number): Edge[] {
  const edges: Edge[] = [];
  for (const [label, labelBox] of labels.entries()) {
    for (const [index, foundBox] of found.entries()) {
      const overlap = iou(labelBox, foundBox);
      if (overlap >= minimum) edges.push({ label, found: index, overlap });
    }
  }
  return edges.sort((a, b) => b.overlap - a.overlap);
}

interface Augmentation {
  readonly label: number;
  readonly choices: readonly (readonly number[])[];
  readonly foundOf: (number | undefined)[];
  readonly labelOf: (number | undefined)[];
  readonly visited: Set<number>;
}

/** An augmenting path (Kuhn): makes room for `label` by moving the labels that stand in its way. */
function augment(step: Augmentation): boolean {
  for (const found of step.choices[step.label] ?? []) {
    if (step.visited.has(found)) continue;
    step.visited.add(found);
    const holder = step.labelOf[found];
    if (holder === undefined || augment({ ...step, label: holder })) {
      step.foundOf[step.label] = found;
      step.labelOf[found] = step.label;
      return true;
    }
  }
  return false;
}
