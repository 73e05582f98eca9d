import { type Command, Option } from 'commander';
import type { ConfigInput } from '../../config/schema.ts';
import { toSighting } from '../../contract/sighting.ts';
import { VitrineError } from '../../core/errors.ts';
import type { CommandContext } from '../context.ts';
import { numberOption, repeated } from '../options.ts';
import { sightingHeader, sightingRow } from '../summary.ts';

interface RunFlags {
  readonly source?: readonly string[];
  readonly mode?: 'anonymous' | 'session' | 'loyalty';
  readonly data?: string;
  readonly maxFps?: number;
  readonly loop?: true;
  readonly json?: true;
  readonly quiet?: true;
  readonly config?: string;
}

const examples = `
Examples:
  vitrine run --source /dev/video0                    count who is there, keep nobody's data
  vitrine run --source rtsp://user:password@camera/stream --mode loyalty --data shop
  vitrine run --config vitrine.yaml                   cameras and rules from a file
Ctrl-C stops it; what was seen is stored first.`;

export function registerRun(program: Command, context: CommandContext): void {
  program
    .command('run')
    .description('watch the cameras until stopped: the whole system in one process')
    .option('--source <source>', 'camera, stream or file; may be repeated', repeated)
    .addOption(
      new Option('--mode <mode>', 'what is computed and kept (default: anonymous)').choices([
        'anonymous',
        'session',
        'loyalty',
      ]),
    )
    .option('--data <dir>', 'data folder (default: ./vitrine-data)')
    .option('--max-fps <n>', 'skip frames above this rate', numberOption({ min: 0.1, max: 240 }))
    .option('--loop', 'play files as cameras, over and over')
    .option('--json', 'print sightings as JSON lines')
    .option('--quiet', 'print no sightings')
    .option('--config <file>', 'configuration file')
    .addHelpText('after', examples)
    .action(async (flags: RunFlags) => run(context, flags));
}

async function run(context: CommandContext, flags: RunFlags): Promise<void> {
  const config = context.config({ file: flags.config, overrides: overridesFrom(flags) });
  if (config.cameras.length === 0)
    throw new VitrineError('USAGE', 'no camera: give --source or a configuration file');
  const { runEmbedded } = await import('../../app/run.ts');
  const { cameras, problems } = await runEmbedded({
    config,
    environment: context.env,
    logger: context.logger(config),
    signal: context.signal,
    onStart: () => {
      const { cameras, mode } = config;
      const what = cameras.length === 1 ? '1 camera' : `${cameras.length} cameras`;
      context.err(`Watching ${what} in ${mode} mode; Ctrl-C stops.`);
      if (!flags.quiet && !flags.json) void context.out(sightingHeader);
    },
    onSighting: (message) => {
      const sighting = toSighting(message);
      if (flags.json) void context.out(`${JSON.stringify(sighting)}\n`);
      else if (!flags.quiet) void context.out(sightingRow(sighting));
    },
  });
  for (const [id, { frames, dropped, faces }] of cameras)
    context.err(`Camera ${id}: ${frames} frames, ${dropped} dropped, ${faces} faces`);
  if (problems.length > 0) context.exitCode = 1;
}

function overridesFrom({ source = [], mode, data, maxFps, loop }: RunFlags): ConfigInput {
  const cameras = source.map((from, i) => ({
    id: `camera-${i + 1}`,
    source: from,
    ...(maxFps === undefined ? {} : { maxFrameRate: maxFps }),
    ...(loop ? { asCamera: { loop: true } } : {}),
  }));
  return {
    ...(cameras.length > 0 ? { cameras } : {}),
    ...(mode === undefined ? {} : { mode }),
    ...(data === undefined ? {} : { dataDir: data }),
  };
}
