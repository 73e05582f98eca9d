import { type ConfigKey, configKeys, environmentName, pathText } from './keys.ts';
import { readYaml } from './yaml.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface EnvironmentLayer {
  /** A part of a configuration, unchecked. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Which variable set a key, by the key's path as text. */
  readonly origins: ReadonlyMap<string, string>;
  readonly problems: readonly string[];
}

/** The text as the key's type, or undefined if it is not YAML. A value of a wrong type is left to the schema. */
function toValue(text: string, key: ConfigKey): unknown {
  if (key.nullable && text === 'null') return null;
  if (key.type === 'string') return text;
  const read = readYaml(text);
  return 'fault' in read ? undefined : (read.value ?? text);
}

function setAt(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [head, ...rest] = path as [string, ...string[]];
  if (rest.length === 0) {
    target[head] = value;
    return;
  }
  const child = (target[head] ?? {}) as Record<string, unknown>;
  target[head] = child;
  setAt(child, rest, value);
}

/**
 * The keys that the environment sets: `VITRINE_MODE`, `VITRINE_SERVER__PORT` (two underscores between section and
 * key), lists and numbers in YAML. Empty variables count as not set. A variable with two underscores that names no
 * key is a problem, so that a typing error is not ignored; other `VITRINE_` variables are left to those they serve.
 */
export function readEnvironment(environment: Environment): EnvironmentLayer {
  const values: Record<string, unknown> = {};
  const origins = new Map<string, string>();
  const problems: string[] = [];
  const given = Object.entries(environment).filter(([name, text]) => name.startsWith('VITRINE_') && text);
  if (given.length === 0) return { values, origins, problems };

  const keys = configKeys().filter((key) => key.kind !== 'section' && !key.path.includes('[]'));
  const byName = new Map(keys.map((key) => [environmentName(key.path), key]));
  for (const [name, text = ''] of given) {
    const key = byName.get(name);
    if (key) {
      const value = toValue(text, key);
      origins.set(pathText(key.path), name);
      if (value === undefined) problems.push(`${pathText(key.path)} (from ${name}) is not YAML`);
      else setAt(values, key.path, value);
    } else if (name.includes('__')) {
      problems.push(`the environment variable ${name} names no key`);
    }
  }
  return { values, origins, problems };
}
