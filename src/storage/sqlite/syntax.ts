import { sql } from 'kysely';
import type { SchemaSyntax } from '../migrations/migration.ts';

export const sqliteSyntax: SchemaSyntax = {
  isoTime: (column) => sql`strftime('%Y-%m-%dT%H:%M:%fZ', ${sql.ref(column)} / 1000.0, 'unixepoch')`,
};
