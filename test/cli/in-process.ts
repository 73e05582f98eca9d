import { Command, CommanderError } from 'commander';
import type { CommandContext } from '../../src/cli/context.ts';
import { Progress } from '../../src/cli/progress.ts';
import { loadConfig } from '../../src/config/load.ts';
import { asVitrineError, describeError } from '../../src/core/errors.ts';
import { silentLogger } from '../../src/core/logger.ts';
import type { CliResult } from './run-cli.ts';

export interface CallOptions {
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Calls a command as `main` does, but in this process: quick, for what the command says and does. Where it is about
 * signals, pipes, terminals or two processes, a test runs the real one (`runCli`).
 */
export async function call(
  register: (program: Command, context: CommandContext) => void,
  args: readonly string[],
  { env = {} }: CallOptions = {},
): Promise<CliResult> {
  const text = { stdout: '', stderr: '' };
  const write = (piece: string) => {
    text.stdout += piece;
  };
  const writeErr = (piece: string) => {
    text.stderr += piece;
  };
  const context: CommandContext = {
    env,
    signal: new AbortController().signal,
    out: async (piece) => write(piece),
    outputEnded: false,
    err: (line) => writeErr(`${line}\n`),
    progress: (label) => new Progress({ label, output: { write: writeErr }, now: () => performance.now() }),
    logger: () => silentLogger,
    config: ({ file, overrides }) => loadConfig({ file, overrides, env }),
    exitCode: 0,
  };
  const program = new Command('vitrine').exitOverride().configureOutput({ writeOut: write, writeErr });
  register(program, context);
  try {
    await program.parseAsync(args, { from: 'user' });
    return { code: context.exitCode, ...text };
  } catch (error) {
    if (error instanceof CommanderError) return { code: error.exitCode === 0 ? 0 : 2, ...text };
    writeErr(`vitrine: ${describeError(error)}\n`);
    return { code: asVitrineError(error).entry.exitCode, ...text };
  }
}
