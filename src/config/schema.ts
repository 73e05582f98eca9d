import { z } from 'zod';
import { modeSchema } from '../contract/primitives.ts';
import { camerasSchema, captureSchema } from './sections/capture.ts';
import {
  bucketsSchema,
  identitySchema,
  privacySchema,
  sightingsSchema,
  visitsSchema,
} from './sections/identity.ts';
import { logSchema, serverSchema, siteSchema, storageSchema, transportSchema } from './sections/service.ts';
import { visionSchema } from './sections/vision.ts';

/** What the rules between keys look at. They run on values that may be wrong, so that all is reported at once. */
interface Unchecked {
  readonly mode?: unknown;
  readonly privacy?: { readonly keepCrops?: unknown };
  readonly identity?: { readonly acceptDistance?: unknown; readonly birthDistance?: unknown };
  readonly cameras?: unknown;
}

interface Problem {
  readonly path: (string | number)[];
  readonly message: string;
}

function* problemsBetweenKeys(config: Unchecked): Generator<Problem> {
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

/**
 * All that can be configured, once. Every key has a title, a description, a default and, where it is a number,
 * bounds and a unit; the reference page, the example file and the environment variables are made from this schema.
 * Keys that are not here are refused.
 */
export const configSchema = z
  .strictObject({
    site: siteSchema,
    mode: modeSchema.default('anonymous').meta({
      title: 'Privacy mode',
      description:
        'anonymous: no embedding is ever computed, only counts are kept. session: embeddings in memory, forgotten ' +
        'after a while and at the end. loyalty: encrypted templates are kept, visitors are recognised on return.',
    }),
    dataDir: z.string().min(1).default('./vitrine-data').meta({
      title: 'Data folder',
      description: 'Database and key file. Only one process uses it at a time.',
    }),
    cameras: camerasSchema,
    capture: captureSchema,
    vision: visionSchema,
    identity: identitySchema,
    sightings: sightingsSchema,
    visits: visitsSchema,
    buckets: bucketsSchema,
    privacy: privacySchema,
    storage: storageSchema,
    transport: transportSchema,
    server: serverSchema,
    log: logSchema,
  })
  .superRefine(
    (config: Unchecked, context) => {
      if (typeof config !== 'object' || config === null) return;
      for (const problem of problemsBetweenKeys(config)) context.addIssue({ code: 'custom', ...problem });
    },
    { when: () => true },
  );

export type Config = z.infer<typeof configSchema>;
/** Any part of a configuration, before defaults. */
export type ConfigInput = z.input<typeof configSchema>;
export { type CameraConfig, cameraConfigSchema } from './sections/capture.ts';
