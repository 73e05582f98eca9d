import { z } from 'zod';

/** Shapes shared by every document that crosses a process. There is no embedding type here, on purpose. */

export const boxSchema = z.strictObject({
  x: z.number().meta({ description: 'Left edge, pixels' }),
  y: z.number().meta({ description: 'Upper edge, pixels' }),
  width: z.number().nonnegative(),
  height: z.number().nonnegative(),
});

export const genderSchema = z.enum(['female', 'male', 'unknown']);

export const timestampSchema = z.iso.datetime().meta({ description: 'ISO 8601, UTC, milliseconds' });

export const faceIdSchema = z
  .string()
  .regex(/^v-[0-9a-z]{12}$/)
  .meta({ description: 'System-made id of a visitor; says nothing of the face' });

export const ageSchema = z.strictObject({
  mean: z.number().min(0).max(120).meta({ description: 'Years' }),
  low: z.number().min(0).max(120),
  high: z.number().min(0).max(120),
});

export const genderEstimateSchema = z.strictObject({
  label: genderSchema,
  probability: z.number().min(0).max(1),
});

export const modeSchema = z.enum(['anonymous', 'session', 'loyalty']);
export type Mode = z.infer<typeof modeSchema>;
