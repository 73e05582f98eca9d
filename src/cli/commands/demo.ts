import type { Command } from 'commander';
import { silentLogger } from '../../core/logger.ts';
import type { CommandContext } from '../context.ts';
import { sightingHeader, sightingRow, table } from '../summary.ts';

interface DemoFlags {
  readonly once?: true;
  readonly data?: string;
  readonly out?: string;
  readonly annotate?: string;
  readonly json?: true;
}

export function registerDemo(program: Command, context: CommandContext): void {
  program
    .command('demo')
    .description('see it work: a shop clip of 160 s with real faces, with the truth beside the result')
    .option('--once', 'as fast as it goes, not in the time of the clip')
    .option('--data <dir>', 'keep database and key here, to see the visitors recognised in the next run')
    .option('--out <dir>', 'also write JSON, CSV and an HTML report into this folder')
    .option('--annotate <file>', 'also write the clip (.mp4) with boxes, ids and ages')
    .option('--json', 'print the analysis as JSON instead')
    .action(async (flags: DemoFlags) => {
      const composing = context.progress('composing the clip');
      const playing = context.progress('watching');
      const print = (row: string) => {
        playing.clear();
        void context.out(row);
      };
      let header = false;
      const { runDemo } = await import('../../app/demo.ts');
      const {
        analysis,
        comparison,
        distribution,
        table: verdicts,
      } = await runDemo({
        once: flags.once === true,
        dataDir: flags.data,
        out: flags.out,
        annotate: flags.annotate,
        environment: context.env,
        logger: silentLogger,
        signal: context.signal,
        onCompose: ({ frame, frames }) => composing.update(frame, frames),
        onProgress: ({ frames, expectedFrames, framesPerSecond }) => {
          composing.clear();
          playing.update(frames, expectedFrames, `${framesPerSecond.toFixed(0)} frames/s`);
        },
        onSighting: (sighting) => {
          if (flags.json) return;
          if (!header) print(sightingHeader);
          header = true;
          print(sightingRow(sighting));
        },
      });
      composing.clear();
      playing.clear();
      if (context.signal.aborted) context.err('Stopped before the end of the clip.');
      else if (!comparison.ok) context.exitCode = 1;
      // Half a clip cannot be as true as a whole one.
      const truth = context.signal.aborted ? [] : ['', ...verdicts];
      if (flags.out) context.err(`Written to ${flags.out}`);
      if (flags.annotate) context.err(`Written to ${flags.annotate}`);
      if (flags.json) {
        for (const line of truth) context.err(line);
        await context.out(`${JSON.stringify(analysis)}\n`);
        return;
      }
      const speed = `${analysis.frames} frames at ${analysis.performance.framesPerSecond.toFixed(0)} frames/s`;
      const lines = ['', `Visitors by age and gender (${speed})`, ...table(distribution), ...truth];
      await context.out(`${lines.join('\n')}\n`);
    });
}
