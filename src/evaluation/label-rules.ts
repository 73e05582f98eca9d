import type { LabelProblems } from './csv-table.ts';
import type { FaceLabel, LabelledFolder, PairLabel, ReidLabel } from './label-types.ts';

/** What rows of the labels files must be among each other; each row by itself is checked as it is read. */
export function checkLabels(folder: LabelledFolder, problems: LabelProblems): void {
  checkPictures(folder.labels, problems);
  checkFolds(folder.pairs, problems);
  checkIdentities(folder.reid, problems);
}

/** Without boxes, two labelled faces of one picture cannot be told apart; where there is no face, nothing has an age. */
function checkPictures(labels: readonly FaceLabel[], problems: LabelProblems): void {
  const unboxed = new Map<string, number>();
  const empty = new Map(labels.filter((row) => row.box === 'none').map((row) => [row.path, row.line]));
  for (const row of labels) {
    const emptyLine = empty.get(row.path);
    if (emptyLine !== undefined && (emptyLine !== row.line || describesFace(row))) {
      problems.add('labels.csv', row.line, 'the picture is also labelled as holding no face');
    }
    if (row.box !== undefined || !describesFace(row)) continue;
    const earlier = unboxed.get(row.path);
    if (earlier === undefined) unboxed.set(row.path, row.line);
    else problems.add('labels.csv', row.line, `the same picture as line ${earlier}; both faces need a box`);
  }
}

function describesFace(row: FaceLabel): boolean {
  return row.age !== undefined || row.gender !== undefined || row.identity !== undefined;
}

function checkFolds(pairs: readonly PairLabel[], problems: LabelProblems): void {
  if (!pairs.some((pair) => pair.fold !== undefined)) return;
  for (const pair of pairs) {
    if (pair.fold === undefined)
      problems.add('pairs.csv', pair.line, 'the fold is blank, but not everywhere');
  }
}

/** A returning person must have been enrolled, a new one must not. */
function checkIdentities(reid: readonly ReidLabel[], problems: LabelProblems): void {
  const enrolled = new Set(reid.filter((row) => row.role === 'enrol').map((row) => row.identity));
  for (const { line, identity, role } of reid) {
    if (identity === undefined || role === 'enrol') continue;
    if (role === 'returning' && !enrolled.has(identity)) {
      problems.add('reid.csv', line, `${identity} is returning but never enrolled`);
    }
    if (role === 'new' && enrolled.has(identity)) {
      problems.add('reid.csv', line, `${identity} is new but also enrolled`);
    }
  }
}
