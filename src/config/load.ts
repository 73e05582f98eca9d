import { existsSync, readFileSync } from 'node:fs';
import type { z } from 'zod';
import { VitrineError } from '../core/errors.ts';
import { type Environment, readEnvironment } from './environment.ts';
import { configKeys, pathText } from './keys.ts';
import { problemsBetweenKeys } from './rules.ts';
import { type Config, type ConfigInput, configSchema } from './schema.ts';
import { readYaml } from './yaml.ts';

/** Read from the working directory when no other file is named. */
export const defaultConfigFile = 'vitrine.yaml';

export interface LoadConfigOptions {
  /** YAML or JSON. Without it `./vitrine.yaml` is read where it exists. */
  readonly file?: string | undefined;
  readonly env: Environment;
  /** What the command line sets; wins over everything. */
  readonly overrides?: ConfigInput | undefined;
}

type Layer = Readonly<Record<string, unknown>>;

function isMapping(value: unknown): value is Layer {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `over` on top of `under`: sections are merged, lists and values replaced; undefined counts as not set. */
function merge(under: Layer, over: Layer): Layer {
  const merged = new Map(Object.entries(under));
  for (const [name, value] of Object.entries(over)) {
    if (value === undefined) continue;
    const below = merged.get(name);
    merged.set(name, isMapping(below) && isMapping(value) ? merge(below, value) : value);
  }
  return Object.fromEntries(merged);
}

/** A section whose keys are all commented out reads as null; it is an empty section. */
function withEmptySections(layer: Layer): Layer {
  const sections = new Set(
    configKeys().flatMap((key) => (key.kind === 'section' ? [pathText(key.path)] : [])),
  );
  const fill = (under: Layer, path: readonly string[]): Layer =>
    Object.fromEntries(
      Object.entries(under).map(([name, value]) => {
        const here = [...path, name];
        if (!sections.has(pathText(here))) return [name, value];
        return [name, isMapping(value) ? fill(value, here) : (value ?? {})];
      }),
    );
  return fill(layer, []);
}

/** The file's content as a mapping. */
function readLayer(file: string): Layer {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unknown reason';
    throw new VitrineError('CONFIG_UNREADABLE', `Cannot read ${file}: ${reason}`, { cause: error });
  }
  const read = readYaml(text);
  if ('fault' in read)
    throw new VitrineError('CONFIG_UNREADABLE', `${file}, line ${read.line}: ${read.fault}`);
  const content = read.value ?? {};
  if (isMapping(content)) return withEmptySections(content);
  throw new VitrineError('CONFIG_INVALID', `${file} must hold keys and values, not a list or a single value`);
}

/** The names that are known where an unknown one stands, e.g. `known here: host, port`. */
function knownBeside(path: readonly PropertyKey[]): string {
  const parent = pathText(path.map((part) => (typeof part === 'number' ? '[]' : part)));
  const names = configKeys()
    .filter((key) => pathText(key.path.slice(0, -1)) === parent)
    .map((key) => key.path.at(-1));
  return `known here: ${names.join(', ')}`;
}

const typeNames: Readonly<Record<string, string>> = {
  object: 'a section with keys',
  array: 'a list',
  string: 'text',
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a number',
};

function amountOf(origin: string): string {
  if (origin === 'string') return 'have a length of';
  return origin === 'array' ? 'have as many entries as' : 'be';
}

/** What is wrong, in words that never repeat the value: it may be a secret. */
function phrase(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.message.endsWith('received undefined')) return 'is missing';
      return `must be ${typeNames[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `must be one of ${issue.values.join(', ')}`;
    case 'too_small':
      return `must ${amountOf(issue.origin)} at least ${issue.minimum}`;
    case 'too_big':
      return `must ${amountOf(issue.origin)} at most ${issue.maximum}`;
    case 'unrecognized_keys':
      return `has no key ${issue.keys.join(', ')} (${knownBeside(issue.path)})`;
    default:
      return issue.message;
  }
}

/** The path and, if the environment set it, the variable. */
function whereText(path: readonly PropertyKey[], origins: ReadonlyMap<string, string>): string {
  const where = pathText(path) || 'the configuration';
  const origin = origins.get(where);
  return origin ? `${where} (from ${origin})` : where;
}

/**
 * The configuration: defaults, then the file, then the environment, then the overrides.
 * Throws CONFIG_UNREADABLE if the file cannot be read or parsed, CONFIG_INVALID with every problem at once.
 */
export function loadConfig(options: LoadConfigOptions): Config {
  const file = options.file ?? (existsSync(defaultConfigFile) ? defaultConfigFile : undefined);
  const environment = readEnvironment(options.env);
  const layers = [file ? readLayer(file) : {}, environment.values, (options.overrides ?? {}) as Layer];
  const merged = layers.reduce(merge, {});
  const result = configSchema.safeParse(merged);
  const problems = [
    ...environment.problems,
    ...(result.error?.issues ?? []).map((i) => `${whereText(i.path, environment.origins)} ${phrase(i)}`),
    ...[...problemsBetweenKeys(merged)].map((p) => `${whereText(p.path, environment.origins)} ${p.message}`),
  ];
  if (result.success && problems.length === 0) return result.data;
  throw new VitrineError('CONFIG_INVALID', `${file ? `${file}: ` : ''}${problems.join('; ')}`);
}
