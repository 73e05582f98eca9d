import { createLogger } from '../app/logger.ts';
import { type LoadConfigOptions, loadConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { describeError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import { Output } from './output.ts';
import { plainText } from './plain.ts';
import { Progress } from './progress.ts';

/** The exit code where Ctrl-C left no result. */
export const STOPPED_EXIT = 130;

/** What a command may use of the world. Data goes to `out`, talk to `err`. */
export interface CommandContext {
  readonly env: NodeJS.ProcessEnv;
  /** Aborted by Ctrl-C: stop cleanly and keep what was done. */
  readonly signal: AbortSignal;
  out(text: string): Promise<void>;
  /** Nobody reads `out` any more: what would only be written need not be made. */
  readonly outputEnded: boolean;
  err(line: string): void;
  progress(label: string): Progress;
  logger(config: Config): Logger;
  config(options: { file?: string | undefined; overrides: LoadConfigOptions['overrides'] }): Config;
  /** The exit code of a run that told of trouble but went on; 0 until set. */
  exitCode: number;
}

export function createContext(signal: AbortSignal): CommandContext {
  // Talk that nobody hears is no error.
  process.stderr.on('error', () => {});
  const err = (line: string) => void process.stderr.write(`${plainText(line)}\n`);
  const output = new Output(process.stdout, (error) => {
    err(`vitrine: ${describeError(error)}`);
    context.exitCode = error.entry.exitCode;
  });
  const context: CommandContext = {
    env: process.env,
    signal,
    out: (text) => output.write(text),
    get outputEnded() {
      return output.ended;
    },
    err,
    progress: (label) => new Progress({ label, output: process.stderr, now: () => performance.now() }),
    logger: (config) => createLogger(config.log),
    config: ({ file, overrides }) =>
      loadConfig({ env: process.env, ...(file ? { file } : {}), ...(overrides ? { overrides } : {}) }),
    exitCode: 0,
  };
  return context;
}
