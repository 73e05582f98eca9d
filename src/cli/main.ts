import { Command, CommanderError } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { asVitrineError, describeError } from '../core/errors.ts';
import { registerAnalyze } from './commands/analyze.ts';
import { registerCompare } from './commands/compare.ts';
import { registerDb } from './commands/db.ts';
import { registerDemo } from './commands/demo.ts';
import { registerDoctor } from './commands/doctor.ts';
import { registerEval } from './commands/eval.ts';
import { registerModels } from './commands/models.ts';
import { registerRun } from './commands/run.ts';
import { type CommandContext, createContext } from './context.ts';

/** Exit codes: 0 good, 1 failed, 2 wrong usage, 130 stopped by Ctrl-C for the second time. */
const USAGE_EXIT = 2;
const INTERRUPTED_EXIT = 130;

function createProgram(context: CommandContext): Command {
  const program = new Command('vitrine')
    .description('Cameras in a shop see who is there; the shop answers; nobody is named.')
    .version(packageJson.version)
    .showHelpAfterError('(--help shows how it is used)')
    .configureHelp({ showGlobalOptions: true })
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

/** The first Ctrl-C stops cleanly; the second at once. */
function interruptible(): AbortSignal {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(INTERRUPTED_EXIT);
    controller.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return controller.signal;
}

async function main(): Promise<number> {
  const context = createContext(interruptible());
  try {
    await createProgram(context).parseAsync();
    return context.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE_EXIT;
    const known = asVitrineError(error);
    context.err(`vitrine: ${describeError(known)}`);
    if (known.code === 'INTERNAL' && process.env['VITRINE_DEBUG']) context.err(String(known.stack));
    return known.entry.exitCode;
  }
}

process.exitCode = await main();
