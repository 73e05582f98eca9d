import { z } from 'zod';
import {
  ageSchema,
  boxSchema,
  faceIdSchema,
  genderEstimateSchema,
  genderSchema,
  timestampSchema,
} from './primitives.ts';
import { sightingSchema } from './sighting.ts';

/** What `vitrine analyze --json` prints. */

export const visitorSummarySchema = z.strictObject({
  faceId: faceIdSchema,
  sightings: z.int().nonnegative(),
  firstSeen: timestampSchema,
  lastSeen: timestampSchema,
  dwellSeconds: z.number().nonnegative(),
  visits: z.int().positive(),
  age: ageSchema,
  gender: genderEstimateSchema,
});
export type VisitorSummary = z.infer<typeof visitorSummarySchema>;

export const performanceSchema = z.strictObject({
  framesPerSecond: z.number().nonnegative(),
  stages: z.record(z.string(), z.number()).meta({ description: 'Milliseconds per frame' }),
});

export const videoAnalysisSchema = z.strictObject({
  source: z.string(),
  frames: z.int().nonnegative(),
  durationSeconds: z.number().nonnegative(),
  fps: z.number().nonnegative(),
  faces: z.int().nonnegative().meta({ description: 'Detections over all frames' }),
  visitors: z.array(visitorSummarySchema),
  sightings: z.array(sightingSchema),
  performance: performanceSchema,
});
export type VideoAnalysis = z.infer<typeof videoAnalysisSchema>;

export const imageFaceSchema = z.strictObject({
  box: boxSchema,
  score: z.number().min(0).max(1),
  landmarks: z.array(z.tuple([z.number(), z.number()])).length(68),
  quality: z.number().min(0).max(1),
  age: ageSchema,
  gender: genderEstimateSchema,
  faceId: faceIdSchema.optional(),
});

export const imageAnalysisSchema = z.strictObject({
  source: z.string(),
  width: z.int().positive(),
  height: z.int().positive(),
  faces: z.array(imageFaceSchema),
});
export type ImageAnalysis = z.infer<typeof imageAnalysisSchema>;
export type ImageFace = z.infer<typeof imageFaceSchema>;

/** The answer of `/api/capture` and `/api/analyze`, and one line or event of the streams. */
export const captureAnswerSchema = z.strictObject({
  timestamp: timestampSchema,
  camera: z.string(),
  width: z.int().positive(),
  height: z.int().positive(),
  detector: z.enum(['local', 'remote']),
  faces: z.array(
    z.strictObject({
      box: boxSchema,
      score: z.number().min(0).max(1),
      age: z.number().nullable(),
      ageRange: z.tuple([z.number(), z.number()]).nullable(),
      gender: genderSchema,
      genderProbability: z.number().min(0).max(1).nullable(),
      track: z.string().optional(),
      faceId: faceIdSchema.optional(),
      looking: z.boolean().optional(),
    }),
  ),
});
export type CaptureAnswer = z.infer<typeof captureAnswerSchema>;
