import { Command, CommanderError } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { asVitrineError, describeError, VitrineError } from '../core/errors.ts';
import { registerAnalyze } from './commands/analyze.ts';
import { registerCompare } from './commands/compare.ts';
import { registerDb } from './commands/db.ts';
import { registerDemo } from './commands/demo.ts';
import { registerDoctor } from './commands/doctor.ts';
import { registerEval } from './commands/eval.ts';
import { registerModels } from './commands/models.ts';
import { registerRun } from './commands/run.ts';
import { type CommandContext, createContext, STOPPED_EXIT } from './context.ts';

const USAGE_EXIT = 2;

const exitCodes = `
Exit codes: 0 good, 1 failed or not complete, 2 wrong usage, 130 stopped by Ctrl-C without a result.
Results go to standard output, everything else to standard error.`;

function createProgram(context: CommandContext): Command {
  const program = new Command('vitrine')
    .description('Cameras in a shop see who is there; the shop answers; nobody is named.')
    .version(packageJson.version)
    .configureOutput({ outputError: (text, write) => write(usageLine(text)) })
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', exitCodes)
    .exitOverride();
  for (const register of [
    registerDemo,
    registerRun,
    registerAnalyze,
    registerCompare,
    registerEval,
    registerModels,
    registerDb,
    registerDoctor,
  ])
    register(program, context);
  return program;
}

/** What commander says of a wrong command line, in the one line of every other error. */
function usageLine(text: string): string {
  const message = text.replace(/^error: /, '');
  return `vitrine: ${describeError(new VitrineError('USAGE', message))}\n`;
}

/** The first Ctrl-C stops cleanly; the second at once. */
function interruptible(): AbortSignal {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(STOPPED_EXIT);
    controller.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return controller.signal;
}

async function main(): Promise<number> {
  const signal = interruptible();
  const context = createContext(signal);
  // Who closes the talk still gets the data.
  process.stderr.on('error', () => {});
  try {
    await createProgram(context).parseAsync();
    return context.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE_EXIT;
    if (signal.aborted && error === signal.reason) {
      context.err('Stopped; there is no result.');
      return STOPPED_EXIT;
    }
    const known = asVitrineError(error);
    context.err(`vitrine: ${describeError(known)}`);
    if (known.code === 'INTERNAL' && process.env['VITRINE_DEBUG']) context.err(String(known.stack));
    return known.entry.exitCode;
  }
}

process.exitCode = await main();
