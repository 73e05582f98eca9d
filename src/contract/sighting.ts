import { z } from 'zod';
import { boxSchema, faceIdSchema, genderSchema, timestampSchema } from './primitives.ts';

/** The output row as people and programs read it: the paper's four columns first. */
export const sightingSchema = z.strictObject({
  timestamp: timestampSchema,
  age: z.number().min(0).max(120).nullable().meta({ description: 'Years; null until known' }),
  gender: genderSchema,
  faceId: faceIdSchema.nullable().meta({ description: 'null while provisional and in anonymous mode' }),
  camera: z.string(),
  track: z.string(),
  box: boxSchema,
  confidence: z.number().min(0).max(1),
});
export type Sighting = z.infer<typeof sightingSchema>;

/** Topic `vitrine.sightings`, keyed by site: the row with what a store needs to keep it once. */
export const sightingMessageSchema = sightingSchema.extend({
  version: z.literal(1),
  id: z.string().meta({ description: 'Deterministic: the same sighting delivered twice has the same id' }),
  site: z.string(),
  state: z.enum(['live', 'ended']),
  ageLow: z.number().nullable(),
  ageHigh: z.number().nullable(),
  genderProbability: z.number().min(0).max(1).nullable(),
  looking: z.boolean(),
});
export type SightingMessage = z.infer<typeof sightingMessageSchema>;

/** The row without what only a store needs. */
export function toSighting(message: SightingMessage): Sighting {
  const { timestamp, age, gender, faceId, camera, track, box, confidence } = message;
  return { timestamp, age, gender, faceId, camera, track, box, confidence };
}
