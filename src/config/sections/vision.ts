import { z } from 'zod';
import { type ModelRole, modelRoles } from '../../vision/models.ts';

/** One optional key per role: which model of the manifests serves it. */
const selectSchema = z
  .strictObject(
    Object.fromEntries(
      modelRoles.map((role) => [
        role,
        z
          .string()
          .min(1)
          .exactOptional()
          .meta({
            title: role,
            description: `Name of the model for the role ${role}. Without it: the shipped one.`,
          }),
      ]),
    ) as Record<ModelRole, z.ZodExactOptional<z.ZodString>>,
  )
  .prefault({})
  .meta({ title: 'Model selection', description: 'Which model serves which role.' });

export const visionSchema = z
  .strictObject({
    models: z
      .strictObject({
        dir: z.string().min(1).nullable().default(null).meta({
          title: 'Models folder',
          description: 'Where the built models lie. null: the folder that `vitrine models build` fills.',
        }),
        manifests: z.array(z.string().min(1)).max(32).default([]).meta({
          title: 'Own manifests',
          description:
            'Manifest files that add ONNX models of your own; file names in them are relative to them.',
        }),
        select: selectSchema,
      })
      .prefault({})
      .meta({ title: 'Models', description: 'The neural networks in use.' }),
    minFacePixels: z.int().min(10).max(1000).default(20).meta({
      title: 'Smallest face',
      description: 'Narrower faces are not reported. Smaller values cost time.',
      unit: 'pixels',
    }),
    threads: z.int().min(1).max(256).nullable().default(null).meta({
      title: 'Inference threads',
      description: 'Threads of the inference engine. null: one per processor core.',
      unit: 'threads',
    }),
    lookIntervalMs: z.int().min(0).max(60_000).default(250).meta({
      title: 'Look interval',
      description: 'Least time between two looks (age, gender, descriptor) at the same track.',
      unit: 'milliseconds',
    }),
    liveness: z.boolean().default(true).meta({
      title: 'Liveness',
      description: 'Tell living faces from posters and screens, which do not count.',
    }),
  })
  .prefault({})
  .meta({ title: 'Vision', description: 'Finding, following and describing faces.' });
