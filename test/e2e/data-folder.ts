import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Looks into the database of a data folder, also beside a process that may be writing it. */
export function query<T>(folder: string, sql: string, ...values: string[]): T[] {
  const database = new DatabaseSync(join(folder, 'vitrine.db'), { readOnly: true, timeout: 2000 });
  try {
    return database.prepare(sql).all(...values) as T[];
  } finally {
    database.close();
  }
}

export function count(folder: string, table: string): number {
  return query<{ n: number }>(folder, `select count(*) as n from ${table}`)[0]?.n ?? 0;
}
