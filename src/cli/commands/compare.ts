import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';

export function registerCompare(program: Command, context: CommandContext): void {
  program
    .command('compare')
    .description('tell whether two pictures show the same person')
    .argument('<a>', 'picture; its largest face counts')
    .argument('<b>', 'picture; its largest face counts')
    .option('--json', 'print JSON')
    .option('--config <file>', 'configuration file')
    .addHelpText('after', '\nExample:\n  vitrine compare monday.jpg tuesday.jpg')
    .action(async (a: string, b: string, flags: { json?: true; config?: string }) => {
      const config = context.config({ file: flags.config, overrides: { mode: 'session' } });
      const { comparePictures } = await import('../../app/compare.ts');
      const { distance, same, threshold } = await comparePictures({ a, b, config });
      const rounded = Math.round(distance * 10_000) / 10_000;
      const verdict = same ? 'the same person' : 'different people';
      await context.out(
        flags.json
          ? `${JSON.stringify({ a, b, distance: rounded, same, threshold })}\n`
          : `${verdict}: distance ${rounded.toFixed(3)}, threshold ${threshold}\n`,
      );
    });
}
