import { statSync } from 'node:fs';
import { migrations } from '../migrations/migrate.ts';
import { openForReading } from './database.ts';
import { storeFailure } from './failures.ts';

/** The version that this program's migrations lead to. */
export const currentSchemaVersion = migrations.at(-1)?.version ?? 0;

/**
 * The schema version of the database at `path`, which is only read: also beside the process that writes it, and also
 * where the version is not one that this program knows. 0 where there is no database yet. Errors: STORE_UNREADABLE
 * (not a database, another program's, or damaged), STORE_BUSY.
 */
export function readSchemaVersion(path: string): number {
  // A process that died between making the file and writing its first page leaves an empty one.
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0) return 0;
  try {
    const database = openForReading(path);
    try {
      const known = database
        .prepare("select 1 from sqlite_schema where type = 'table' and name = 'schema_migrations'")
        .get();
      if (known === undefined) return 0;
      const query = database.prepare('select coalesce(max(version), 0) as version from schema_migrations');
      const { version } = query.get() as { version: number };
      return version;
    } finally {
      database.close();
    }
  } catch (error) {
    throw storeFailure(error, path);
  }
}
