import { stat } from 'node:fs/promises';
import { isAbsolute, join, normalize, sep } from 'node:path';
import { VitrineError } from '../core/errors.ts';
import type { Box } from '../core/geometry.ts';
import { type CsvRow, LabelProblems, readCsvTable } from './csv-table.ts';
import { checkLabels } from './label-rules.ts';
import type {
  FaceLabel,
  LabelledFolder,
  LabelledGender,
  PairLabel,
  ReidLabel,
  ReidRole,
} from './label-types.ts';

const OLDEST = 130;
const STATS_AT_ONCE = 64;

/** The words accepted for each value, in lower case. */
const genders = new Map<string, LabelledGender | undefined>([
  ['female', 'female'],
  ['f', 'female'],
  ['male', 'male'],
  ['m', 'male'],
  ['unknown', undefined],
]);
const truths = new Map([
  ['1', true],
  ['true', true],
  ['yes', true],
  ['0', false],
  ['false', false],
  ['no', false],
]);
const roles = new Map<string, ReidRole>([
  ['enrol', 'enrol'],
  ['enroll', 'enrol'],
  ['returning', 'returning'],
  ['new', 'new'],
]);

/** One row being read: knows where it stands, so that a problem can say so. */
interface RowReader {
  readonly file: string;
  readonly row: CsvRow;
  readonly problems: LabelProblems;
}

/**
 * Reads and checks the labels of a folder. Throws SOURCE_NOT_FOUND if there is no such folder, and EVAL_INVALID with
 * all problems in one line, each with file and line, if there are any, or if there is nothing to measure.
 */
export async function readLabels(dir: string): Promise<LabelledFolder> {
  if (!(await isThere(dir, 'folder'))) throw new VitrineError('SOURCE_NOT_FOUND', `${dir} is not a folder`);
  const problems = new LabelProblems();
  const paths = new Map<string, { file: string; line: number }>();
  const readAll = async <T>(file: string, required: readonly string[], read: (reader: RowReader) => T) => {
    const rows = await readCsvTable({ dir, file, required, problems });
    return rows?.map((row) => read({ file, row, problems }));
  };
  const path = (reader: RowReader, column: string) => {
    const value = readPath(reader, column);
    if (!paths.has(value)) paths.set(value, { file: reader.file, line: reader.row.line });
    return value;
  };
  const labels = await readAll('labels.csv', ['path'], (r) => readFaceLabel(r, path(r, 'path')));
  const pairs = await readAll('pairs.csv', ['path_a', 'path_b', 'same'], (r) =>
    readPairLabel(r, { a: path(r, 'path_a'), b: path(r, 'path_b') }),
  );
  const reid = await readAll('reid.csv', ['path', 'identity', 'role'], (r) =>
    readReidLabel(r, path(r, 'path')),
  );
  if (!labels && !pairs && !reid) {
    throw new VitrineError('EVAL_INVALID', `${dir} holds neither labels.csv nor pairs.csv nor reid.csv`);
  }
  const folder = { labels: labels ?? [], pairs: pairs ?? [], reid: reid ?? [] };
  checkLabels(folder, problems);
  await checkFiles(dir, paths, problems);
  problems.throwIfAny();
  return folder;
}

function complain(reader: RowReader, text: string): void {
  reader.problems.add(reader.file, reader.row.line, text);
}

function readFaceLabel(reader: RowReader, path: string): FaceLabel {
  const { row } = reader;
  const gender = row.value('gender')?.toLowerCase();
  if (gender !== undefined && !genders.has(gender)) {
    complain(reader, `gender is "${gender}", not female or male`);
  }
  const age = readNumber(reader, 'age');
  if (age !== undefined && (age < 0 || age > OLDEST)) complain(reader, `age is ${age}, not 0 to ${OLDEST}`);
  return {
    line: row.line,
    path,
    identity: row.value('identity'),
    age,
    gender: gender === undefined ? undefined : genders.get(gender),
    ethnicity: row.value('ethnicity'),
    box: readBox(reader),
  };
}

function readBox(reader: RowReader): Box | 'none' | undefined {
  const columns = ['x', 'y', 'w', 'h'];
  const values = columns.map((column) => readNumber(reader, column));
  if (values.every((value) => value === undefined)) return undefined;
  if (values.every((value) => value === 0)) return 'none';
  const [x, y, width, height] = values;
  if (x === undefined || y === undefined || width === undefined || height === undefined) {
    complain(reader, 'the box lacks one of x, y, w, h');
    return undefined;
  }
  if (width <= 0 || height <= 0) complain(reader, `the box is ${width} × ${height} pixels`);
  return { x, y, width, height };
}

function readPairLabel(reader: RowReader, paths: { a: string; b: string }): PairLabel {
  const word = reader.row.value('same');
  const same = word === undefined ? undefined : truths.get(word.toLowerCase());
  if (same === undefined) complain(reader, `same is "${word ?? ''}", not 1 or 0`);
  return { line: reader.row.line, ...paths, same: same ?? false, fold: reader.row.value('fold') };
}

function readReidLabel(reader: RowReader, path: string): ReidLabel {
  const word = reader.row.value('role');
  const role = word === undefined ? undefined : roles.get(word.toLowerCase());
  if (role === undefined) complain(reader, `role is "${word ?? ''}", not enrol, returning or new`);
  const identity = reader.row.value('identity');
  if (identity === undefined && role !== 'new') complain(reader, 'the identity is blank');
  return { line: reader.row.line, path, identity, role: role ?? 'new' };
}

function readNumber(reader: RowReader, column: string): number | undefined {
  const text = reader.row.value(column);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isFinite(value)) return value;
  complain(reader, `${column} is "${text}", not a number`);
  return undefined;
}

/** The path in the folder. Confined by its text; a link inside the folder may lead elsewhere: that is its owner's will. */
function readPath(reader: RowReader, column: string): string {
  const text = reader.row.value(column);
  if (text === undefined) {
    complain(reader, `${column} is blank`);
    return '';
  }
  const path = normalize(text);
  if (isAbsolute(path) || path === '..' || path.startsWith(`..${sep}`) || path.includes('\0')) {
    complain(reader, `${column} "${text}" leads out of the folder`);
    return '';
  }
  return path;
}

async function checkFiles(
  dir: string,
  paths: ReadonlyMap<string, { readonly file: string; readonly line: number }>,
  problems: LabelProblems,
): Promise<void> {
  const entries = [...paths].filter(([path]) => path !== '');
  for (let i = 0; i < entries.length; i += STATS_AT_ONCE) {
    const slice = entries.slice(i, i + STATS_AT_ONCE);
    const there = await Promise.all(slice.map(([path]) => isThere(join(dir, path), 'file')));
    for (const [k, [path, { file, line }]] of slice.entries()) {
      if (!there[k]) problems.add(file, line, `${path} is not there`);
    }
  }
}

async function isThere(path: string, kind: 'file' | 'folder'): Promise<boolean> {
  try {
    const entry = await stat(path);
    return kind === 'folder' ? entry.isDirectory() : entry.isFile();
  } catch {
    return false;
  }
}
