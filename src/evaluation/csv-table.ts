import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Info, parse } from 'csv-parse/sync';
import { VitrineError } from '../core/errors.ts';

/** A row of a CSV file with a header. Values are trimmed; a blank or a missing last column is undefined. */
export interface CsvRow {
  /** 1 = the header. */
  readonly line: number;
  value(column: string): string | undefined;
}

/** How many problems are spelt out; the rest are counted, so that the message stays one readable line. */
const PROBLEMS_SHOWN = 20;

/** Collects what is wrong with the labels, to report all of it at once. */
export class LabelProblems {
  readonly #problems: string[] = [];

  add(file: string, line: number, text: string): void {
    this.#problems.push(`${file} line ${line}: ${text}`);
  }

  /** Throws EVAL_INVALID with every problem so far. */
  throwIfAny(): void {
    if (this.#problems.length === 0) return;
    const shown = this.#problems.slice(0, PROBLEMS_SHOWN).join('; ');
    const hidden = this.#problems.length - PROBLEMS_SHOWN;
    throw new VitrineError('EVAL_INVALID', hidden > 0 ? `${shown}; and ${hidden} more` : shown);
  }
}

export interface CsvTableOptions {
  readonly dir: string;
  readonly file: string;
  readonly required: readonly string[];
  readonly problems: LabelProblems;
}

/**
 * The rows of `dir`/`file`, columns found by their names in the header; undefined if there is no such file, none if
 * the header is wrong (which is then among the problems).
 */
export async function readCsvTable(options: CsvTableOptions): Promise<readonly CsvRow[] | undefined> {
  const text = await readIfThere(join(options.dir, options.file));
  if (text === undefined) return undefined;
  const [header, ...records] = parseRecords(text, options);
  if (header === undefined) {
    options.problems.add(options.file, 1, 'the file is empty');
    return [];
  }
  const names = header.fields.map((name) => name.toLowerCase());
  if (!checkHeader(names, options)) return [];
  return records.map(({ line, fields }): CsvRow => {
    if (fields.length > names.length) {
      const counts = `${fields.length} values, but the header has ${names.length}`;
      options.problems.add(options.file, line, counts);
    }
    const value = (column: string) => fields[names.indexOf(column)] || undefined;
    return { line, value };
  });
}

function checkHeader(names: readonly string[], options: CsvTableOptions): boolean {
  const { file, problems, required } = options;
  const missing = required.filter((column) => !names.includes(column));
  if (missing.length > 0) problems.add(file, 1, `the header lacks ${missing.join(', ')}`);
  const twice = new Set(names.filter((name, i) => name !== '' && names.indexOf(name) !== i));
  if (twice.size > 0) problems.add(file, 1, `the header names ${[...twice].join(', ')} twice`);
  return missing.length === 0 && twice.size === 0;
}

interface CsvRecord {
  readonly line: number;
  readonly fields: readonly string[];
}

function parseRecords(text: string, options: CsvTableOptions): CsvRecord[] {
  try {
    const parsed: unknown = parse(text, {
      bom: true,
      trim: true,
      skip_empty_lines: true,
      relax_column_count: true,
      info: true,
    });
    // With `info` each element carries the record and where it ended; the package's types do not say so.
    const rows = parsed as { readonly record: readonly string[]; readonly info: Info }[];
    return rows.map(({ record, info }) => ({ line: info.lines, fields: record }));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new VitrineError('EVAL_INVALID', `${options.file}: ${message}`, { cause: error });
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new VitrineError('EVAL_INVALID', `${path} cannot be read`, { cause: error });
  }
}
