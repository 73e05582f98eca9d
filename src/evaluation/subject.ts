import { area, type Box, center, distance } from '../core/geometry.ts';
import type { AnalyzedFace, AnalyzedPicture } from './analyzer.ts';
import type { FaceLabel } from './label-types.ts';
import { matchBoxes } from './matching.ts';

/**
 * Which face of a picture a label means. With a box: the face matched to it at IoU 0.4 or more. Without one: the
 * main face, the largest after weighting each face's area by (1 − d)², where d is the distance of its centre from
 * that of the picture, 1 at a corner. So a face in the middle counts fully, a neighbour cut by the edge needs
 * several times the area to be taken for the subject.
 */
export function mainFace(
  picture: AnalyzedPicture,
  faces: readonly AnalyzedFace[] = picture.faces,
): AnalyzedFace | undefined {
  const middle = [picture.width / 2, picture.height / 2] as const;
  const corner = Math.hypot(...middle);
  let best: { face: AnalyzedFace; weight: number } | undefined;
  for (const face of faces) {
    const offset = Math.min(1, distance(center(face.box), middle) / corner);
    const weight = area(face.box) * (1 - offset) ** 2;
    if (best === undefined || weight > best.weight) best = { face, weight };
  }
  return best?.face;
}

/** For each row of labels.csv on one picture, the face that it means; undefined if that face was not found. */
export function labelledFaces(
  labels: readonly FaceLabel[],
  picture: AnalyzedPicture | undefined,
): (AnalyzedFace | undefined)[] {
  if (picture === undefined) return labels.map(() => undefined);
  const boxed = labels.filter(hasBox);
  const boxes = picture.faces.map((face) => face.box);
  const matches = matchBoxes(
    boxed.map((label) => label.box),
    boxes,
  );
  const matched = new Map<FaceLabel, AnalyzedFace | undefined>();
  for (const [i, label] of boxed.entries()) matched.set(label, picture.faces[matches[i] ?? -1]);
  const taken = new Set(matched.values());
  const free = picture.faces.filter((face) => !taken.has(face));
  return labels.map((label) => (hasBox(label) ? matched.get(label) : mainFace(picture, free)));
}

/**
 * The face that a row of pairs.csv or reid.csv means: the one that labels.csv gives a box on this picture, if it is
 * the only one or the only one of that identity; else the main face.
 */
export function subjectFace(options: {
  readonly picture: AnalyzedPicture | undefined;
  /** Rows of labels.csv on the same picture. */
  readonly labels: readonly FaceLabel[];
  readonly identity?: string | undefined;
}): AnalyzedFace | undefined {
  const { picture, labels, identity } = options;
  if (picture === undefined) return undefined;
  const boxed = labels.filter(hasBox);
  const named = boxed.filter((label) => identity !== undefined && label.identity === identity);
  const meant = named.length === 1 ? named[0] : boxed.length === 1 ? boxed[0] : undefined;
  if (meant === undefined) return mainFace(picture);
  return labelledFaces(labels, picture)[labels.indexOf(meant)];
}

function hasBox(label: FaceLabel): label is FaceLabel & { readonly box: Box } {
  return label.box !== undefined && label.box !== 'none';
}
