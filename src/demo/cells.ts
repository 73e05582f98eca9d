import type { Box, Point } from '../core/geometry.ts';

/**
 * Hand-made labels of the cells that the demo uses. The picture is a sheet of face crops, 18 columns by 6 rows, each
 * with two small captions; nothing of it is kept here, only where in a cell a head ends.
 */

/** How the sheet is cut: pixels of the sheet. */
export const SHEET = {
  width: 1920,
  height: 954,
  columns: 18,
  rows: 6,
  top: 283,
  columnWidth: 1920 / 18,
  rowHeight: 111.8,
  /** Size of the extract that the labels below refer to. */
  cellWidth: 106,
  cellHeight: 110,
} as const;

export type HairStyle = 'short' | 'long' | 'tied' | 'bald';

/** Coordinates are pixels of the cell's extract, from its upper left corner. */
export interface CellLabel {
  /** Brows to chin, cheek to cheek. */
  readonly face: Box;
  /** Outline of what is taken from the photo, clear of both captions and of what stands behind. */
  readonly outline: readonly Point[];
  readonly hair: HairStyle;
  /** A spot of plain hair (of plain skin for `bald`): the colour of the hair that is drawn on. */
  readonly hairAt: Point;
  /** A spot of plain skin near the jaw: the colour of the neck that is drawn on. */
  readonly skinAt: Point;
}

interface RawLabel {
  readonly face: readonly [x: number, y: number, width: number, height: number];
  readonly outline: string;
  readonly hair: HairStyle;
  readonly hairAt: Point;
  readonly skinAt: Point;
}

const RAW: Readonly<Record<number, RawLabel>> = {
  1: {
    face: [19, 21, 66, 68],
    outline:
      '20,26 30,18 42,16 45,8 56,6 70,6 80,12 83,24 84,40 84,54 82,66 79,77 71,86 60,91 50,92 39,89 29,80 23,70 20,62 14,61 8,47 12,41 19,43 19,34',
    hair: 'short',
    hairAt: [60, 7],
    skinAt: [46, 83],
  },
  11: {
    face: [24, 21, 62, 64],
    outline:
      '22,22 30,17 41,13 47,4 58,1 72,4 83,12 89,28 90,44 87,56 84,68 78,78 68,84 57,87 44,85 33,78 27,66 22,55 18,50 18,44 21,40 21,30',
    hair: 'short',
    hairAt: [60, 7],
    skinAt: [57, 80],
  },
  30: {
    face: [21, 25, 60, 61],
    outline:
      '15,28 20,19 34,18 42,14 46,5 56,2 68,5 77,13 82,26 83,40 83,52 79,62 77,72 71,82 62,88 52,90 42,88 33,80 26,70 22,62 15,58 13,48 14,38',
    hair: 'tied',
    hairAt: [60, 6],
    skinAt: [52, 84],
  },
  35: {
    face: [15, 19, 67, 73],
    outline:
      '20,26 27,19 41,15 44,7 56,3 72,4 84,10 92,22 97,40 97,58 94,72 86,83 76,91 64,95 52,95 40,92 30,86 22,76 16,66 13,54 13,40',
    hair: 'long',
    hairAt: [90, 30],
    skinAt: [60, 86],
  },
  37: {
    face: [27, 21, 61, 69],
    outline:
      '24,26 32,18 41,16 45,8 56,3 72,4 86,9 95,20 100,38 100,56 97,72 90,84 79,92 65,95 51,93 38,90 28,82 21,70 18,54 19,38',
    hair: 'long',
    hairAt: [95, 35],
    skinAt: [60, 87],
  },
  50: {
    face: [21, 25, 59, 60],
    outline:
      '12,32 16,21 28,18 40,15 45,5 55,2 68,5 77,14 81,28 81,44 80,56 77,68 71,78 62,84 52,84 42,82 31,75 23,64 20,57 13,54 11,44',
    hair: 'tied',
    hairAt: [17, 34],
    skinAt: [50, 81],
  },
  55: {
    face: [23, 23, 65, 68],
    outline:
      '23,28 31,19 42,16 47,8 60,5 74,6 86,12 91,24 92,37 96,42 95,54 91,62 86,70 81,80 72,88 60,92 50,91 39,87 30,77 26,66 22,58 20,48 22,40 22,34',
    hair: 'short',
    hairAt: [88, 22],
    skinAt: [60, 84],
  },
  56: {
    face: [27, 26, 57, 60],
    outline:
      '16,28 23,20 34,18 42,15 45,8 56,4 70,8 81,18 86,32 88,46 88,60 84,74 77,84 66,90 54,92 42,90 28,86 17,77 12,64 11,50 13,38',
    hair: 'long',
    hairAt: [83, 40],
    skinAt: [50, 84],
  },
  69: {
    face: [17, 21, 67, 69],
    outline:
      '13,26 22,19 34,18 42,15 46,6 58,3 74,5 86,11 93,24 94,38 91,50 90,60 85,68 81,78 71,88 58,92 46,93 35,89 26,80 19,68 14,66 12,54 12,44 10,36',
    hair: 'short',
    hairAt: [89, 22],
    skinAt: [40, 82],
  },
  73: {
    face: [26, 26, 61, 72],
    outline:
      '27,30 30,21 41,17 45,10 56,5 70,5 84,8 95,18 101,34 102,52 99,66 92,74 87,84 81,92 70,97 58,98 47,95 38,87 31,77 28,66 27,54 26,42',
    hair: 'tied',
    hairAt: [92, 20],
    skinAt: [46, 85],
  },
  80: {
    face: [22, 22, 64, 69],
    outline:
      '23,24 32,18 44,14 48,8 60,5 74,5 87,10 95,20 97,34 98,44 100,50 97,62 91,66 86,67 82,77 74,86 63,91 51,92 39,88 29,79 24,69 21,56 21,42 22,32',
    hair: 'short',
    hairAt: [88, 20],
    skinAt: [60, 84],
  },
  94: {
    face: [23, 24, 67, 69],
    outline:
      '12,30 20,20 34,18 42,14 46,6 56,3 74,4 88,9 95,22 99,40 99,56 96,70 89,83 77,92 62,96 47,95 33,90 20,81 12,68 10,56 10,42',
    hair: 'long',
    hairAt: [92, 30],
    skinAt: [45, 84],
  },
  95: {
    face: [26, 25, 60, 61],
    outline:
      '24,32 30,20 41,17 44,8 56,4 70,5 82,13 89,24 91,38 96,40 99,46 96,56 90,64 86,70 80,80 68,87 55,89 42,87 33,80 28,68 24,58 19,54 18,45 20,41 23,40',
    hair: 'bald',
    hairAt: [46, 22],
    skinAt: [33, 72],
  },
  97: {
    face: [25, 24, 64, 66],
    outline:
      '17,28 24,20 36,18 42,14 46,7 58,4 72,6 83,13 89,24 92,38 96,52 96,64 92,77 83,87 70,93 56,94 41,91 27,85 16,75 12,60 13,44',
    hair: 'long',
    hairAt: [91, 52],
    skinAt: [55, 86],
  },
  99: {
    face: [21, 23, 64, 68],
    outline:
      '15,26 22,19 36,18 43,15 46,6 58,3 74,5 86,12 92,24 91,38 94,43 92,52 86,59 84,68 80,78 73,86 62,92 52,92 41,89 30,81 22,68 18,59 13,57 9,47 12,40 17,41 15,34',
    hair: 'short',
    hairAt: [70, 7],
    skinAt: [40, 76],
  },
  107: {
    face: [21, 24, 65, 70],
    outline:
      '12,30 20,20 36,18 42,14 46,7 58,4 72,6 84,13 91,24 96,40 98,56 96,72 89,84 77,92 62,96 48,96 34,91 19,83 11,68 9,50',
    hair: 'long',
    hairAt: [72, 15],
    skinAt: [50, 90],
  },
};

function parsePoints(text: string): Point[] {
  return text.split(' ').map((pair) => {
    const [x = 0, y = 0] = pair.split(',').map(Number);
    return [x, y] as const;
  });
}

function parseLabel(raw: RawLabel): CellLabel {
  const [x, y, width, height] = raw.face;
  return { ...raw, face: { x, y, width, height }, outline: parsePoints(raw.outline) };
}

const LABELS: ReadonlyMap<number, CellLabel> = new Map(
  Object.entries(RAW).map(([cell, raw]) => [Number(cell), parseLabel(raw)]),
);

/** The label of `cell`; a cell without one is a mistake in the screenplay. */
export function cellLabel(cell: number): CellLabel {
  const label = LABELS.get(cell);
  if (!label) throw new RangeError(`Cell ${cell} of the sheet has no label`);
  return label;
}

/** Where `cell` lies in the sheet, whole pixels. */
export function cellOrigin(cell: number): Point {
  const column = cell % SHEET.columns;
  const row = Math.floor(cell / SHEET.columns);
  return [Math.round(column * SHEET.columnWidth), Math.round(SHEET.top + row * SHEET.rowHeight)];
}
