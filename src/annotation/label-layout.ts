import { type Box, intersectionArea } from '../core/geometry.ts';

export interface LabelRequest {
  /** The face that the label belongs to. */
  readonly face: Box;
  /** Size of the label, pixels. */
  readonly width: number;
  readonly height: number;
}

export interface LabelLayoutOptions {
  readonly requests: readonly LabelRequest[];
  /** Size of the picture. */
  readonly width: number;
  readonly height: number;
  /** Between a face and its label, pixels. */
  readonly gap: number;
}

/** What a covered pixel costs: of another label (unreadable), of another face, of the own face. */
const COST = { label: 100, otherFace: 3, ownFace: 1 };
/** How many label heights a label may be moved up or down when everything nearer is taken. */
const FARTHEST_STEP = 4;

/**
 * A place for each label, inside the picture. Labels do not overlap each other where any of the places tried allows
 * it; among those, the one that hides the least of other faces, then of its own, then the nearest.
 */
export function placeLabels(options: LabelLayoutOptions): Box[] {
  const placed: Box[] = [];
  for (const request of options.requests) {
    let best: { box: Box; cost: number } | undefined;
    for (const [order, box] of candidates(request, options).entries()) {
      const cost = costOf(box, request, options.requests, placed) + order * 1e-3;
      if (best === undefined || cost < best.cost) best = { box, cost };
    }
    if (best) placed.push(best.box);
  }
  return placed;
}

/** Places in order of liking: above, below, beside, inside, then farther up and down. */
function candidates(request: LabelRequest, options: LabelLayoutOptions): Box[] {
  const { face, width, height } = request;
  const above = face.y - height - options.gap;
  const below = face.y + face.height + options.gap;
  const alignRight = face.x + face.width - width;
  const centred = face.x + (face.width - width) / 2;
  const near = [
    [face.x, above],
    [alignRight, above],
    [centred, above],
    [face.x, below],
    [alignRight, below],
    [centred, below],
    [face.x + face.width + options.gap, face.y],
    [face.x - width - options.gap, face.y],
    [face.x + options.gap, face.y + options.gap],
    [face.x + options.gap, face.y + face.height - height - options.gap],
  ];
  const far = Array.from({ length: FARTHEST_STEP }, (_, i) => (i + 1) * (height + options.gap)).flatMap(
    (step) => [
      [face.x, above - step],
      [alignRight, above - step],
      [face.x, below + step],
      [alignRight, below + step],
    ],
  );
  return [...near, ...far].map(([x = 0, y = 0]) => ({
    x: clamp(x, options.width - width),
    y: clamp(y, options.height - height),
    width,
    height,
  }));
}

function clamp(value: number, most: number): number {
  return Math.round(Math.min(Math.max(0, value), Math.max(0, most)));
}

function costOf(
  box: Box,
  request: LabelRequest,
  requests: readonly LabelRequest[],
  placed: readonly Box[],
): number {
  let cost = COST.ownFace * intersectionArea(box, request.face);
  for (const other of placed) cost += COST.label * intersectionArea(box, other);
  for (const other of requests) {
    if (other !== request) cost += COST.otherFace * intersectionArea(box, other.face);
  }
  return cost;
}
