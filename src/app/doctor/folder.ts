import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Config } from '../../config/schema.ts';
import { KEY_FILE, parseKey } from '../../identity/key.ts';
import { modeRules } from '../../privacy/modes.ts';
import { currentSchemaVersion, readSchemaVersion } from '../../storage/sqlite/schema-version.ts';
import { createSqliteStore } from '../../storage/sqlite/store.ts';
import type { StoreCounts } from '../../storage/store.ts';
import { databasePath } from '../data.ts';
import { type CheckResult, failed, failedBy, ok, warning } from './check.ts';

/** The data folder, its database and its key. Nothing is changed. */

const OTHERS_MODE = 0o077;

/** The folder itself, or the nearest one above that is there. */
export function existingAncestor(path: string): string {
  let here = resolve(path);
  while (!existsSync(here) && dirname(here) !== here) here = dirname(here);
  return here;
}

export function checkFolder(dataDir: string): CheckResult {
  const check = 'data folder';
  const place = existingAncestor(dataDir);
  const facts = statSync(place);
  const there = place === resolve(dataDir);
  if (!facts.isDirectory()) {
    return failed(check, { detail: `${place} is not a folder`, advice: 'Set dataDir to another path.' });
  }
  if (!isWritable(place)) {
    const advice =
      'Give the user of this process the right to write there, or set dataDir to another folder.';
    return failed(check, { detail: `${place} cannot be written`, advice });
  }
  if (!there) return ok(check, `${dataDir} is not there yet; the first run makes it`);
  if (process.platform === 'win32' || (facts.mode & OTHERS_MODE) === 0) {
    return ok(check, `${dataDir} is writable and private`);
  }
  const mode = (facts.mode & 0o777).toString(8);
  const detail = `${dataDir} is open to other users of this machine (mode ${mode})`;
  return warning(check, { detail, advice: `Run \`chmod 700 ${dataDir}\`.` });
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** `counts` is undefined where there is no database that can be read. */
export async function checkDatabase(
  dataDir: string,
): Promise<{ readonly result: CheckResult; readonly counts: StoreCounts | undefined }> {
  const check = 'database';
  const path = databasePath(dataDir);
  try {
    const version = readSchemaVersion(path);
    if (version === 0) return { result: ok(check, 'none yet; the first run makes it'), counts: undefined };
    if (version < currentSchemaVersion) return { result: outdated(path, version), counts: undefined };
    const counts = await countsOf(path);
    return { result: ok(check, `schema version ${version}, ${countsText(counts)}`), counts };
  } catch (error) {
    return { result: failedBy(check, error), counts: undefined };
  }
}

function outdated(path: string, version: number): CheckResult {
  const detail = `${path} has schema version ${version}, this program's is ${currentSchemaVersion}`;
  return warning('database', {
    detail,
    advice: 'The next run updates it; `vitrine db migrate` does it now.',
  });
}

async function countsOf(path: string): Promise<StoreCounts> {
  const store = createSqliteStore({ path, readOnly: true });
  await store.start();
  try {
    return await store.queries.counts();
  } finally {
    await store.stop();
  }
}

function countsText({ sightings, visitors, visits, templates, audienceMinutes }: StoreCounts): string {
  const rows = `${sightings} sightings, ${visits} visits, ${audienceMinutes} audience minutes`;
  return `${visitors} visitors, ${rows}, ${templates} templates`;
}

export interface KeyFacts {
  readonly config: Config;
  readonly environmentKey: string | undefined;
  /** Templates stored; they cannot be opened without the key. */
  readonly templates: number;
}

/** The key, where the mode seals templates or some are stored. It is read and overwritten, and never shown. */
export function checkKey({ config, environmentKey, templates }: KeyFacts): CheckResult {
  const check = 'key';
  if (modeRules[config.mode].keepsTemplates !== 'encrypted' && templates === 0) {
    return ok(check, `${config.mode} mode needs none`);
  }
  const path = join(config.dataDir, KEY_FILE);
  try {
    if (environmentKey?.trim()) {
      parseKey(environmentKey.trim(), 'VITRINE_KEY').fill(0);
      return ok(check, 'from VITRINE_KEY');
    }
    if (!existsSync(path)) return missingKey(path, templates);
    parseKey(readFileSync(path, 'utf8').trim(), path).fill(0);
  } catch (error) {
    return failedBy(check, error);
  }
  const mode = statSync(path).mode & 0o777;
  if (process.platform === 'win32' || (mode & OTHERS_MODE) === 0) return ok(check, `${path} is private`);
  const detail = `${path} can be read by other users of this machine (mode ${mode.toString(8)})`;
  return warning(check, { detail, advice: `Run \`chmod 600 ${path}\`.` });
}

function missingKey(path: string, templates: number): CheckResult {
  if (templates === 0) return ok('key', 'none yet; the first run in loyalty mode makes it');
  const detail = `${path} is missing, and ${templates} templates are sealed with it`;
  const advice = 'Restore the key file that belongs to this data folder, or set VITRINE_KEY.';
  return failed('key', { detail, advice });
}
