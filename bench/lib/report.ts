import { describeMachine, isBusy, type Machine } from './machine.ts';
import { rounded } from './statistics.ts';

/** What a figure is held against. */
export type Yardstick =
  | { readonly rule: 'at least' | 'exactly'; readonly value: number }
  /** `doubt`: by so much the value may be wrong; it is over the limit only if that is beyond doubt. */
  | { readonly rule: 'at most'; readonly value: number; readonly doubt?: number }
  /** Somebody else's software, measured in the same run; to be faster than it is good. */
  | { readonly rule: 'peer'; readonly value: number; readonly name: string };

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly limit: Yardstick | null;
  /** Value through limit; null without one, where it has to be hit, and for a value below zero. */
  readonly ratio: number | null;
  /** Null where the figure is for information. */
  readonly pass: boolean | null;
  /** What else was seen while this was measured. */
  readonly detail: Readonly<Record<string, unknown>>;
}

/** The one document that a measurement prints with `--json`. */
export interface BenchDocument {
  readonly bench: string;
  readonly command: string;
  readonly machine: Machine;
  readonly figures: readonly Figure[];
  /** Of the first figure, the one that the measurement is about. */
  readonly limit: Yardstick | null;
  readonly ratio: number | null;
  /** Of all figures that have a limit. */
  readonly pass: boolean;
}

export function figure(given: {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly limit?: Yardstick;
  readonly detail?: Figure['detail'];
}): Figure {
  const { name, unit, limit = null, detail = {} } = given;
  const value = rounded(given.value, 3);
  return { name, value, unit, limit, ...verdict(value, limit), detail };
}

function verdict(value: number, limit: Yardstick | null): Pick<Figure, 'ratio' | 'pass'> {
  if (limit === null) return { ratio: null, pass: null };
  const ratio = value < 0 ? null : rounded(value / limit.value, 3);
  switch (limit.rule) {
    case 'at least':
    case 'peer':
      return { ratio, pass: value >= limit.value };
    case 'at most':
      return { ratio, pass: value - (limit.doubt ?? 0) <= limit.value };
    case 'exactly':
      return { ratio: null, pass: value === limit.value };
  }
}

/** Measures and prints: a table, or the document alone. What is said meanwhile goes to stderr. */
export async function present(options: {
  readonly bench: string;
  readonly json: boolean;
  readonly measure: () => Promise<readonly Figure[]>;
}): Promise<void> {
  const machine = await describeMachine();
  if (isBusy(machine))
    say(`other work takes ${percent(machine.otherWork)} of this machine: times will be too long`);
  const figures = await options.measure();
  const [first] = figures;
  const document: BenchDocument = {
    bench: options.bench,
    command: commandLine(),
    machine,
    figures,
    limit: first?.limit ?? null,
    ratio: first?.ratio ?? null,
    pass: figures.every(({ pass }) => pass !== false),
  };
  process.stdout.write(options.json ? `${JSON.stringify(document)}\n` : `${table(document)}\n`);
}

export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function commandLine(): string {
  const [, script = '', ...rest] = process.argv;
  return ['node', script.replace(/^.*\/(?=bench\/)/, ''), ...rest].join(' ');
}

/** `≥ 80 frames/s`, or the peer with its value. */
export function limitText({ limit, unit }: Figure): string {
  if (limit === null) return '';
  const value = amount(limit.value, unit);
  const sign = { 'at least': '≥', 'at most': '≤', exactly: '=' };
  if (limit.rule === 'at most' && limit.doubt !== undefined)
    return `≤ ${value} (give or take ${amount(limit.doubt, '')})`;
  return limit.rule === 'peer' ? `${limit.name}: ${value}` : `${sign[limit.rule]} ${value}`;
}

/** With as many digits as mean something. */
export function amount(value: number, unit: string): string {
  const size = Math.abs(value);
  const digits = Number.isInteger(value) || size >= 100 ? 0 : size >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${unit}`.trim();
}

export function ratioText({ ratio }: Figure): string {
  return ratio === null ? '' : `× ${ratio.toFixed(2)}`;
}

export function passText({ pass }: Figure): string {
  return pass === null ? '' : pass ? 'yes' : 'no';
}

export function machineText({ cpu, cores, memoryGB, system, node, otherWork }: Machine): string {
  const parts = [cpu, `${cores} cores`, `${memoryGB} GB`, system, `Node ${node}`];
  return `${parts.join(', ')}; ${percent(otherWork)} taken by other work at the start`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function table({ command, machine, figures }: BenchDocument): string {
  const rows = [
    ['', 'measured', 'limit or peer', 'ratio', 'met'],
    ...figures.map((f) => [f.name, amount(f.value, f.unit), limitText(f), ratioText(f), passText(f)]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [`${command}   ${machine.date}`, machineText(machine), '', ...lines].join('\n');
}
