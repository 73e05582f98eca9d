import type { SightingMessage } from '../contract/sighting.ts';
import { describeError } from '../core/errors.ts';
import { type AudienceTotal, audienceTotals } from '../insight/audience-totals.ts';
import { sightingsAsCsv, sightingsAsNdjson } from '../insight/export.ts';
import {
  audienceExport,
  type TableExport,
  tableAsCsv,
  tableAsNdjson,
  visitExport,
  visitorExport,
} from '../insight/export-tables.ts';
import { appendAuditLine } from '../storage/sqlite/audit-line.ts';
import { createSqliteStore } from '../storage/sqlite/store.ts';
import type { QueryStore, VisitorRecord, VisitRecord } from '../storage/store.ts';
import { type DataFolder, databasePath } from './data.ts';

export const exportTables = ['sightings', 'visitors', 'visits', 'audience'] as const;
export type ExportTable = (typeof exportTables)[number];

export interface ExportOptions extends DataFolder {
  readonly table: ExportTable;
  readonly format: 'csv' | 'json';
  /** Milliseconds since 1970: rows that touch the time from `from` (included) to `to` (not included). */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Only of sightings and audience. */
  readonly camera?: string | undefined;
  /** What went wrong beside the rows, which are complete nevertheless; one line. */
  readonly onTrouble: (line: string) => void;
}

/**
 * A table as pieces of CSV or NDJSON text, read beside the process that may be writing it. The audit log gets one line
 * with the number of rows that left, also if the reader stops half-way. Errors: those of the store.
 */
export async function* exportData(options: ExportOptions): AsyncGenerator<string, void, undefined> {
  const { dataDir, logger } = options;
  const store = createSqliteStore({ path: databasePath(dataDir), readOnly: true, logger });
  await store.start();
  const counter = { rows: 0 };
  try {
    yield* textOf(options, store.queries, counter);
  } finally {
    await store.stop();
    noteExport(options, counter.rows);
  }
}

interface Counter {
  rows: number;
}

function textOf(options: ExportOptions, queries: QueryStore, counter: Counter): AsyncGenerator<string> {
  switch (options.table) {
    case 'sightings': {
      const rows = counted(queries.sightings(sightingFilter(options)), counter);
      return options.format === 'csv' ? sightingsAsCsv(rows) : sightingsAsNdjson(rows);
    }
    case 'visitors':
      return tableText(options, visitorExport, counted(visitorsOf(options, queries), counter));
    case 'visits':
      return tableText(options, visitExport, counted(visitsOf(options, queries), counter));
    case 'audience':
      return tableText(options, audienceExport, counted(audienceOf(options, queries), counter));
  }
}

function tableText<T>({ format }: ExportOptions, table: TableExport<T>, rows: AsyncIterable<T>) {
  return format === 'csv' ? tableAsCsv(table, rows) : tableAsNdjson(table, rows);
}

function sightingFilter({ from, to, camera }: ExportOptions): Parameters<QueryStore['sightings']>[0] {
  return {
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(camera === undefined ? {} : { camera }),
  };
}

function visitorsOf(options: ExportOptions, queries: QueryStore): AsyncIterable<VisitorRecord> {
  return only(queries.visitors(), (row) => touches(options, row.createdAt, row.lastSeenAt));
}

function visitsOf(options: ExportOptions, queries: QueryStore): AsyncIterable<VisitRecord> {
  return only(queries.visits(), (row) => touches(options, row.startedAt, row.endedAt));
}

function audienceOf(options: ExportOptions, queries: QueryStore): AsyncIterable<AudienceTotal> {
  const { camera } = options;
  return only(
    audienceTotals(queries.audienceMinutes()),
    (row) => touches(options, row.minute, row.minute) && (camera === undefined || row.camera === camera),
  );
}

/** Whether the time from `first` to `last` (both included) touches what is asked for. */
function touches({ from, to }: ExportOptions, first: number, last: number): boolean {
  return (from === undefined || last >= from) && (to === undefined || first < to);
}

async function* only<T>(rows: AsyncIterable<T>, wanted: (row: T) => boolean): AsyncGenerator<T> {
  for await (const row of rows) if (wanted(row)) yield row;
}

async function* counted<T extends SightingMessage | VisitorRecord | VisitRecord | AudienceTotal>(
  rows: AsyncIterable<T>,
  counter: Counter,
): AsyncGenerator<T> {
  for await (const row of rows) {
    counter.rows++;
    yield row;
  }
}

/** The rows have left already: that it cannot be written down is told, and takes nothing back. */
function noteExport({ dataDir, onTrouble }: ExportOptions, rows: number): void {
  const entry = { at: Date.now(), action: 'export', subject: null, rows } as const;
  try {
    appendAuditLine({ path: databasePath(dataDir), entry });
  } catch (error) {
    onTrouble(`the export is not in the audit log: ${describeError(error)}`);
  }
}
