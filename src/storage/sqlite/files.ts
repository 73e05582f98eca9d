import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';

/** Only the owner may read what is stored, whatever the umask says; SQLite gives its side files the same rights. */
const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;

/** Makes the file, empty, and its folders where they are missing. What exists is left as it is. */
export function createPrivateFile(path: string): void {
  if (existsSync(path)) return;
  mkdirSync(dirname(path), { recursive: true, mode: PRIVATE_FOLDER });
  // `wx` because an existing file must not be opened here: see FolderLock.
  closeSync(openSync(path, 'wx', PRIVATE_FILE));
}
