import { VitrineError } from '../../core/errors.ts';

/** SQLite's primary result codes (sqlite.org/rescode.html), and errors of the file system, by code of the catalogue. */
const bySqlite: Readonly<Record<number, 'STORE_BUSY' | 'OUTPUT_UNWRITABLE' | 'DISK_FULL'>> = {
  5: 'STORE_BUSY',
  6: 'STORE_BUSY',
  8: 'OUTPUT_UNWRITABLE',
  13: 'DISK_FULL',
};
const byFileSystem: Readonly<Record<string, 'OUTPUT_UNWRITABLE' | 'DISK_FULL'>> = {
  EACCES: 'OUTPUT_UNWRITABLE',
  EPERM: 'OUTPUT_UNWRITABLE',
  EROFS: 'OUTPUT_UNWRITABLE',
  ENOSPC: 'DISK_FULL',
  EDQUOT: 'DISK_FULL',
};

const words = {
  STORE_BUSY: 'is in use by another process',
  OUTPUT_UNWRITABLE: 'cannot be written',
  DISK_FULL: 'cannot grow: the disk is full',
  STORE_UNREADABLE: 'cannot be opened or is damaged',
} as const;

/** The error with a code of the catalogue; `path` names the outbox in the message. */
export function outboxFailure(error: unknown, path: string): VitrineError {
  if (error instanceof VitrineError) return error;
  const code = codeOf(error);
  return new VitrineError(code, `the outbox ${path} ${words[code]}`, { cause: error });
}

function codeOf(error: unknown): keyof typeof words {
  if (!(error instanceof Error)) return 'STORE_UNREADABLE';
  if ('errcode' in error && typeof error.errcode === 'number') {
    return bySqlite[error.errcode & 0xff] ?? 'STORE_UNREADABLE';
  }
  if ('code' in error && typeof error.code === 'string')
    return byFileSystem[error.code] ?? 'STORE_UNREADABLE';
  return 'STORE_UNREADABLE';
}
