import type { DatabaseSync } from 'node:sqlite';
import { Kysely, sql, type Transaction } from 'kysely';
import type { Clock } from '../../core/clock.ts';
import { VitrineError } from '../../core/errors.ts';
import type { Logger } from '../../core/logger.ts';
import { migrate, requireCurrentSchema } from '../migrations/migrate.ts';
import type { Tables } from '../tables.ts';
import { MEMORY, openForReading, openForWriting } from './database.ts';
import { NodeSqliteDialect } from './dialect.ts';
import { storeFailure } from './failures.ts';
import { FolderLock } from './lock.ts';
import { Scrubber } from './scrub.ts';
import { sqliteSyntax } from './syntax.ts';

export interface SessionOptions {
  readonly path: string;
  readonly readOnly: boolean;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly rewriteLimit: number;
}

/** The open database, shared by the parts of the store. */
export class Session {
  readonly #options: SessionOptions;
  readonly #lock: FolderLock | undefined;
  #open: { readonly db: Kysely<Tables>; readonly scrubber: Scrubber } | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    const shared = options.readOnly || options.path === MEMORY;
    this.#lock = shared ? undefined : new FolderLock(options.path);
  }

  get clock(): Clock {
    return this.#options.clock;
  }

  get db(): Kysely<Tables> {
    return this.#required().db;
  }

  /** Runs `action` in one transaction that holds the write lock. */
  write<T>(action: (transaction: Transaction<Tables>) => Promise<T>): Promise<T> {
    return this.db.transaction().execute(action);
  }

  /** Removes deleted rows from the files; see `Scrubber`. */
  async scrub(): Promise<void> {
    if (this.#options.path !== MEMORY) await this.#required().scrubber.run();
  }

  /** As `scrub`, without rewriting the file. */
  async emptyLog(): Promise<void> {
    if (this.#options.path !== MEMORY) await this.#required().scrubber.emptyLog();
  }

  /** Whether the file is small enough to be rewritten by routine. */
  async isQuickToRewrite(): Promise<boolean> {
    const { rows } = await sql<{ bytes: number }>`
      select page_count * page_size as bytes from pragma_page_count(), pragma_page_size()`.execute(this.db);
    return (rows[0]?.bytes ?? 0) <= this.#options.rewriteLimit;
  }

  async start(): Promise<void> {
    if (this.#open) return;
    this.#lock?.acquire();
    try {
      const db = this.#connect();
      this.#open = { db, scrubber: new Scrubber(db, this.#options.logger) };
      await this.#prepare(db);
    } catch (error) {
      await this.stop();
      throw storeFailure(error, this.#options.path);
    }
  }

  async stop(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    open?.scrubber.stop();
    try {
      await open?.db.destroy();
    } finally {
      this.#lock?.release();
    }
  }

  #connect(): Kysely<Tables> {
    const { path, readOnly } = this.#options;
    const database: DatabaseSync = readOnly ? openForReading(path) : openForWriting(path);
    const onError = (error: unknown) => storeFailure(error, path);
    return new Kysely<Tables>({ dialect: new NodeSqliteDialect({ database, onError }) });
  }

  async #prepare(db: Kysely<Tables>): Promise<void> {
    const { path: place, readOnly, clock } = this.#options;
    if (readOnly) {
      await requireCurrentSchema(db, place);
      return;
    }
    const options = { syntax: sqliteSyntax, now: clock.now(), place };
    await db.transaction().execute((transaction) => migrate({ ...options, db: transaction }));
    await this.#required().scrubber.resume();
  }

  #required(): { readonly db: Kysely<Tables>; readonly scrubber: Scrubber } {
    if (!this.#open) throw new VitrineError('INTERNAL', `the database ${this.#options.path} is not started`);
    return this.#open;
  }
}
