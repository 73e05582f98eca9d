import { createLogger } from '../app/logger.ts';
import { type LoadConfigOptions, loadConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import type { Logger } from '../core/logger.ts';
import { Progress } from './progress.ts';

/** What a command may use of the world. Data goes to `out`, talk to `err`. */
export interface CommandContext {
  readonly env: NodeJS.ProcessEnv;
  /** Aborted by Ctrl-C: stop cleanly and keep what was done. */
  readonly signal: AbortSignal;
  out(text: string): Promise<void>;
  err(line: string): void;
  progress(label: string): Progress;
  logger(config: Config): Logger;
  config(options: { file?: string | undefined; overrides: LoadConfigOptions['overrides'] }): Config;
  /** The exit code of a run that told of trouble but went on; 0 until set. */
  exitCode: number;
}

export function createContext(signal: AbortSignal): CommandContext {
  return {
    env: process.env,
    signal,
    out: writeOut,
    err: (line) => void process.stderr.write(`${line}\n`),
    progress: (label) => new Progress({ label, output: process.stderr, now: () => performance.now() }),
    logger: (config) => createLogger(config.log),
    config: ({ file, overrides }) =>
      loadConfig({ env: process.env, ...(file ? { file } : {}), ...(overrides ? { overrides } : {}) }),
    exitCode: 0,
  };
}

/** Waits where the reader is slow; a reader that went away (`| head`) is no error. */
async function writeOut(text: string): Promise<void> {
  if (process.stdout.destroyed) return;
  if (process.stdout.write(text)) return;
  await new Promise<void>((resolve) => {
    process.stdout.once('drain', resolve);
    process.stdout.once('close', resolve);
  });
}
