import { castMember } from './cast.ts';

/** The screenplay: who is where at what time. Pure; the pictures are drawn from it and the truth is counted from it. */

export const CLIP = { framesPerSecond: 12, seconds: 160 } as const;

/** Where a visitor is at a moment: `x` is the middle of the face in pixels, `size` the width of the face in pixels. */
export interface Keyframe {
  /** Seconds since the clip's beginning. */
  readonly at: number;
  readonly x: number;
  readonly size: number;
}

/** One coming and going of one person. */
export interface Appearance {
  readonly person: string;
  readonly cell: number;
  /** First and last keyframe's time: the figure is outside the picture before and after. */
  readonly enterAt: number;
  readonly leaveAt: number;
  readonly path: readonly Keyframe[];
}

type Step = readonly [at: number, x: number, size: number];

/** Beyond the left and right edge, and hidden behind the wall left of the doorway. */
const LEFT = -200;
const RIGHT = 1480;
const BACK: readonly [x: number, size: number] = [448, 52];

/** Whoever is smaller than this is still in the back room: the wall around the doorway hides what is beside it. */
export const BACK_ROOM_SIZE = 60;

function appearance(person: string, visit: number, ...steps: readonly Step[]): Appearance {
  const cells = castMember(person).cells;
  const path = steps.map(([at, x, size]) => ({ at, x, size }));
  const enterAt = path[0]?.at ?? 0;
  return { person, cell: cells[visit % cells.length] ?? 0, enterAt, leaveAt: path.at(-1)?.at ?? 0, path };
}

/** Comes through the doorway at `at` and stands in it, small, two seconds later. */
function fromBack(at: number): readonly Step[] {
  return [
    [at, ...BACK],
    [at + 1.8, 630, 53],
    [at + 2.6, 636, 58],
  ];
}

export const SCREENPLAY: readonly Appearance[] = [
  // One alone, then another whose way he crosses.
  appearance('p1', 0, [1, LEFT, 96], [5, 470, 114], [6.2, 540, 126], [10.8, 556, 128], [15.6, RIGHT, 96]),
  appearance(
    'p2',
    0,
    [10.4, RIGHT, 104],
    [14.8, 380, 118],
    [15.8, 330, 128],
    [23, 318, 130],
    [27, LEFT, 104],
  ),
  appearance('p5', 0, ...fromBack(16.5), [23.2, 760, 114], [24.2, 780, 120], [30, 764, 122], [34, RIGHT, 98]),
  // Nobody until 37.5 s. Two one after the other, growing to a group of four.
  appearance(
    'p3',
    0,
    [37.5, RIGHT, 98],
    [41.5, 700, 120],
    [42.4, 660, 132],
    [50, 640, 134],
    [54.5, LEFT, 98],
  ),
  appearance(
    'p4',
    0,
    [46.5, LEFT, 92],
    [49.6, 290, 108],
    [50.5, 310, 116],
    [59.6, 320, 118],
    [63.2, LEFT, 96],
  ),
  appearance('p6', 0, [51.5, RIGHT, 96], [55, 880, 112], [56, 846, 120], [66.5, 836, 120], [70.2, RIGHT, 98]),
  appearance('p7', 0, ...fromBack(52.8), [59, 596, 102], [60, 584, 108], [65.5, 576, 108], [70, LEFT, 92]),
  appearance(
    'p10',
    0,
    [55.2, RIGHT, 92],
    [58.4, 1118, 104],
    [59.2, 1096, 110],
    [68, 1088, 110],
    [71.4, RIGHT, 92],
  ),
  // Nobody until 75 s. The first ones return, looking different.
  appearance('p1', 1, [75, RIGHT, 96], [79, 560, 118], [80, 512, 128], [86, 530, 130], [90.5, LEFT, 98]),
  appearance(
    'p2',
    1,
    [81, RIGHT, 98],
    [84.2, 950, 114],
    [85.2, 916, 124],
    [92.5, 906, 124],
    [96.5, RIGHT, 96],
  ),
  appearance('p8', 0, ...fromBack(87.4), [94, 556, 112], [95, 530, 118], [100, 520, 120], [104, LEFT, 96]),
  appearance(
    'p9',
    0,
    [97, RIGHT, 98],
    [100.4, 880, 116],
    [101.4, 846, 126],
    [115.4, 836, 126],
    [119.8, RIGHT, 96],
  ),
  appearance(
    'p11',
    0,
    [104.5, LEFT, 92],
    [107.8, 300, 110],
    [108.8, 326, 118],
    [117, 316, 118],
    [121, LEFT, 96],
  ),
  appearance(
    'p12',
    0,
    ...fromBack(106.4),
    [113, 596, 108],
    [114, 582, 114],
    [121, 576, 114],
    [125, RIGHT, 96],
  ),
  appearance(
    'p3',
    1,
    [108.4, RIGHT, 96],
    [111.8, 1124, 108],
    [112.6, 1102, 112],
    [120, 1094, 112],
    [123.4, RIGHT, 96],
  ),
  // Nobody until 129 s. Three come back, one of them for the third time.
  appearance(
    'p6',
    1,
    [129, LEFT, 94],
    [132.6, 410, 114],
    [133.6, 446, 126],
    [141, 456, 126],
    [145, LEFT, 96],
  ),
  appearance(
    'p10',
    1,
    [133, RIGHT, 94],
    [136.5, 870, 114],
    [137.5, 838, 124],
    [146.5, 850, 124],
    [150.3, RIGHT, 96],
  ),
  appearance(
    'p2',
    2,
    [145.5, LEFT, 98],
    [149.2, 510, 118],
    [150.2, 540, 130],
    [154.8, 548, 132],
    [158.6, RIGHT, 98],
  ),
];
