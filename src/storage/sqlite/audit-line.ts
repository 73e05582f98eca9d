import { toAuditRow } from '../audit.ts';
import type { AuditEntry } from '../store.ts';
import { openForWriting } from './database.ts';
import { storeFailure } from './failures.ts';

/**
 * Adds a line to the audit log of an existing database that another process may hold: who only reads (an export) must
 * be able to say so. One row in a table that is only ever appended to: SQLite's own locks are enough, and nothing that
 * the other process keeps in memory is touched. Errors: STORE_UNREADABLE, STORE_BUSY, OUTPUT_UNWRITABLE, DISK_FULL.
 */
export function appendAuditLine(options: { readonly path: string; readonly entry: AuditEntry }): void {
  const { path, entry } = options;
  try {
    const database = openForWriting(path);
    try {
      const { id, at, action, subject, rows_concerned } = toAuditRow(entry);
      database
        .prepare('insert into audit_log (id, at, action, subject, rows_concerned) values (?, ?, ?, ?, ?)')
        .run(id, at, action, subject, rows_concerned);
    } finally {
      database.close();
    }
  } catch (error) {
    throw storeFailure(error, path);
  }
}
