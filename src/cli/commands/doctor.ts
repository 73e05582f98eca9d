import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { CheckResult, CheckStatus } from '../../app/doctor.ts';
import { defaultConfigFile } from '../../config/load.ts';
import type { CommandContext } from '../context.ts';

interface DoctorFlags {
  readonly json?: true;
  readonly cameras?: true;
  readonly data?: string;
  readonly config?: string;
}

const marks: Readonly<Record<CheckStatus, string>> = { ok: '✓', warning: '!', failed: '✗' };

/** Room for the longest name of a check that always runs. */
const NAME_WIDTH = 13;

const help = `
✓ good   ! it runs, but look at it   ✗ something will not run; the command ends with 1 then
It changes nothing and may run beside Vitrine. Cameras are only opened with --cameras: some serve one reader at a time.

Examples:
  vitrine doctor
  vitrine doctor --cameras --config vitrine.yaml
  vitrine doctor --json | jq '.checks[] | select(.status != "ok")'`;

export function registerDoctor(program: Command, context: CommandContext): void {
  program
    .command('doctor')
    .description('check the machine, the installation, the configuration and the data folder')
    .option('--json', 'print one JSON document')
    .option('--cameras', 'also open each configured camera')
    .option('--data <dir>', 'data folder (default: dataDir of the configuration)')
    .option('--config <file>', 'configuration file')
    .addHelpText('after', help)
    .action(async (flags: DoctorFlags) => doctor(context, flags));
}

async function doctor(context: CommandContext, flags: DoctorFlags): Promise<void> {
  const { examine } = await import('../../app/doctor.ts');
  const results: CheckResult[] = [];
  const checks = examine({
    config: configOf(context, flags),
    origin: flags.config ?? (existsSync(defaultConfigFile) ? defaultConfigFile : 'defaults'),
    dataDir: flags.data,
    environment: context.env,
    cameras: flags.cameras === true,
    signal: context.signal,
  });
  for await (const result of checks) {
    results.push(result);
    if (!flags.json) await context.out(`${lineOf(result)}\n`);
  }
  const ok = results.every(({ status }) => status !== 'failed');
  if (flags.json) await context.out(`${JSON.stringify({ ok, checks: results })}\n`);
  if (!ok) context.exitCode = 1;
}

function configOf(context: CommandContext, { config, data }: DoctorFlags) {
  try {
    return context.config({ file: config, overrides: data === undefined ? undefined : { dataDir: data } });
  } catch (problem) {
    return { problem };
  }
}

function lineOf({ check, status, detail, advice }: CheckResult): string {
  const line = `${marks[status]} ${check.padEnd(NAME_WIDTH)}  ${detail}`;
  if (advice === undefined) return line;
  return `${line.replace(/[.\s]+$/, '')}. ${advice}`;
}
