import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { VitrineError } from '../../core/errors.ts';
import { isCannotOpen } from './failures.ts';
import { createPrivateFile } from './files.ts';

/** `VITR` in ASCII: tells our files from those of other programs. */
const APPLICATION_ID = 0x56495452;

/** How long a statement waits for a lock, in ms. Nobody but a person with a SQL shell can hold one. */
const BUSY_TIMEOUT = 2_000;

export const MEMORY = ':memory:';

/**
 * Opens the database for reading and writing, and makes it if it is not there.
 *
 * `synchronous = full` in WAL mode: a transaction is on the disk (fsync of the WAL) when its promise resolves, so it
 * survives `kill -9` and a power cut alike. `secure_delete`: deleted rows are overwritten with zeros.
 */
export function openForWriting(path: string): DatabaseSync {
  if (path !== MEMORY) {
    refuseFolder(path);
    createPrivateFile(path);
    // SQLite would open a file that it may not write for reading, and say so only at the first row.
    accessSync(path, constants.R_OK | constants.W_OK);
  }
  const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT, enableForeignKeyConstraints: true });
  return closeOnFailure(database, () => {
    claim(database, path);
    database.exec(
      'pragma journal_mode = wal; pragma synchronous = full; pragma secure_delete = on; pragma trusted_schema = off',
    );
  });
}

/** Opens the database for reading only, beside a process that may be writing it. */
export function openForReading(path: string): DatabaseSync {
  refuseFolder(path);
  if (!existsSync(path)) throw new VitrineError('STORE_UNREADABLE', `there is no database at ${path}`);
  try {
    return openReader(path);
  } catch (error) {
    // Reading in WAL mode wants to write a side file. Where the folder is read-only and nobody has left a WAL, nobody
    // can be writing either, so the file can be read as it is.
    if (!isCannotOpen(error) || existsSync(`${path}-wal`)) throw error;
    const url = pathToFileURL(path);
    url.searchParams.set('immutable', '1');
    return openReader(path, url);
  }
}

function openReader(path: string, location: string | URL = path): DatabaseSync {
  const database = new DatabaseSync(location, { readOnly: true, timeout: BUSY_TIMEOUT });
  return closeOnFailure(database, () => {
    if (applicationId(database) !== APPLICATION_ID) throw foreign(path);
  });
}

function claim(database: DatabaseSync, path: string): void {
  const id = applicationId(database);
  if (id === APPLICATION_ID) return;
  if (id !== 0 || hasTables(database)) throw foreign(path);
  database.exec(`pragma application_id = ${APPLICATION_ID}`);
}

function applicationId(database: DatabaseSync): unknown {
  const row = database.prepare('pragma application_id').get() as { application_id: number };
  return row.application_id;
}

function hasTables(database: DatabaseSync): boolean {
  return database.prepare('select 1 from sqlite_schema limit 1').get() !== undefined;
}

function foreign(path: string): VitrineError {
  return new VitrineError('STORE_UNREADABLE', `${path} is a database of another program`);
}

function refuseFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    throw new VitrineError('STORE_UNREADABLE', `${path} is a folder, not a database`);
  }
}

function closeOnFailure(database: DatabaseSync, prepare: () => void): DatabaseSync {
  try {
    prepare();
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
