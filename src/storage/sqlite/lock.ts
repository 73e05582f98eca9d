import { DatabaseSync } from 'node:sqlite';
import { VitrineError } from '../../core/errors.ts';
import { sqliteCode, storeFailure } from './failures.ts';
import { createPrivateFile } from './files.ts';

const BUSY = 5;

/**
 * One process per data folder: an open EXCLUSIVE transaction on an empty database beside the real one. The operating
 * system drops it when the process ends, however it ends, so there is never a stale lock; and readers of the real
 * database are not kept out. The file is never opened except through SQLite: closing any other descriptor of it would
 * drop the lock of this process (POSIX advisory locks).
 */
export class FolderLock {
  readonly #path: string;
  #database: DatabaseSync | undefined;

  constructor(databasePath: string) {
    this.#path = `${databasePath}.lock`;
  }

  /** Errors: STORE_BUSY if another process (or another store of this one) holds it. */
  acquire(): void {
    try {
      createPrivateFile(this.#path);
      const database = new DatabaseSync(this.#path, { timeout: 0 });
      this.#database = database;
      // In memory, so that the lock needs no space: a full disk must not look like a busy folder.
      database.exec('pragma journal_mode = memory; begin exclusive');
    } catch (error) {
      this.release();
      if (sqliteCode(error) === BUSY) throw this.#busy(error);
      throw storeFailure(error, this.#path);
    }
  }

  release(): void {
    this.#database?.close();
    this.#database = undefined;
  }

  #busy(cause: unknown): VitrineError {
    return new VitrineError('STORE_BUSY', `another process holds ${this.#path}`, { cause });
  }
}
