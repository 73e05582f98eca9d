/** What no single key can say: rules between keys. */

/** They look at values that may be wrong, so that these problems are told together with all others. */
interface Unchecked {
  readonly mode?: unknown;
  readonly privacy?: { readonly keepCrops?: unknown } | null;
  readonly identity?: { readonly acceptDistance?: unknown; readonly birthDistance?: unknown } | null;
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
  const { acceptDistance, birthDistance } = config.identity ?? {};
  if (
    typeof acceptDistance === 'number' &&
    typeof birthDistance === 'number' &&
    birthDistance < acceptDistance
  ) {
    yield { path: ['identity', 'birthDistance'], message: 'must not be below identity.acceptDistance' };
  }
  if (!Array.isArray(config.cameras)) return;
  const ids = config.cameras.map((camera: { id?: unknown } | null) => camera?.id);
  for (const [index, id] of ids.entries()) {
    const first = ids.indexOf(id);
    if (typeof id !== 'string' || first === index) continue;
    yield { path: ['cameras', index, 'id'], message: `is already the id of cameras[${first}]` };
  }
}
