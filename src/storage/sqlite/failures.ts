import { VitrineError } from '../../core/errors.ts';

/** SQLite's primary result codes (sqlite.org/rescode.html); the extended ones carry more above the lowest 8 bits. */
const resultCode = {
  BUSY: 5,
  LOCKED: 6,
  READONLY: 8,
  IOERR: 10,
  CORRUPT: 11,
  FULL: 13,
  CANTOPEN: 14,
  NOTADB: 26,
} as const;

/** Extended code of IOERR: the shared-memory file of the WAL could not grow, which is what a full disk looks like. */
const IOERR_SHMSIZE = 4874;

/** SQLite's primary result code of an error of `node:sqlite`; undefined for any other error. */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number')
    return undefined;
  return error.errcode === IOERR_SHMSIZE ? resultCode.FULL : error.errcode & 0xff;
}

export function isCannotOpen(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === resultCode.CANTOPEN || code === resultCode.READONLY;
}

/** The error with a code of the catalogue; `path` names the database in the message. */
export function storeFailure(error: unknown, path: string): VitrineError {
  if (error instanceof VitrineError) return error;
  const cause = { cause: error };
  switch (sqliteCode(error)) {
    case resultCode.BUSY:
    case resultCode.LOCKED:
      return new VitrineError('STORE_BUSY', `the database ${path} is locked by another process`, cause);
    case resultCode.FULL:
      return new VitrineError('DISK_FULL', `no space is left to write ${path}`, cause);
    case resultCode.READONLY:
      return new VitrineError('OUTPUT_UNWRITABLE', `the database ${path} cannot be written`, cause);
    case resultCode.NOTADB:
      return new VitrineError('STORE_UNREADABLE', `${path} is not a database`, cause);
    case resultCode.CORRUPT:
      return new VitrineError('STORE_UNREADABLE', `the database ${path} is damaged`, cause);
    case resultCode.CANTOPEN:
      return new VitrineError('STORE_UNREADABLE', `the database ${path} cannot be opened`, cause);
    case resultCode.IOERR:
      return new VitrineError('STORE_UNREADABLE', `the disk failed under the database ${path}`, cause);
    default:
      return fileFailure(error, path);
  }
}

function fileFailure(error: unknown, path: string): VitrineError {
  const cause = { cause: error };
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new VitrineError('OUTPUT_UNWRITABLE', `no permission to write ${path}`, cause);
    case 'ENOSPC':
    case 'EDQUOT':
      return new VitrineError('DISK_FULL', `no space is left to write ${path}`, cause);
    case 'EISDIR':
      return new VitrineError('STORE_UNREADABLE', `${path} is a folder, not a database`, cause);
    case 'EEXIST':
    case 'ENOTDIR':
    case 'ENOENT':
    case 'ELOOP':
    case 'ENAMETOOLONG':
      return new VitrineError('STORE_UNREADABLE', `the database ${path} cannot be made there`, cause);
    default: {
      const message = error instanceof Error ? error.message : String(error);
      return new VitrineError('INTERNAL', `the database ${path} refused a statement: ${message}`, cause);
    }
  }
}
