import { type Command, Option } from 'commander';
import type { ExportTable } from '../../app/data-export.ts';
import type { Reconciliation } from '../../app/data-reconcile.ts';
import type { Config } from '../../config/schema.ts';
import { faceIdSchema } from '../../contract/primitives.ts';
import { VitrineError } from '../../core/errors.ts';
import { confirm } from '../confirm.ts';
import type { CommandContext } from '../context.ts';
import { instantOption } from '../instant.ts';
import { numberOption } from '../options.ts';
import { table } from '../summary.ts';

interface FolderFlags {
  readonly data?: string;
  readonly config?: string;
}

interface ExportFlags extends FolderFlags {
  readonly table: ExportTable;
  readonly json?: true;
  readonly from?: number;
  readonly to?: number;
  readonly camera?: string;
}

const DAY = 86_400_000;

const migrateHelp = `
Every command that writes does this by itself when it starts; here it can be done ahead of an update. Where there is
no database, an empty one is made.

Example:
  vitrine db migrate --data shop`;

const exportHelp = `
Rows go to standard output: CSV with a header, or one JSON object a line. It works while Vitrine runs on the folder.
Sightings, visitors and visits are rows about persons, meant for the operator of this box: no group is too small to
be shown, so hand them on with care. The audience is counted per minute, camera, age band and gender, and names
nobody; small counts are not suppressed in it either. Every export is written to the audit log.
Times without an offset are UTC. --from is included, --to is not; visitors and visits that touch the time are in.

Examples:
  vitrine db export --from 2026-03-01 --to 2026-04-01 > march.csv
  vitrine db export --table visits --json --data shop | jq .dwellSeconds
  vitrine db export --table audience --camera entrance > audience.csv`;

const pruneHelp = `
Removes sightings, visits and counts older than that, and visitors, with their templates, who were not seen since.
A running Vitrine does it by itself. Written to the audit log.

Examples:
  vitrine db prune                       what privacy.retentionDays says
  vitrine db prune --older-than 30 --data shop`;

const eraseHelp = `
Removes the visitor with templates, visits and sightings from the files, and what still waits to be stored. The id
stays erased: what arrives late for it is not stored. The audit log keeps that it was done, not the id.

Examples:
  vitrine db erase v-0h3k9m2p5r7t                asks before it does it
  vitrine db erase v-0h3k9m2p5r7t v-8b2d4f6g1j3n --yes --data shop`;

const reconcileHelp = `
Sightings wait in the outbox until they are stored; whatever stopped the last run, each of them is in one of the two
places. Run it while Vitrine does not run on the folder. Ends with 1 if produced and stored are not the same. Where
the power failed, sightings of the last moments may never have reached the outbox; that it cannot see.

Example:
  vitrine db reconcile --data shop`;

export function registerDb(program: Command, context: CommandContext): void {
  const db = program.command('db').description('look after the database of a data folder');
  command(db, 'migrate', 'bring the schema up to date', migrateHelp).action(async (flags: FolderFlags) =>
    migrate(context, flags),
  );
  command(db, 'export', 'write a table as CSV or JSON lines', exportHelp)
    .addOption(
      new Option('--table <table>', 'what to write')
        .choices(['sightings', 'visitors', 'visits', 'audience'])
        .default('sightings'),
    )
    .addOption(new Option('--csv', 'print CSV (default)').conflicts('json'))
    .option('--json', 'print one JSON object a line')
    .option('--from <time>', 'no row before this ISO 8601 date or time', instantOption)
    .option('--to <time>', 'no row at or after this ISO 8601 date or time', instantOption)
    .option('--camera <id>', 'only of this camera (sightings, audience)')
    .action(async (flags: ExportFlags) => exportTable(context, flags));
  command(db, 'prune', 'remove what is older than the retention', pruneHelp)
    .option('--older-than <days>', 'instead of privacy.retentionDays', daysOption)
    .action(async (flags: FolderFlags & { olderThan?: number }) => prune(context, flags));
  command(db, 'erase', 'remove visitors with everything stored about them', eraseHelp)
    .argument('<face-id...>', 'ids of the visitors')
    .option('--yes', 'do not ask')
    .action(async (ids: string[], flags: FolderFlags & { yes?: true }) => erase(context, ids, flags));
  command(db, 'reconcile', 'prove that every sighting produced is stored', reconcileHelp).action(
    async (flags: FolderFlags) => reconcile(context, flags),
  );
}

const daysOption = numberOption({ min: 1, max: 36_500, whole: true });

function command(db: Command, name: string, description: string, help: string): Command {
  return db
    .command(name)
    .description(description)
    .option('--data <dir>', 'data folder (default: dataDir of the configuration)')
    .option('--config <file>', 'configuration file')
    .addHelpText('after', help);
}

/** The folder to work on, with a logger that tells only of trouble. */
function folderOf(context: CommandContext, flags: FolderFlags) {
  const config: Config = context.config({
    file: flags.config,
    overrides: { log: { level: 'warn' }, ...(flags.data === undefined ? {} : { dataDir: flags.data }) },
  });
  return { config, dataDir: config.dataDir, logger: context.logger(config) };
}

async function migrate(context: CommandContext, flags: FolderFlags): Promise<void> {
  const { migrateData } = await import('../../app/data.ts');
  const { path, from, to } = await migrateData(folderOf(context, flags));
  const was = from === 0 ? `made with schema version ${to}` : `brought from schema version ${from} to ${to}`;
  await context.out(`${path}: ${from === to ? `schema version ${to} is current` : was}\n`);
}

async function exportTable(context: CommandContext, flags: ExportFlags): Promise<void> {
  checkExport(flags);
  const { exportData } = await import('../../app/data-export.ts');
  const { table: name, from, to, camera } = flags;
  const trouble = (line: string) => {
    context.err(`vitrine: ${line}`);
    context.exitCode = 1;
  };
  const pieces = exportData({
    ...folderOf(context, flags),
    table: name,
    format: flags.json ? 'json' : 'csv',
    from,
    to,
    camera,
    onTrouble: trouble,
  });
  for await (const piece of pieces) {
    if (context.signal.aborted) return trouble('stopped; the export is not complete');
    if (context.outputEnded) return;
    await context.out(piece);
  }
}

function checkExport({ table: name, camera, from, to }: ExportFlags): void {
  if (camera !== undefined && (name === 'visitors' || name === 'visits'))
    throw new VitrineError('USAGE', `--camera is for sightings and audience; ${name} are of the whole site`);
  if (from !== undefined && to !== undefined && from >= to)
    throw new VitrineError('USAGE', '--from must be before --to');
}

async function prune(context: CommandContext, flags: FolderFlags & { olderThan?: number }): Promise<void> {
  const { pruneData } = await import('../../app/data.ts');
  const folder = folderOf(context, flags);
  const days = flags.olderThan ?? folder.config.privacy.retentionDays;
  const before = Date.now() - days * DAY;
  const rows = await pruneData({ ...folder, before });
  const limit = `${days} days (before ${new Date(before).toISOString()})`;
  await context.out(`${rows} ${rows === 1 ? 'row' : 'rows'} older than ${limit} removed\n`);
}

async function erase(
  context: CommandContext,
  faceIds: readonly string[],
  flags: FolderFlags & { yes?: true },
): Promise<void> {
  const malformed = faceIds.find((id) => !faceIdSchema.safeParse(id).success);
  if (malformed !== undefined)
    throw new VitrineError('USAGE', `${malformed} is no face id; one looks like v-0h3k9m2p5r7t`);
  if (!flags.yes && !process.stdin.isTTY)
    throw new VitrineError('USAGE', 'erase asks on a terminal; elsewhere it needs --yes');
  const { eraseVisitors } = await import('../../app/data-erasure.ts');
  const names = faceIds.join(', ');
  const ask = () =>
    confirm({
      question: `Erase ${names} with everything stored about them? It cannot be undone.`,
      input: process.stdin,
      output: process.stderr,
      signal: context.signal,
    });
  const confirmed = flags.yes ? async () => true : ask;
  const erased = await eraseVisitors({ ...folderOf(context, flags), faceIds, confirm: confirmed });
  if (erased) return context.out(`erased ${names}\n`);
  context.err('Nothing was erased.');
  context.exitCode = 1;
}

async function reconcile(context: CommandContext, flags: FolderFlags): Promise<void> {
  const { reconcileData } = await import('../../app/data-reconcile.ts');
  const counts = await reconcileData(folderOf(context, flags));
  const rows = [
    ['stored', counts.stored],
    ['waiting in the outbox', counts.waiting],
    ['  of them not stored yet', counts.missing],
    ['  duplicates of a stored one', counts.duplicates],
    ['  of erased visitors', counts.erased],
    ['  unreadable', counts.unreadable],
  ] as const;
  const width = Math.max(...rows.map(([, count]) => String(count).length));
  const cells = rows.map(([what, count]) => [what, String(count).padStart(width)]);
  await context.out(`${table(cells).join('\n')}\n${verdictOn(counts)}\n`);
  if (counts.missing + counts.unreadable > 0) context.exitCode = 1;
}

function verdictOn({ stored, waiting, missing, unreadable }: Reconciliation): string {
  if (unreadable > 0) {
    const rest = missing > 0 ? `, and ${missing} more are not stored yet` : '';
    return `${unreadable} waiting messages cannot be read: they stay in the outbox and are not stored${rest}`;
  }
  if (missing > 0) {
    const share = `${missing} of ${stored + missing} produced sightings are not stored yet`;
    return `${share}; the next start in loyalty mode delivers them`;
  }
  if (stored + waiting === 0)
    return 'nothing to compare: no sighting is stored and none waits (only loyalty mode stores them)';
  return `produced = stored: ${stored} sightings, each once`;
}
