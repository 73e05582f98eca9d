import type { Kysely } from 'kysely';
import { VitrineError } from '../../core/errors.ts';
import { firstTables } from './0001-first-tables.ts';
import type { Migration, SchemaSyntax } from './migration.ts';

/** All steps in order. */
export const migrations: readonly Migration[] = [firstTables];

/** The table of the steps that have run. */
interface VersionTables {
  schema_migrations: { version: number; name: string; applied_at: number };
}

export interface MigrateOptions<T> {
  /** A transaction, where the database can undo changes of the schema. */
  readonly db: Kysely<T>;
  readonly syntax: SchemaSyntax;
  /** For `applied_at`. */
  readonly now: number;
  /** Names the database in messages. */
  readonly place: string;
  readonly steps?: readonly Migration[];
}

/**
 * Brings the schema up to date and returns the number of steps that ran. Errors: STORE_NEWER if the database has a
 * step that this program does not know.
 */
export async function migrate<T>(options: MigrateOptions<T>): Promise<number> {
  const steps = options.steps ?? migrations;
  const db = options.db as unknown as Kysely<VersionTables>;
  await db.schema
    .createTable('schema_migrations')
    .ifNotExists()
    .addColumn('version', 'integer', (c) => c.notNull().primaryKey())
    .addColumn('name', 'varchar(64)', (c) => c.notNull())
    .addColumn('applied_at', 'bigint', (c) => c.notNull())
    .execute();
  const current = await schemaVersion(options.db);
  refuseNewer(current, steps, options.place);
  const missing = steps.filter((step) => step.version > current);
  for (const step of missing) {
    await step.up(options.db as unknown as Kysely<unknown>, options.syntax);
    await db
      .insertInto('schema_migrations')
      .values({ version: step.version, name: step.name, applied_at: options.now })
      .execute();
  }
  return missing.length;
}

/**
 * For a database that may not be changed. Errors: STORE_NEWER; STORE_UNREADABLE if it was written by an older version.
 */
export async function requireCurrentSchema<T>(db: Kysely<T>, place: string): Promise<void> {
  const current = await schemaVersion(db);
  refuseNewer(current, migrations, place);
  if (current < latestVersion(migrations)) {
    throw new VitrineError(
      'STORE_UNREADABLE',
      `the database ${place} was written by an older version; run \`vitrine db migrate\` once`,
    );
  }
}

/** 0 for a database without steps. The table must exist. */
async function schemaVersion<T>(db: Kysely<T>): Promise<number> {
  const versions = db as unknown as Kysely<VersionTables>;
  const row = await versions
    .selectFrom('schema_migrations')
    .select((eb) => eb.fn.max('version').as('version'))
    .executeTakeFirst();
  return row?.version ?? 0;
}

function refuseNewer(current: number, steps: readonly Migration[], place: string): void {
  const known = latestVersion(steps);
  if (current <= known) return;
  throw new VitrineError(
    'STORE_NEWER',
    `the database ${place} has schema version ${current}, this program knows ${known}`,
  );
}

function latestVersion(steps: readonly Migration[]): number {
  return steps.at(-1)?.version ?? 0;
}
