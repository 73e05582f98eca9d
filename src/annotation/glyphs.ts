/**
 * A typeface of our own, drawn as strokes, because a machine without fonts must still be able to write on pictures.
 *
 * Units: capitals stand from 0 (top) to 10 (baseline), small letters begin at 3, descenders end at 13. Each glyph is
 * a path of strokes with round ends, drawn in the order of its commands (angles in degrees: 0 = right, 90 = down):
 *
 *   M x y              move            Q cx cy x y          quadratic curve
 *   L x y              line            E cx cy rx ry a b    part of an ellipse from angle a to b, joined by a line
 *   O cx cy rx ry      whole ellipse
 */
export const CAP_HEIGHT = 10;
export const ASCENT = 1;
export const DESCENT = 3;
/** Between the ink of two neighbours. */
export const LETTER_GAP = 2.3;
export const SPACE_WIDTH = 2.4;
/** All digits take the same room, so that changing numbers do not jump. */
export const DIGIT_WIDTH = 5.6;

const S_CURVE = 'E 2.9 2.5 2.6 2.5 -30 -270 E 2.9 7.5 2.9 2.5 -90 155';
const P_CURVE = 'M 0 10 L 0 0 L 3 0 E 3 2.8 2.6 2.8 -90 90 L 0 5.6';

const digits: readonly (readonly [string, string])[] = [
  ['0', 'O 2.8 5 2.8 5'],
  ['1', 'M 0.9 2 L 3.4 0 L 3.4 10'],
  ['2', 'E 2.8 2.8 2.8 2.8 190 400 L 0 10 L 5.6 10'],
  ['3', 'E 2.7 2.45 2.4 2.45 200 450 E 2.7 7.45 2.9 2.55 270 520'],
  ['4', 'M 4.2 10 L 4.2 0 L 0 7 L 5.8 7'],
  ['5', 'M 5.2 0 L 0.9 0 L 0.65 4.54 E 2.7 6.8 2.9 3.2 225 510'],
  ['6', 'O 2.8 6.8 2.8 3.2 M 0 6.8 Q 0 1 4.8 0'],
  ['7', 'M 0 0 L 5.6 0 L 1.8 10'],
  ['8', 'O 2.8 2.45 2.4 2.45 O 2.8 7.45 2.8 2.55'],
  ['9', 'O 2.8 3.2 2.8 3.2 M 5.6 3.2 Q 5.6 9 0.8 10'],
];

const capitals: readonly (readonly [string, string])[] = [
  ['A', 'M 0 10 L 3.5 0 L 7 10 M 1.2 6.6 L 5.8 6.6'],
  ['B', 'M 0 0 L 0 10 L 3.2 10 E 3.2 7.4 2.7 2.6 90 -90 L 0 4.8 M 3 4.8 E 3 2.4 2.4 2.4 90 -90 L 0 0'],
  ['C', 'E 3.6 5 3.6 5 -50 -310'],
  ['D', 'M 0 0 L 0 10 L 2.2 10 E 2.2 5 4 5 90 -90 L 0 0'],
  ['E', 'M 5 0 L 0 0 L 0 10 L 5 10 M 0 4.9 L 4.4 4.9'],
  ['F', 'M 5 0 L 0 0 L 0 10 M 0 4.9 L 4.4 4.9'],
  ['G', 'E 3.6 5 3.6 5 -50 -360 L 4.2 5'],
  ['H', 'M 0 0 L 0 10 M 6 0 L 6 10 M 0 4.9 L 6 4.9'],
  ['I', 'M 0 0 L 0 10'],
  ['J', 'M 3.8 0 L 3.8 7.4 E 1.9 7.4 1.9 2.6 0 165'],
  ['K', 'M 0 0 L 0 10 M 5.4 0 L 0 6 M 2 3.8 L 5.8 10'],
  ['L', 'M 0 0 L 0 10 L 4.8 10'],
  ['M', 'M 0 10 L 0 0 L 3.8 7 L 7.6 0 L 7.6 10'],
  ['N', 'M 0 10 L 0 0 L 6 10 L 6 0'],
  ['O', 'O 3.8 5 3.8 5'],
  ['P', P_CURVE],
  ['Q', 'O 3.8 5 3.8 5 M 4.8 7.4 L 7.4 10.6'],
  ['R', `${P_CURVE} M 2.8 5.6 L 5.8 10`],
  ['S', S_CURVE],
  ['T', 'M 0 0 L 6 0 M 3 0 L 3 10'],
  ['U', 'M 0 0 L 0 6.8 E 3 6.8 3 3.2 180 0 L 6 0'],
  ['V', 'M 0 0 L 3.4 10 L 6.8 0'],
  ['W', 'M 0 0 L 2.3 10 L 4.8 1 L 7.3 10 L 9.6 0'],
  ['X', 'M 0 0 L 6 10 M 6 0 L 0 10'],
  ['Y', 'M 0 0 L 3.1 5 L 6.2 0 M 3.1 5 L 3.1 10'],
  ['Z', 'M 0 0 L 5.8 0 L 0 10 L 5.8 10'],
];

const smallLetters: readonly (readonly [string, string])[] = [
  ['a', 'O 2.5 6.5 2.5 3.5 M 5 3 L 5 10'],
  ['b', 'M 0 0 L 0 10 O 2.6 6.5 2.6 3.5'],
  ['c', 'E 2.7 6.5 2.7 3.5 -50 -310'],
  ['d', 'O 2.6 6.5 2.6 3.5 M 5.2 0 L 5.2 10'],
  ['e', 'M 0 6.5 L 5.2 6.5 E 2.6 6.5 2.6 3.5 0 -310'],
  ['f', 'M 3.6 0.1 Q 1.4 -0.4 1.4 2.4 L 1.4 10 M 0 3.3 L 3.2 3.3'],
  ['g', 'O 2.6 6.5 2.6 3.5 M 5.2 3 L 5.2 10.4 E 2.7 10.4 2.5 2.6 0 150'],
  ['h', 'M 0 0 L 0 10 M 0 5.6 E 2.4 5.6 2.4 2.6 180 360 L 4.8 10'],
  ['i', 'M 0 3 L 0 10 M 0 0.3 L 0 0.3'],
  ['j', 'M 1.6 3 L 1.6 11.2 Q 1.6 13 0 13 M 1.6 0.3 L 1.6 0.3'],
  ['k', 'M 0 0 L 0 10 M 4.4 3 L 0 7.2 M 1.6 5.7 L 4.8 10'],
  ['l', 'M 0 0 L 0 8.4 Q 0 10 1.5 10'],
  ['m', 'M 0 3 L 0 10 M 0 5.2 E 2 5.2 2 2.2 180 360 L 4 10 M 4 5.2 E 6 5.2 2 2.2 180 360 L 8 10'],
  ['n', 'M 0 3 L 0 10 M 0 5.6 E 2.4 5.6 2.4 2.6 180 360 L 4.8 10'],
  ['o', 'O 2.7 6.5 2.7 3.5'],
  ['p', 'M 0 3 L 0 13 O 2.6 6.5 2.6 3.5'],
  ['q', 'O 2.6 6.5 2.6 3.5 M 5.2 3 L 5.2 13'],
  ['r', 'M 0 3 L 0 10 M 0 6 Q 0.2 3 3 3.1'],
  ['s', 'E 2.1 4.75 2 1.75 -25 -270 E 2.1 8.25 2.2 1.75 -90 155'],
  ['t', 'M 1.4 0.8 L 1.4 8.2 Q 1.4 10 3.4 9.9 M 0 3.2 L 3.2 3.2'],
  ['u', 'M 0 3 L 0 7.4 E 2.4 7.4 2.4 2.6 180 0 L 4.8 3 M 4.8 7 L 4.8 10'],
  ['v', 'M 0 3 L 2.5 10 L 5 3'],
  ['w', 'M 0 3 L 1.8 10 L 3.8 3.8 L 5.8 10 L 7.6 3'],
  ['x', 'M 0 3 L 4.6 10 M 4.6 3 L 0 10'],
  ['y', 'M 0 3 L 2.5 9.8 M 5 3 L 2.2 11 Q 1.6 13 0 12.9'],
  ['z', 'M 0 3 L 4.6 3 L 0 10 L 4.6 10'],
];

const signs: readonly (readonly [string, string])[] = [
  ['!', 'M 0 0 L 0 6.6 M 0 9.8 L 0 9.8'],
  ['"', 'M 0 0 L 0 2.6 M 2 0 L 2 2.6'],
  ['#', 'M 2 0 L 1 10 M 5 0 L 4 10 M 0 3.3 L 6 3.3 M 0 6.7 L 6 6.7'],
  ['$', `${S_CURVE} M 2.9 -1 L 2.9 11`],
  ['%', 'O 1.6 2.1 1.6 2.1 O 6.6 7.9 1.6 2.1 M 7 0 L 1.2 10'],
  ['&', 'M 6.6 10 L 1.4 3.4 Q 0 0 2.8 0 Q 5 0.2 4.6 2.4 Q 4 4 1.6 5.4 Q -0.6 7 0.6 9 Q 3 11.6 6.4 5.6'],
  ["'", 'M 0 0 L 0 2.6'],
  ['(', 'M 1.8 -1 Q -1.8 5.2 1.8 11.6'],
  [')', 'M 0 -1 Q 3.6 5.2 0 11.6'],
  ['*', 'M 2 0 L 2 4 M 0.3 1 L 3.7 3 M 3.7 1 L 0.3 3'],
  ['+', 'M 0 6 L 5 6 M 2.5 3.5 L 2.5 8.5'],
  [',', 'M 0.6 9.6 L 0 11.6'],
  ['-', 'M 0 6 L 3 6'],
  ['.', 'M 0 9.8 L 0 9.8'],
  ['/', 'M 3.6 -0.6 L 0 10.8'],
  [':', 'M 0 4 L 0 4 M 0 9.8 L 0 9.8'],
  [';', 'M 0.6 4 L 0.6 4 M 0.6 9.6 L 0 11.6'],
  ['<', 'M 4.6 3 L 0 6 L 4.6 9'],
  ['=', 'M 0 4.6 L 5 4.6 M 0 7.4 L 5 7.4'],
  ['>', 'M 0 3 L 4.6 6 L 0 9'],
  ['?', 'E 2.3 2.4 2.3 2.4 190 400 Q 2.3 5.2 2.3 6.8 M 2.3 9.8 L 2.3 9.8'],
  [
    '@',
    'O 4.4 5.6 1.9 2.1 M 6.3 3.6 L 6.3 6.6 Q 6.4 7.8 7.6 7.6 Q 9 7 8.8 4.8 Q 8.2 0.8 4.4 0.8 Q 0 1 0 5.6 ' +
      'Q 0.2 10.6 4.6 10.8 L 6.4 10.6',
  ],
  ['[', 'M 1.8 -1 L 0 -1 L 0 11.4 L 1.8 11.4'],
  ['\\', 'M 0 -0.6 L 3.6 10.8'],
  [']', 'M 0 -1 L 1.8 -1 L 1.8 11.4 L 0 11.4'],
  ['^', 'M 0 3.4 L 2.2 0 L 4.4 3.4'],
  ['_', 'M 0 11.6 L 5.4 11.6'],
  ['`', 'M 0 0 L 1.4 1.6'],
  [
    '{',
    'M 2.6 -1 Q 1.2 -1 1.2 0.6 L 1.2 3.6 Q 1.2 5.2 0 5.2 Q 1.2 5.2 1.2 6.8 L 1.2 9.8 Q 1.2 11.4 2.6 11.4',
  ],
  ['|', 'M 0 -1 L 0 11.6'],
  ['}', 'M 0 -1 Q 1.4 -1 1.4 0.6 L 1.4 3.6 Q 1.4 5.2 2.6 5.2 Q 1.4 5.2 1.4 6.8 L 1.4 9.8 Q 1.4 11.4 0 11.4'],
  ['~', 'M 0 6.6 Q 1.4 4.4 2.8 6 Q 4.2 7.6 5.6 5.4'],
  ['–', 'M 0 6 L 4.6 6'],
  ['…', 'M 0 9.8 L 0 9.8 M 2.6 9.8 L 2.6 9.8 M 5.2 9.8 L 5.2 9.8'],
  ['·', 'M 0.4 6 L 0.4 6'],
  ['°', 'O 1.5 1.5 1.5 1.5'],
  ['±', 'M 0 5 L 5 5 M 2.5 2.5 L 2.5 7.5 M 0 9.8 L 5 9.8'],
  ['×', 'M 0 4 L 4 8 M 4 4 L 0 8'],
];

/** Drawn for a character that the typeface lacks. */
export const MISSING_GLYPH = 'M 0 1 L 4.6 1 L 4.6 10 L 0 10 L 0 1';

/** The path of each character. */
export const glyphPaths: ReadonlyMap<string, string> = new Map([
  ...digits,
  ...capitals,
  ...smallLetters,
  ...signs,
]);
