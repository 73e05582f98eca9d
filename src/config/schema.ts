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

/**
 * All that can be configured, once. Every key has a title, a description, a default and, where it is a number,
 * bounds and a unit; the reference page, the example file and the environment variables are made from this schema.
 * Keys that are not here are refused. Rules between keys are in `rules.ts`.
 */
export const configSchema = z.strictObject({
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
});

export type Config = z.infer<typeof configSchema>;
/** Any part of a configuration, before defaults. */
export type ConfigInput = z.input<typeof configSchema>;
export { type CameraConfig, cameraConfigSchema } from './sections/capture.ts';
