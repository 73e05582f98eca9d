import { type Command, Option } from 'commander';
import type { AnalyzeResult } from '../../app/analysis-output.ts';
import type { AnalyzeOptions } from '../../app/analyze.ts';
import { TalkLogger } from '../../app/talk.ts';
import type { ConfigInput } from '../../config/schema.ts';
import { asVitrineError, VitrineError } from '../../core/errors.ts';
import { type CommandContext, STOPPED_EXIT } from '../context.ts';
import { numberOption } from '../options.ts';
import type { Progress } from '../progress.ts';
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
  vitrine analyze rtsp://camera/stream --duration 60
A source or picture that cannot be read is told in one line and left out; the exit code is 1 then.
Ctrl-C stops: the result is of what was seen until then.`;

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
    .option(
      '--max-side <px>',
      'scale down to this longer side',
      numberOption({ min: 64, max: 16_384, whole: true }),
    )
    .option('--greyscale', 'throw the colour away first')
    .option(
      '--min-face <px>',
      'narrowest face to report (default 20)',
      numberOption({ min: 10, max: 1000, whole: true }),
    )
    .option('--duration <s>', 'stop after so many seconds', numberOption({ min: 1, max: 604_800 }))
    .option('--config <file>', 'configuration file')
    .addHelpText('after', examples)
    .action(async (sources: string[], flags: AnalyzeFlags) => analyze(context, sources, flags));
}

function check(sources: readonly string[], flags: AnalyzeFlags): void {
  const refuse = (message: string) => {
    throw new VitrineError('USAGE', message);
  };
  if (sources.some((source) => source.trim() === '')) refuse('a source is empty');
  if (flags.annotate && sources.length > 1) refuse('--annotate takes one source');
  if (flags.mode === 'loyalty' && !flags.data) refuse('--mode loyalty needs --data DIR');
  if (flags.data && flags.mode !== 'loyalty')
    refuse('--data is for --mode loyalty; other modes keep nothing');
  if (flags.crops && flags.mode !== 'loyalty')
    refuse('--crops is for --mode loyalty; other modes keep no pictures');
  if (flags.crops && !flags.out) refuse('--crops needs --out DIR, whose report shows them');
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
  const say = (line: string) => {
    progress.clear();
    context.err(`vitrine: ${line}`);
  };
  const { analyzeSources } = await import('../../app/analyze.ts');
  const talk = new TalkLogger(say);
  const results = analyzeSources({
    ...optionsFrom(flags),
    sources,
    config,
    environment: context.env,
    logger: talk,
    signal: context.signal,
    onProgress: ({ done, total, detail }) => progress.update(done, total, detail),
    onTrouble: (line) => {
      say(line);
      context.exitCode = 1;
    },
  });
  try {
    const printed = await print(context, { results, flags, progress });
    talk.finish();
    conclude(context, flags, printed);
  } catch (error) {
    talk.finish(asVitrineError(error).code);
    throw error;
  } finally {
    progress.clear();
  }
}

/** How many results there were. */
async function print(
  context: CommandContext,
  work: {
    readonly results: AsyncIterable<AnalyzeResult>;
    readonly flags: AnalyzeFlags;
    readonly progress: Progress;
  },
): Promise<number> {
  const { out, annotate, mode } = work.flags;
  const onlyPrints = out === undefined && annotate === undefined && mode !== 'loyalty';
  let printed = 0;
  for await (const result of work.results) {
    work.progress.clear();
    await context.out(result.kind === 'text' ? result.text : textOf(result));
    printed++;
    if (context.outputEnded && onlyPrints) break;
  }
  return printed;
}

function conclude(context: CommandContext, { out, annotate }: AnalyzeFlags, printed: number): void {
  if (context.signal.aborted) {
    const seen = printed > 0 ? 'the result is of what was seen until then' : 'nothing was seen until then';
    context.err(`Stopped; ${seen}.`);
    if (printed === 0) context.exitCode = STOPPED_EXIT;
  }
  if (printed === 0) return;
  if (out) context.err(`Written to ${out}`);
  if (annotate) context.err(`Written to ${annotate}`);
}

function optionsFrom(flags: AnalyzeFlags) {
  const { maxFps, maxSide } = flags;
  const format: AnalyzeOptions['format'] = flags.json ? 'json' : flags.csv ? 'csv' : 'none';
  return {
    format,
    camera: flags.camera,
    capture: {
      ...(maxFps === undefined ? {} : { maxFrameRate: maxFps }),
      ...(maxSide === undefined ? {} : { maxSide }),
      ...(flags.greyscale ? { greyscale: true } : {}),
    },
    out: flags.out,
    annotate: flags.annotate,
    crops: flags.crops === true,
    embeddings: flags.embeddings === true,
    duration: flags.duration,
  };
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
    ...(flags.minFace === undefined ? {} : { vision: { minFacePixels: flags.minFace } }),
    log: { level: 'warn' },
  };
}
