import { z } from 'zod';

/**
 * What `vitrine eval --json` prints: the parts for which the folder holds labels. Rates are fractions of 1. A figure
 * that cannot be formed from the labels at hand (no different pairs, nobody between 18 and 75) is null.
 */

const rate = z.number().min(0).max(1);
const count = z.int().nonnegative();

export const verificationResultSchema = z.strictObject({
  pairs: count,
  failed: count.meta({ description: 'Pairs with a picture in which no face was found; counted as wrong' }),
  threshold: z.number().meta({ description: 'Largest distance that the product takes for the same person' }),
  accuracy: rate.meta({ description: 'At `threshold`' }),
  bestAccuracy: rate.meta({ description: 'At the best threshold; cross-validated if the pairs have folds' }),
  bestThreshold: z.number().nullable(),
  auc: rate.nullable().meta({ description: 'Area under the ROC curve' }),
  tarAtFar1e3: rate.nullable().meta({ description: 'Same pairs accepted where 1 different pair in 1000 is' }),
});
export type VerificationResult = z.infer<typeof verificationResultSchema>;

export const reidentificationResultSchema = z.strictObject({
  enrolled: count.meta({ description: 'People enrolled' }),
  returning: count.meta({ description: 'Pictures of enrolled people' }),
  new: count.meta({ description: 'Pictures of people who are not enrolled' }),
  threshold: z.number(),
  missedReturn: rate.nullable().meta({ description: 'Of `returning`: not given the right id' }),
  wrongId: rate
    .nullable()
    .meta({ description: "Of `returning`: given another's id; part of `missedReturn`" }),
  falseReturn: rate.nullable().meta({ description: 'Of `new`: taken for an enrolled person, or no face' }),
});
export type ReidentificationResult = z.infer<typeof reidentificationResultSchema>;

export const detectionResultSchema = z.strictObject({
  images: count.meta({ description: 'Pictures with labelled boxes, or labelled as empty' }),
  faces: count.meta({ description: 'Labelled boxes' }),
  recall: rate.nullable(),
  precision: rate.nullable(),
});
export type DetectionResult = z.infer<typeof detectionResultSchema>;

export const groupingSchema = z.enum(['all', 'range', 'decade', 'gender', 'ethnicity']);
export type Grouping = z.infer<typeof groupingSchema>;

const groupHead = {
  by: groupingSchema,
  value: z.string().meta({ description: 'all; 18-75; 20-29, 100+; female, male; or as in labels.csv' }),
  n: count.meta({ description: 'Labelled rows, those in which no face was found included' }),
};
const interval = {
  low: z.number().nullable().meta({ description: 'Lower end of the 95 % interval' }),
  high: z.number().nullable(),
};

export const ageGroupSchema = z.strictObject({ ...groupHead, mae: z.number(), ...interval });
export type AgeGroup = z.infer<typeof ageGroupSchema>;

export const genderGroupSchema = z.strictObject({ ...groupHead, accuracy: rate, ...interval });
export type GenderGroup = z.infer<typeof genderGroupSchema>;

export const ageResultSchema = z.strictObject({
  n: groupHead.n,
  failed: count.meta({
    description: 'Rows in which no face was found; counted with the error of a blind guess',
  }),
  mae: z.number().meta({ description: 'Mean absolute error, years' }),
  mae18to75: z.number().nullable(),
  groups: z.array(ageGroupSchema),
});
export type AgeResult = z.infer<typeof ageResultSchema>;

export const genderResultSchema = z.strictObject({
  n: groupHead.n,
  unknown: count.meta({ description: 'Faces answered with `unknown`; counted as not correct' }),
  accuracy: rate,
  accuracy18to75: rate.nullable(),
  groups: z.array(genderGroupSchema),
});
export type GenderResult = z.infer<typeof genderResultSchema>;

export const evaluationSchema = z.strictObject({
  verification: verificationResultSchema.optional(),
  reidentification: reidentificationResultSchema.optional(),
  detection: detectionResultSchema.optional(),
  age: ageResultSchema.optional(),
  gender: genderResultSchema.optional(),
  performance: z.strictObject({ imagesPerSecond: z.number().nonnegative() }),
});
export type Evaluation = z.infer<typeof evaluationSchema>;
