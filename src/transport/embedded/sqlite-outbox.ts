import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { type Clock, systemClock } from '../../core/clock.ts';
import { VitrineError } from '../../core/errors.ts';
import { type Logger, silentLogger } from '../../core/logger.ts';
import type { Outbox, OutboxEntry, PendingEntry } from '../outbox.ts';
import { outboxFailure } from './outbox-failures.ts';

export interface SqliteOutboxOptions {
  /** A file of its own; made with mode 0600 (its folder 0700) if it is not there. */
  readonly path: string;
  /** Entries older than this are dropped at `start` and counted in the log, in ms; default 30 days. */
  readonly maxAgeMs?: number;
  readonly clock?: Clock;
  readonly logger?: Logger;
}

const DAY = 86_400_000;

/** `VITO` in ASCII, and the version of the one table. */
const APPLICATION_ID = 0x5649544f;
const SCHEMA_VERSION = 1;

/** Least time between two emptyings of the write-ahead log, in ms. */
const SWEEP_INTERVAL = 60_000;

/** Rows read at once at start. */
const PAGE = 500;

/**
 * The outbox in a SQLite file. Errors of `start`: STORE_BUSY (another process has it), STORE_UNREADABLE, STORE_NEWER,
 * OUTPUT_UNWRITABLE, DISK_FULL.
 *
 * `synchronous = normal`: an appended message survives `kill -9` at any instant; a power cut may take the messages of
 * the last moments that no consumer has handled yet (the file stays sound). What a consumer has handled is in the
 * store, which does survive it. The price of more would be one fsync per message on the thread that everything shares.
 */
export function createSqliteOutbox(options: SqliteOutboxOptions): Outbox {
  return new SqliteOutbox(options);
}

interface Statements {
  readonly append: StatementSync;
  readonly remove: StatementSync;
  readonly page: StatementSync;
}

class SqliteOutbox implements Outbox {
  readonly #options: Required<SqliteOutboxOptions>;
  #database: DatabaseSync | undefined;
  #statements: Statements | undefined;
  #pending = 0;
  #sweptAt = 0;

  constructor(options: SqliteOutboxOptions) {
    this.#options = { maxAgeMs: 30 * DAY, clock: systemClock, logger: silentLogger, ...options };
  }

  async start(): Promise<void> {
    if (this.#database) return;
    this.#guard(() => {
      const database = openDatabase(this.#options.path);
      this.#database = database;
      prepareSchema(database, this.#options.path);
      this.#dropOld(database);
      this.#pending = count(database);
      this.#statements = {
        append: database.prepare('insert into outbox (topic, key, payload, appended_at) values (?, ?, ?, ?)'),
        remove: database.prepare('delete from outbox where id = ?'),
        page: database.prepare('select id, topic, key, payload from outbox where id > ? order by id limit ?'),
      };
    });
  }

  async stop(): Promise<void> {
    this.#database?.close();
    this.#database = undefined;
    this.#statements = undefined;
  }

  async append(entry: OutboxEntry): Promise<number> {
    const { append } = this.#started();
    return this.#guard(() => {
      const { lastInsertRowid } = append.run(
        entry.topic,
        entry.key,
        entry.payload,
        this.#options.clock.now(),
      );
      this.#pending++;
      return Number(lastInsertRowid);
    });
  }

  async remove(ids: readonly number[]): Promise<void> {
    const { remove } = this.#started();
    const database = this.#database;
    if (!database || ids.length === 0) return;
    this.#guard(() => {
      database.exec('begin immediate');
      try {
        let removed = 0;
        for (const id of ids) removed += Number(remove.run(id).changes);
        database.exec('commit');
        this.#pending -= removed;
      } finally {
        if (database.isTransaction) database.exec('rollback');
      }
      this.#sweep(database);
    });
  }

  async *pending(): AsyncGenerator<PendingEntry, void, undefined> {
    let last = 0;
    for (;;) {
      const { page } = this.#started();
      const after = last;
      const rows = this.#guard(() => page.all(after, PAGE)) as unknown as PendingEntry[];
      for (const { id, topic, key, payload } of rows) yield { id, topic, key, payload };
      last = rows.at(-1)?.id ?? last;
      if (rows.length < PAGE) return;
    }
  }

  /** Handled messages leave copies in the write-ahead log; it is emptied now and then when nothing is pending. */
  #sweep(database: DatabaseSync): void {
    const now = this.#options.clock.monotonic();
    if (this.#pending > 0 || now - this.#sweptAt < SWEEP_INTERVAL) return;
    this.#sweptAt = now;
    database.exec('pragma wal_checkpoint(truncate)');
  }

  #dropOld(database: DatabaseSync): void {
    const before = this.#options.clock.now() - this.#options.maxAgeMs;
    const { changes } = database.prepare('delete from outbox where appended_at < ?').run(before);
    if (changes === 0) return;
    this.#options.logger.error('messages in the outbox were too old and have been dropped', {
      messages: Number(changes),
    });
  }

  #started(): Statements {
    if (!this.#statements)
      throw new VitrineError('INTERNAL', `the outbox ${this.#options.path} is not started`);
    return this.#statements;
  }

  #guard<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      // Nothing works before `start` has succeeded, and a failed start must not keep the file locked.
      if (!this.#statements) {
        this.#database?.close();
        this.#database = undefined;
      }
      throw outboxFailure(error, this.#options.path);
    }
  }
}

function openDatabase(path: string): DatabaseSync {
  if (!existsSync(path)) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    closeSync(openSync(path, 'wx', 0o600));
  }
  return new DatabaseSync(path, { timeout: 0 });
}

/** Exclusive locking: one process has the file, until it ends in whatever way. */
function prepareSchema(database: DatabaseSync, path: string): void {
  database.exec('pragma locking_mode = exclusive; pragma journal_mode = wal; pragma synchronous = normal');
  database.exec('pragma secure_delete = on; pragma trusted_schema = off');
  const application = pragma(database, 'application_id');
  const version = pragma(database, 'user_version');
  const foreign = application !== APPLICATION_ID && (application !== 0 || hasTables(database));
  if (foreign) throw new VitrineError('STORE_UNREADABLE', `${path} is a database of another program`);
  if (version > SCHEMA_VERSION) {
    throw new VitrineError(
      'STORE_NEWER',
      `the outbox ${path} has version ${version}, this program knows ${SCHEMA_VERSION}`,
    );
  }
  database.exec(`
    begin immediate;
    create table if not exists outbox (
      id integer primary key autoincrement,
      topic text not null,
      key text not null,
      payload text not null,
      appended_at integer not null
    );
    pragma application_id = ${APPLICATION_ID};
    pragma user_version = ${SCHEMA_VERSION};
    commit`);
}

function pragma(database: DatabaseSync, name: 'application_id' | 'user_version'): number {
  const row = database.prepare(`pragma ${name}`).get() as Record<string, number>;
  return row[name] ?? 0;
}

function hasTables(database: DatabaseSync): boolean {
  return database.prepare('select 1 from sqlite_schema limit 1').get() !== undefined;
}

function count(database: DatabaseSync): number {
  const row = database.prepare('select count(*) as rows from outbox').get() as { rows: number };
  return row.rows;
}
