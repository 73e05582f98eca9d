import { parseArgs } from 'node:util';

export interface NumberArgument {
  readonly about: string;
  readonly default: number;
  readonly min: number;
  readonly max: number;
}

/**
 * `--json` and the numbers of a measurement. Wrong usage, and `--help`, end the process with the list of what there is.
 */
export function readArguments<const Name extends string>(
  script: string,
  numbers: Readonly<Record<Name, NumberArgument>>,
): { readonly json: boolean } & Readonly<Record<Name, number>> {
  const entries = Object.entries<NumberArgument>(numbers);
  const options = {
    json: { type: 'boolean' as const },
    help: { type: 'boolean' as const },
    ...Object.fromEntries(entries.map(([name]) => [name, { type: 'string' as const }])),
  };
  try {
    const { values } = parseArgs({ options });
    if (values.help) leave(usage(script, entries), 0);
    const read = entries.map(([name, argument]) => [name, numberOf(name, values, argument)] as const);
    const found = Object.fromEntries(read) as Record<Name, number>;
    return { json: values.json === true, ...found };
  } catch (error) {
    return leave(`${(error as Error).message}\n${usage(script, entries)}`, 2);
  }
}

function numberOf(name: string, values: Readonly<Record<string, unknown>>, argument: NumberArgument): number {
  const given = values[name];
  if (given === undefined) return argument.default;
  const value = Number(given);
  if (given !== '' && value >= argument.min && value <= argument.max) return value;
  throw new RangeError(`--${name} takes a number from ${argument.min} to ${argument.max}`);
}

function usage(script: string, entries: readonly (readonly [string, NumberArgument])[]): string {
  const lines = entries.map(
    ([name, { about, default: value }]) => `  --${name} N   ${about} (default ${value})`,
  );
  return [
    `node bench/${script}.ts [options]`,
    ...lines,
    '  --json   one JSON document instead of a table',
  ].join('\n');
}

function leave(text: string, code: number): never {
  process.stderr.write(`${text}\n`);
  process.exit(code);
}
