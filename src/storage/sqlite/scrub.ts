import { type Kysely, sql, type Transaction } from 'kysely';
import { describeError } from '../../core/errors.ts';
import type { Logger } from '../../core/logger.ts';
import type { Tables } from '../tables.ts';

/** Pause before another try, in ms, while a reader keeps the old pages in use or the disk is full. */
const RETRY_AFTER = 10_000;

/**
 * Removes what deleted rows have left in the files. `secure_delete` zeroes the cells that are deleted, but not the
 * copies that SQLite leaves in unused parts of a page when it moves cells between pages, nor the pages in the WAL
 * (measured: 1 to 5 ids in 40 erased ones could still be found in the file). So after an erasure the file is
 * rewritten (VACUUM) and the WAL emptied. A flag in the database, set together with the deletion, makes sure that this
 * is done at the next start if the process dies in between.
 */
export class Scrubber {
  readonly #db: Kysely<Tables>;
  readonly #logger: Logger;
  #stage: 'rewrite' | 'rewritten' | 'log only' = 'log only';
  #retry: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(db: Kysely<Tables>, logger: Logger) {
    this.#db = db;
    this.#logger = logger;
  }

  /** Call in the transaction that deletes. */
  static async require(transaction: Transaction<Tables>): Promise<void> {
    await sql`pragma user_version = 1`.execute(transaction);
  }

  /** Call after that transaction: rewrites the files now, or later if that cannot be done now. */
  async run(): Promise<void> {
    this.#stage = 'rewrite';
    await this.#attempt();
  }

  /** Only empties the write-ahead log. */
  async emptyLog(): Promise<void> {
    if (this.#retry) return;
    this.#stage = 'log only';
    await this.#attempt();
  }

  /** Finishes what an earlier process left undone. */
  async resume(): Promise<void> {
    const { rows } = await sql<{ user_version: number }>`pragma user_version`.execute(this.#db);
    if (rows[0]?.user_version === 1) await this.run();
  }

  /** No more tries; what is undone is done at the next start. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#retry);
  }

  async #attempt(): Promise<void> {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    try {
      if (await this.#db.connection().execute((connection) => this.#scrub(connection))) return;
      this.#logger.info(
        'a reader keeps erased rows in the write-ahead log; they are removed when it has finished',
      );
    } catch (error) {
      if (this.#stopped) return;
      this.#logger.warn('erased rows are not yet removed from the files', { reason: describeError(error) });
    }
    if (!this.#stopped) this.#retry = setTimeout(() => void this.#attempt(), RETRY_AFTER).unref();
  }

  async #scrub(connection: Kysely<Tables>): Promise<boolean> {
    if (this.#stage === 'rewrite') {
      await sql`vacuum`.execute(connection);
      this.#stage = 'rewritten';
    }
    // A reader in the midst of a page of rows is not waited for: waiting would stop this whole process.
    await sql`pragma busy_timeout = 50`.execute(connection);
    const { rows } = await sql<{ busy: number }>`pragma wal_checkpoint(truncate)`.execute(connection);
    await sql`pragma busy_timeout = 2000`.execute(connection);
    if (rows[0]?.busy !== 0) return false;
    if (this.#stage === 'rewritten') await sql`pragma user_version = 0`.execute(connection);
    return true;
  }
}
