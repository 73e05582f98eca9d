import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { table } from '../summary.ts';

interface ModelsFlags {
  readonly json?: true;
  readonly dir?: string;
  readonly config?: string;
}

const MEGABYTE = 1_000_000;

const listHelp = `
A model that is selected serves its role; which one that is can be set with vision.models.select.

Examples:
  vitrine models list
  vitrine models list --json --config vitrine.yaml`;

const buildHelp = `
Turns the weights inside the installed npm packages into ONNX files, without any network access. What is current is
left alone. VITRINE_MODELS, vision.models.dir or --dir name another folder than .cache/models of the checkout.

Examples:
  vitrine models build
  vitrine models build --dir /var/lib/vitrine/models`;

const verifyHelp = `
Opens every model of the manifests, your own included, and compares hash, input and outputs with its entry.
Ends with 1 if any of them is wrong.

Examples:
  vitrine models verify
  vitrine models verify --config vitrine.yaml      a configuration with models of your own`;

export function registerModels(program: Command, context: CommandContext): void {
  const models = program.command('models').description('list, build and verify the neural networks');
  models
    .command('list')
    .description('name, role, size, licence and origin of every model')
    .option('--json', 'print JSON')
    .option('--config <file>', 'configuration file')
    .addHelpText('after', listHelp)
    .action(async (flags: ModelsFlags) => list(context, flags));
  models
    .command('build')
    .description('make the ONNX files from the installed weights')
    .option('--dir <dir>', 'folder to build into (default: that of the configuration)')
    .option('--config <file>', 'configuration file')
    .addHelpText('after', buildHelp)
    .action(async (flags: ModelsFlags) => build(context, flags));
  models
    .command('verify')
    .description('check that every model is what its manifest says')
    .option('--config <file>', 'configuration file')
    .addHelpText('after', verifyHelp)
    .action(async (flags: ModelsFlags) => verify(context, flags));
}

async function list(context: CommandContext, flags: ModelsFlags): Promise<void> {
  const { listedModels } = await import('../../app/models.ts');
  const models = await listedModels(configOf(context, flags));
  if (flags.json) return context.out(`${JSON.stringify(models)}\n`);
  const rows = models.map(({ name, role, selected, bytes, licence, origin }) => [
    name,
    role,
    selected ? 'yes' : '',
    bytes === null ? 'missing' : `${(bytes / MEGABYTE).toFixed(1)} MB`.padStart(7),
    licence,
    origin,
  ]);
  const header = ['NAME', 'ROLE', 'SELECTED', 'SIZE', 'LICENCE', 'ORIGIN'];
  await context.out(`${table([header, ...rows]).join('\n')}\n`);
  if (models.some(({ bytes }) => bytes === null))
    context.err('Some are missing: run `vitrine models build`.');
}

async function build(context: CommandContext, flags: ModelsFlags): Promise<void> {
  const { builtModels, modelsDirOf } = await import('../../app/models.ts');
  const progress = context.progress('models');
  try {
    const { dir, ready, built } = await builtModels({
      dir: flags.dir ?? modelsDirOf(configOf(context, flags)),
      onProgress: ({ done, total, name }) => progress.update(done, total, name),
    });
    progress.clear();
    await context.out(`${ready} models ready in ${dir}${built > 0 ? ` (${built} built)` : ''}\n`);
  } finally {
    progress.clear();
  }
}

async function verify(context: CommandContext, flags: ModelsFlags): Promise<void> {
  const { verifiedModels } = await import('../../app/models.ts');
  const verdicts = await verifiedModels(configOf(context, flags));
  const rows = verdicts.map(({ name, problem }) => [name, problem ?? 'ok']);
  await context.out(`${table(rows).join('\n')}\n`);
  const wrong = verdicts.filter(({ problem }) => problem !== undefined).length;
  if (wrong === 0) return;
  context.err(`${wrong} of ${verdicts.length} models are wrong; \`vitrine models build\` makes ours again.`);
  context.exitCode = 1;
}

function configOf(context: CommandContext, { config }: ModelsFlags) {
  return context.config({ file: config, overrides: undefined });
}
