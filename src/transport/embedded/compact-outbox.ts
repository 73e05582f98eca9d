import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { outboxFailure } from './outbox-failures.ts';

/**
 * Rewrites the file of an outbox that is not started, so that it holds nothing of the messages that have left it:
 * `secure_delete` zeroes the rows that are deleted, but not the copies that SQLite leaves in unused parts of a page
 * when it moves rows. For erasures. Does nothing where there is no file. Errors: STORE_BUSY, STORE_UNREADABLE,
 * OUTPUT_UNWRITABLE, DISK_FULL.
 */
export function compactOutbox(path: string): void {
  if (!existsSync(path)) return;
  try {
    const database = new DatabaseSync(path, { timeout: 0 });
    try {
      database.exec('pragma locking_mode = exclusive; vacuum; pragma wal_checkpoint(truncate)');
    } finally {
      database.close();
    }
  } catch (error) {
    throw outboxFailure(error, path);
  }
}
