import { type Command, Option } from 'commander';
import type { ConfigInput } from '../../config/schema.ts';
import { VitrineError } from '../../core/errors.ts';
import type { CommandContext } from '../context.ts';
import { numberOption } from '../options.ts';
import { pictureLines, videoLines } from '../summary.ts';

interface AnalyzeFlags {
  readonly json?: true;
  readonly csv?: true;
  readonly out?: string;
  readonly annotate?: string;
  readonly everyFrame?: true;
  readonly embeddings?: true;
  readonly mode: 'anonymous' | 'session' | 'loyalty';
  readonly data?: string;
  readonly crops?: true;
  readonly camera: string;
  readonly maxFps?: number;
  readonly maxSide?: number;
  readonly greyscale?: true;
  readonly minFace?: number;
  readonly duration?: number;
  readonly config?: string;
}

const examples = `
Examples:
  vitrine analyze photo.jpg                       who is in a picture
  vitrine analyze holiday/ --json > faces.ndjson  a folder, one line per picture
  vitrine analyze clip.mp4 --out report           a clip: JSON, CSV and an HTML report in report/
  vitrine analyze clip.mp4 --annotate seen.mp4    the clip with boxes, ids and ages drawn on it
  vitrine analyze clip.mp4 --mode loyalty --data shop   recognises the visitors of earlier runs
  vitrine analyze rtsp://camera/stream --duration 60`;

export function registerAnalyze(program: Command, context: CommandContext): void {
  program
    .command('analyze')
    .description('find, age, count and recognise the people in pictures, clips or a stream')
    .argument('<source...>', 'image, folder of images, video file, RTSP/HTTP address or /dev/videoN')
    .addOption(
      new Option('--json', 'print JSON; one line per picture where there are several').conflicts('csv'),
    )
    .addOption(new Option('--csv', 'print the sightings as CSV'))
    .option('--out <dir>', 'also write JSON, CSV and an HTML report into this folder')
    .option('--annotate <file>', 'write the picture (.jpg, .png) or clip (.mp4) with boxes, ids and ages')
    .option('--every-frame', 'one sighting per track and frame instead of one per second')
    .option('--embeddings', "add each face's 128-d embedding to the JSON of pictures (personal data)")
    .addOption(
      new Option('--mode <mode>', 'what is computed and kept')
        .choices(['anonymous', 'session', 'loyalty'])
        .default('session'),
    )
    .option('--data <dir>', 'data folder of loyalty mode (database and key)')
    .option('--crops', 'loyalty mode: show first-seen thumbnails in the report')
    .option('--camera <id>', 'what the sightings call the source', 'camera-1')
    .option('--max-fps <n>', 'skip frames above this rate', numberOption({ min: 0.1, max: 240 }))
    .option('--max-side <px>', 'scale down to this longer side', numberOption({ min: 64, max: 16_384 }))
    .option('--greyscale', 'throw the colour away first')
    .option('--min-face <px>', 'narrowest face to report (default 20)', numberOption({ min: 10, max: 1000 }))
    .option('--duration <s>', 'stop after so many seconds', numberOption({ min: 1, max: 604_800 }))
    .option('--config <file>', 'configuration file')
    .addHelpText('after', examples)
    .action(async (sources: string[], flags: AnalyzeFlags) => analyze(context, sources, flags));
}

function check(sources: readonly string[], flags: AnalyzeFlags): void {
  const refuse = (message: string) => {
    throw new VitrineError('USAGE', message);
  };
  if (flags.annotate && sources.length > 1) refuse('--annotate takes one source');
  if (flags.mode === 'loyalty' && !flags.data) refuse('--mode loyalty needs --data DIR');
  if (flags.data && flags.mode !== 'loyalty')
    refuse('--data is for --mode loyalty; other modes keep nothing');
  if (flags.crops && flags.mode !== 'loyalty')
    refuse('--crops is for --mode loyalty; other modes keep no pictures');
  if (flags.embeddings && !flags.json) refuse('--embeddings needs --json');
  if (flags.embeddings && flags.mode === 'anonymous') refuse('anonymous mode computes no embeddings');
}

async function analyze(
  context: CommandContext,
  sources: readonly string[],
  flags: AnalyzeFlags,
): Promise<void> {
  check(sources, flags);
  const config = context.config({ file: flags.config, overrides: overridesFrom(flags) });
  const progress = context.progress('analyze');
  const { analyzeSources } = await import('../../app/analyze.ts');
  const results = analyzeSources({
    sources,
    config,
    camera: flags.camera,
    capture: {
      ...(flags.maxFps === undefined ? {} : { maxFrameRate: flags.maxFps }),
      ...(flags.maxSide === undefined ? {} : { maxSide: flags.maxSide }),
      ...(flags.greyscale ? { greyscale: true } : {}),
    },
    out: flags.out,
    annotate: flags.annotate,
    crops: flags.crops === true,
    embeddings: flags.embeddings === true,
    format: flags.json ? 'json' : flags.csv ? 'csv' : 'none',
    duration: flags.duration,
    environment: context.env,
    logger: context.logger(config),
    signal: context.signal,
    onProgress: ({ done, total, detail }) => progress.update(done, total, detail),
    onTrouble: (line) => {
      progress.clear();
      context.err(`vitrine: ${line}`);
      context.exitCode = 1;
    },
  });
  try {
    for await (const result of results) {
      progress.clear();
      await context.out(result.kind === 'text' ? result.text : textOf(result));
    }
  } finally {
    progress.clear();
  }
  if (context.signal.aborted) context.err('Stopped; the result is of what was seen until then.');
  if (flags.out) context.err(`Written to ${flags.out}`);
  if (flags.annotate) context.err(`Written to ${flags.annotate}`);
}

function textOf(result: Parameters<typeof videoLines>[0] | Parameters<typeof pictureLines>[0]): string {
  const lines = result.kind === 'video' ? videoLines(result) : pictureLines(result);
  return `${lines.join('\n')}\n`;
}

function overridesFrom(flags: AnalyzeFlags): ConfigInput {
  return {
    mode: flags.mode,
    ...(flags.data === undefined ? {} : { dataDir: flags.data }),
    ...(flags.everyFrame ? { sightings: { everyFrame: true } } : {}),
    ...(flags.minFace === undefined ? {} : { vision: { minFacePixels: Math.round(flags.minFace) } }),
    log: { level: 'warn' },
  };
}
