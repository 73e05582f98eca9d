import { DatabaseSync } from 'node:sqlite';
import type { Config } from '../../config/schema.ts';
import { type CheckResult, failed, failedBy, ok } from './check.ts';

/** Native parts: each is loaded, for a library that is there may still not fit the machine. */

const REINSTALL = 'Run script/setup again; it needs a 64-bit x86 or ARM system with glibc.';

export async function checkEngine(): Promise<CheckResult> {
  return loaded('ONNX Runtime', async () => {
    const { engineVersion } = await import('../../vision/onnx/session.ts');
    return engineVersion();
  });
}

export async function checkVideo(): Promise<CheckResult> {
  return loaded('FFmpeg', async () => {
    const { ffmpegVersion } = await import('../../capture/ffmpeg/version.ts');
    return ffmpegVersion();
  });
}

export async function checkPictures(): Promise<CheckResult> {
  return loaded('sharp', async () => {
    const { imageLibraryVersions } = await import('../../capture/images/version.ts');
    const { sharp, vips } = imageLibraryVersions();
    return `${sharp}, libvips ${vips}`;
  });
}

export async function checkSqlite(): Promise<CheckResult> {
  return loaded('SQLite', async () => {
    const database = new DatabaseSync(':memory:');
    try {
      const { version } = database.prepare('select sqlite_version() as version').get() as { version: string };
      return version;
    } finally {
      database.close();
    }
  });
}

async function loaded(check: string, load: () => Promise<string>): Promise<CheckResult> {
  try {
    return ok(check, await load());
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const [detail = 'cannot be loaded'] = reason.split('\n');
    return failed(check, { detail, advice: REINSTALL });
  }
}

/** Present, and what the manifests say. */
export async function checkModels(config: Config): Promise<CheckResult> {
  try {
    const { modelsDirOf, verifiedModels } = await import('../models.ts');
    const verdicts = await verifiedModels(config);
    const wrong = verdicts.filter(({ problem }) => problem !== undefined);
    const [first] = wrong;
    if (first === undefined) return ok('models', `${verdicts.length} verified in ${modelsDirOf(config)}`);
    const more = wrong.length > 1 ? `, and ${wrong.length - 1} more` : '';
    const advice = 'Run `vitrine models build`, or correct the manifest entry of your own model.';
    return failed('models', { detail: `${first.name}: ${first.problem}${more}`, advice });
  } catch (error) {
    return failedBy('models', error);
  }
}
