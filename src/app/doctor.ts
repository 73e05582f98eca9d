import { type Config, configSchema } from '../config/schema.ts';
import { asVitrineError } from '../core/errors.ts';
import { checkCameras, checkDevices } from './doctor/cameras.ts';
import { type CheckResult, failed, ok } from './doctor/check.ts';
import { checkDatabase, checkFolder, checkKey } from './doctor/folder.ts';
import { checkClock, checkDisk, checkMemory, checkNode, checkProcessor } from './doctor/machine.ts';
import { checkEngine, checkModels, checkPictures, checkSqlite, checkVideo } from './doctor/parts.ts';

export type { CheckResult, CheckStatus } from './doctor/check.ts';

export interface DoctorOptions {
  /** The configuration, or why there is none; the defaults are examined then. */
  readonly config: Config | { readonly problem: unknown };
  /** Where it comes from, in words. */
  readonly origin: string;
  /** Instead of the configuration's. */
  readonly dataDir?: string | undefined;
  readonly environment: NodeJS.ProcessEnv;
  /** Whether each camera is opened. */
  readonly cameras: boolean;
  readonly signal: AbortSignal;
}

/** Examines machine, parts, configuration and data folder, one after the other. Changes nothing; never throws. */
export async function* examine(options: DoctorOptions): AsyncGenerator<CheckResult, void, undefined> {
  const valid = 'problem' in options.config ? undefined : options.config;
  const base = valid ?? configSchema.parse({});
  const config = { ...base, dataDir: options.dataDir ?? base.dataDir };
  yield* machine(config);
  yield* parts(config);
  yield checkConfig(options);
  yield* data(config, options.environment);
  yield checkDevices(config);
  if (options.cameras && valid) yield* checkCameras(config, options.signal);
}

async function* machine({ dataDir }: Config): AsyncGenerator<CheckResult> {
  yield checkNode();
  yield checkProcessor();
  yield checkMemory();
  yield checkDisk(dataDir);
  yield checkClock(Date.now());
}

async function* parts(config: Config): AsyncGenerator<CheckResult> {
  yield checkEngine();
  yield checkVideo();
  yield checkPictures();
  yield checkSqlite();
  yield checkModels(config);
}

function checkConfig({ config, origin }: DoctorOptions): CheckResult {
  const check = 'configuration';
  if (!('problem' in config)) {
    const cameras = config.cameras.length === 1 ? '1 camera' : `${config.cameras.length} cameras`;
    return ok(check, `${origin}: ${config.mode} mode, ${cameras}`);
  }
  const { message, entry } = asVitrineError(config.problem);
  return failed(check, { detail: message, advice: entry.advice });
}

async function* data(
  config: Config,
  { VITRINE_KEY: environmentKey }: NodeJS.ProcessEnv,
): AsyncGenerator<CheckResult> {
  yield checkFolder(config.dataDir);
  const { result, counts } = await checkDatabase(config.dataDir);
  yield result;
  const templates = counts?.templates ?? 0;
  yield checkKey({ config, environmentKey, templates });
}
