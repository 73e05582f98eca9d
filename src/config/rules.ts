/** What no single key can say: rules between keys. */

/** They look at values that may be wrong, so that these problems are told together with all others. */
interface Unchecked {
  readonly mode?: unknown;
  readonly privacy?: { readonly keepCrops?: unknown } | null;
  readonly identity?: Readonly<Record<string, unknown>> | null;
  readonly cameras?: unknown;
}

export interface Problem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** `config` is any mapping, without defaults. */
export function* problemsBetweenKeys(config: Unchecked): Generator<Problem> {
  if (config.privacy?.keepCrops === true && config.mode !== 'loyalty') {
    yield { path: ['privacy', 'keepCrops'], message: 'needs mode loyalty' };
  }
  for (const [lower, upper] of [
    ['certainDistance', 'acceptDistance'],
    ['acceptDistance', 'strangerDistance'],
    ['certainDistance', 'strangerDistance'],
  ] as const) {
    const [low, high] = [config.identity?.[lower], config.identity?.[upper]];
    if (typeof low !== 'number' || typeof high !== 'number' || low <= high) continue;
    yield { path: ['identity', upper], message: `must not be below identity.${lower}` };
  }
  if (!Array.isArray(config.cameras)) return;
  const ids = config.cameras.map((camera: { id?: unknown } | null) => camera?.id);
  for (const [index, id] of ids.entries()) {
    const first = ids.indexOf(id);
    if (typeof id !== 'string' || first === index) continue;
    yield { path: ['cameras', index, 'id'], message: `is already the id of cameras[${first}]` };
  }
}
