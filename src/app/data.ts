import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { VitrineError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import { currentSchemaVersion, readSchemaVersion } from '../storage/sqlite/schema-version.ts';
import { createSqliteStore } from '../storage/sqlite/store.ts';
import type { Store } from '../storage/store.ts';
import { createSqliteOutbox } from '../transport/embedded/sqlite-outbox.ts';
import type { Outbox } from '../transport/outbox.ts';
import { DATABASE_FILE, OUTBOX_FILE } from './shop.ts';

/** What the database commands do with a data folder. */

export interface DataFolder {
  readonly dataDir: string;
  readonly logger: Logger;
}

/** Longer than any message waits: looking at an outbox drops nothing from it. */
const KEEP_ALL_MS = Number.MAX_SAFE_INTEGER;

export function databasePath(dataDir: string): string {
  return join(dataDir, DATABASE_FILE);
}

export function outboxPath(dataDir: string): string {
  return join(dataDir, OUTBOX_FILE);
}

/**
 * Runs `action` on the started store and stops it. A command never makes a database where there is none: that would
 * hide a mistyped folder. Errors: those of the store; STORE_UNREADABLE where there is no database.
 */
export async function withStore<T>(
  options: DataFolder & { readonly readOnly: boolean },
  action: (store: Store) => Promise<T>,
): Promise<T> {
  const { dataDir, logger, readOnly } = options;
  const path = databasePath(dataDir);
  if (!existsSync(path)) throw new VitrineError('STORE_UNREADABLE', `there is no database at ${path}`);
  const store = createSqliteStore({ path, readOnly, logger });
  await store.start();
  try {
    return await action(store);
  } finally {
    await store.stop();
  }
}

/**
 * Runs `action` on the started outbox and stops it; undefined where there is none. Nobody else can have it meanwhile.
 * Errors: those of the outbox (STORE_BUSY while a process runs on the folder).
 */
export async function withOutbox<T>(
  { dataDir, logger }: DataFolder,
  action: (outbox: Outbox) => Promise<T>,
): Promise<T | undefined> {
  const path = outboxPath(dataDir);
  if (!existsSync(path)) return undefined;
  const outbox = createSqliteOutbox({ path, logger, maxAgeMs: KEEP_ALL_MS });
  await outbox.start();
  try {
    return await action(outbox);
  } finally {
    await outbox.stop();
  }
}

export interface MigratedData {
  readonly path: string;
  /** Schema versions; 0 where there was no database. */
  readonly from: number;
  readonly to: number;
}

/** Brings the schema up to date, and makes the database where there is none. Errors: those of the store's `start`. */
export async function migrateData({ dataDir, logger }: DataFolder): Promise<MigratedData> {
  const path = databasePath(dataDir);
  const from = readSchemaVersion(path);
  const store = createSqliteStore({ path, logger });
  await store.start();
  await store.stop();
  return { path, from, to: currentSchemaVersion };
}

/** Removes what was last seen before `before` (ms since 1970); the store tells the audit log. Returns the rows. */
export async function pruneData(options: DataFolder & { readonly before: number }): Promise<number> {
  return withStore({ ...options, readOnly: false }, (store) => store.queries.prune(options.before));
}
