import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import {
  type CompiledQuery,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Dialect,
  type DialectAdapter,
  type Driver,
  type Kysely,
  type QueryCompiler,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type TransactionSettings,
} from 'kysely';

export interface NodeSqliteDialectOptions {
  /** An open database; closed by `Kysely.destroy()`. */
  readonly database: DatabaseSync;
  /** Turns an error of `node:sqlite` into what the caller is to see. */
  readonly onError: (error: unknown) => unknown;
}

/**
 * Statements kept prepared. The house uses a few dozen; the bound is for lists of values, whose SQL text differs with
 * their length.
 */
const MAX_STATEMENTS = 200;

/** Kysely on `node:sqlite`: one connection, which Kysely hands to one user at a time. */
export class NodeSqliteDialect implements Dialect {
  readonly #options: NodeSqliteDialectOptions;

  constructor(options: NodeSqliteDialectOptions) {
    this.#options = options;
  }

  createDriver(): Driver {
    return new NodeSqliteDriver(this.#options);
  }

  createQueryCompiler(): QueryCompiler {
    return new SqliteQueryCompiler();
  }

  createAdapter(): DialectAdapter {
    return new SqliteAdapter();
  }

  // The type argument is Kysely's own: the introspector takes any schema.
  createIntrospector(db: Parameters<Dialect['createIntrospector']>[0]): DatabaseIntrospector {
    return new SqliteIntrospector(db as Kysely<unknown>);
  }
}

class NodeSqliteDriver implements Driver {
  readonly #database: DatabaseSync;
  readonly #connection: NodeSqliteConnection;

  constructor(options: NodeSqliteDialectOptions) {
    this.#database = options.database;
    this.#connection = new NodeSqliteConnection(options);
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection;
  }

  async beginTransaction(_connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    // `immediate` takes the write lock at once: a transaction never fails half-way because another one was first.
    this.#connection.command(settings.accessMode === 'read only' ? 'begin' : 'begin immediate');
  }

  async commitTransaction(): Promise<void> {
    this.#connection.command('commit');
  }

  async rollbackTransaction(): Promise<void> {
    // A full disk or a damaged page makes SQLite roll back by itself; a second rollback would hide that error.
    if (this.#database.isTransaction) this.#connection.command('rollback');
  }

  async releaseConnection(): Promise<void> {}

  async destroy(): Promise<void> {
    if (this.#database.isOpen) this.#database.close();
  }
}

interface Prepared {
  readonly statement: StatementSync;
  /** Whether it yields rows. */
  readonly reads: boolean;
}

class NodeSqliteConnection implements DatabaseConnection {
  readonly #options: NodeSqliteDialectOptions;
  /** In order of use: the first is the one unused for longest. */
  readonly #statements = new Map<string, Prepared>();

  constructor(options: NodeSqliteDialectOptions) {
    this.#options = options;
  }

  command(sql: string): void {
    this.#guard(() => this.#prepare(sql).statement.run());
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return this.#guard(() => {
      const { statement, reads } = this.#prepare(query.sql);
      const parameters = query.parameters as readonly SQLInputValue[];
      if (reads) return { rows: statement.all(...parameters) as R[] };
      const { changes, lastInsertRowid } = statement.run(...parameters);
      return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
    });
  }

  async *streamQuery<R>(query: CompiledQuery, chunkSize: number): AsyncIterableIterator<QueryResult<R>> {
    // Not from the cache: the statement stays busy between the chunks.
    const statement = this.#guard(() => this.#options.database.prepare(query.sql));
    const rows = this.#guard(() => statement.iterate(...(query.parameters as readonly SQLInputValue[])));
    let chunk: R[] = [];
    for (;;) {
      const next = this.#guard(() => rows.next());
      if (next.done) break;
      chunk.push(next.value as R);
      if (chunk.length >= chunkSize) {
        yield { rows: chunk };
        chunk = [];
      }
    }
    if (chunk.length > 0) yield { rows: chunk };
  }

  #prepare(sql: string): Prepared {
    const known = this.#statements.get(sql);
    if (known) this.#statements.delete(sql);
    const prepared = known ?? this.#compile(sql);
    this.#statements.set(sql, prepared);
    return prepared;
  }

  #compile(sql: string): Prepared {
    const oldest = this.#statements.keys().next();
    if (this.#statements.size >= MAX_STATEMENTS && !oldest.done) this.#statements.delete(oldest.value);
    const statement = this.#options.database.prepare(sql);
    return { statement, reads: statement.columns().length > 0 };
  }

  #guard<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw this.#options.onError(error);
    }
  }
}
