import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';

const files = `
DIR holds one or more of
  labels.csv   path,identity,age,gender,x,y,w,h   blanks allowed; optional: ethnicity
  pairs.csv    path_a,path_b,same                 optional: fold
  reid.csv     path,identity,role                 role: enrol, returning or new

Example:
  vitrine eval labelled/ --json > figures.json`;

export function registerEval(program: Command, context: CommandContext): void {
  program
    .command('eval')
    .description('measure detection, recognition, age and gender on labelled pictures of your own')
    .argument('<dir>', 'folder with labels.csv, pairs.csv or reid.csv')
    .option('--json', 'print JSON')
    .option('--config <file>', 'configuration file')
    .addHelpText('after', files)
    .action(async (dir: string, flags: { json?: true; config?: string }) => {
      const config = context.config({ file: flags.config, overrides: { mode: 'session' } });
      const progress = context.progress('eval');
      try {
        const { evaluateFolder } = await import('../../app/evaluate.ts');
        const { evaluation, text } = await evaluateFolder({
          dir,
          config,
          signal: context.signal,
          onProgress: ({ done, total, path }) => progress.update(done, total, path),
          onUnreadable: (line) => {
            progress.clear();
            context.err(`vitrine: ${line}`);
          },
        });
        progress.clear();
        await context.out(flags.json ? `${JSON.stringify(evaluation)}\n` : text);
      } finally {
        progress.clear();
      }
    });
}
