import { type Clock, systemClock } from '../../core/clock.ts';
import { type Logger, silentLogger } from '../../core/logger.ts';
import type { GalleryStore, QueryStore, RecordStore, Store } from '../store.ts';
import { ErasedIds } from './erased.ts';
import { SqliteGallery } from './gallery.ts';
import { SqliteQueries } from './queries.ts';
import { SqliteRecords } from './records.ts';
import { Session } from './session.ts';

export interface SqliteStoreOptions {
  /**
   * The database file. It is made (mode 0600, its folder 0700) if it is not there. `:memory:` touches no disk and is
   * gone at `stop`.
   */
  readonly path: string;
  /** Reads beside the process that writes; `start` then changes nothing, and whatever writes is refused. */
  readonly readOnly?: boolean;
  /**
   * Up to this size of the file, in bytes, retention rewrites it, so that no trace is left of what it removed; above,
   * it only overwrites (default 256 MiB, some seconds of standstill). An erasure rewrites it at any size.
   */
  readonly rewriteLimit?: number;
  readonly logger?: Logger;
  /** For the times in the audit log. */
  readonly clock?: Clock;
}

/**
 * The store on one SQLite file. Errors of `start`: STORE_BUSY (another process writes it), STORE_UNREADABLE (not a
 * database, another program's, damaged, or missing for a reader), STORE_NEWER, OUTPUT_UNWRITABLE, DISK_FULL. Any other
 * call may fail with DISK_FULL or STORE_UNREADABLE; nothing of it is stored then.
 */
export function createSqliteStore(options: SqliteStoreOptions): Store {
  return new SqliteStore(options);
}

const REWRITE_LIMIT = 256 * 2 ** 20;

class SqliteStore implements Store {
  readonly gallery: GalleryStore;
  readonly records: RecordStore;
  readonly queries: QueryStore;
  readonly #session: Session;
  readonly #erased = new ErasedIds();

  constructor(options: SqliteStoreOptions) {
    const { path, readOnly = false, logger = silentLogger, clock = systemClock } = options;
    const { rewriteLimit = REWRITE_LIMIT } = options;
    this.#session = new Session({ path, readOnly, logger, clock, rewriteLimit });
    this.gallery = new SqliteGallery(this.#session, this.#erased);
    this.records = new SqliteRecords(this.#session, this.#erased);
    this.queries = new SqliteQueries(this.#session, this.#erased);
  }

  async start(): Promise<void> {
    await this.#session.start();
    await this.#erased.load(this.#session);
  }

  async stop(): Promise<void> {
    await this.#session.stop();
  }
}
