import { z } from 'zod';
import { configSchema } from './schema.ts';

/** What JSON Schema says of one node, as far as it is used here. `unit`, `defaultText` and `reserved` are ours. */
interface JsonNode {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly unit?: string;
  readonly default?: unknown;
  readonly defaultText?: string;
  readonly reserved?: boolean;
  readonly examples?: readonly unknown[];
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, JsonNode>>;
  readonly required?: readonly string[];
  readonly items?: JsonNode;
  readonly anyOf?: readonly JsonNode[];
}

/** One node of the configuration, in the order of the schema: a section, a list, or a key with a value. */
export interface ConfigKey {
  /** `['server', 'port']`; the elements of a list have the segment `[]`. */
  readonly path: readonly string[];
  readonly kind: 'section' | 'list' | 'value';
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'array' | 'object';
  readonly title: string;
  readonly description: string;
  readonly unit: string | undefined;
  readonly nullable: boolean;
  readonly required: boolean;
  /** Undefined: the key may be left out and then has no value. */
  readonly default: unknown;
  /** What to print where the default depends on the machine. */
  readonly defaultText: string | undefined;
  /** Checked, but nothing reads it in this version. */
  readonly reserved: boolean;
  readonly example: unknown;
  readonly options: readonly string[] | undefined;
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
}

function toKey(path: readonly string[], node: JsonNode, required: boolean): ConfigKey {
  const plain = node.anyOf?.find((option) => option.type !== 'null') ?? node;
  const isList = plain.type === 'array' && plain.items?.properties !== undefined;
  return {
    path,
    kind: plain.properties ? 'section' : isList ? 'list' : 'value',
    type: (plain.type ?? 'string') as ConfigKey['type'],
    title: node.title ?? '',
    description: node.description ?? '',
    unit: node.unit,
    nullable: node.anyOf?.some((option) => option.type === 'null') ?? false,
    required,
    default: node.default,
    defaultText: node.defaultText,
    reserved: node.reserved ?? false,
    example: node.examples?.[0],
    options: plain.enum,
    minimum: plain.minimum,
    maximum: plain.maximum,
  };
}

function* walk(parent: readonly string[], node: JsonNode): Generator<ConfigKey> {
  for (const [name, child] of Object.entries(node.properties ?? {})) {
    const path = [...parent, name];
    yield toKey(path, child, node.required?.includes(name) ?? false);
    yield* walk(path, child);
    if (child.items?.properties) yield* walk([...path, '[]'], child.items);
  }
}

/** Every node of the configuration, sections before what is in them. */
export function configKeys(): readonly ConfigKey[] {
  return [...walk([], z.toJSONSchema(configSchema, { io: 'input' }) as JsonNode)];
}

/** `cameras[].source`, `server.port`, `cameras[3].id`: how a path is written for people. */
export function pathText(path: readonly PropertyKey[]): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else if (part === '[]') text += '[]';
    else text += text === '' ? String(part) : `.${String(part)}`;
  }
  return text;
}

/** The environment variable of a key: `server.port` → `VITRINE_SERVER__PORT`. */
export function environmentName(path: readonly string[]): string {
  const words = path.map((part) => part.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').replaceAll('-', '_'));
  return `VITRINE_${words.join('__').toUpperCase()}`;
}

/** What a key means, for people. */
export function descriptionOf(key: ConfigKey): string {
  return key.reserved ? `${key.description} Not used by this version.` : key.description;
}
