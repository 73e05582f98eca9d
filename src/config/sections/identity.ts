import { z } from 'zod';

const distanceSchema = z.number().min(0).max(2).nullable().default(null);

export const identitySchema = z
  .strictObject({
    enrol: z
      .enum(['automatic', 'opt-in'])
      .default('automatic')
      .meta({
        title: 'Enrolment',
        description:
          'Loyalty mode only. automatic: everyone who was seen well enough becomes a visitor; check that the law of the ' +
          'place allows it. opt-in: only people who enrolled are recognised, all others stay uncounted by id.',
      }),
    birthLooks: z.int().min(1).max(50).default(3).meta({
      title: 'Looks before birth',
      description:
        'Good looks at a stranger before a new visitor is made; until then the track is provisional.',
      unit: 'looks',
    }),
    minQuality: z.number().min(0).max(1).default(0.35).meta({
      title: 'Least quality',
      description: 'Looks below this overall quality (0 unusable, 1 ideal) do not count for identity.',
    }),
    minFacePixels: z.int().min(20).max(1000).default(40).meta({
      title: 'Smallest face for identity',
      description: 'Narrower faces are counted and aged, but never given or matched to an id.',
      unit: 'pixels',
    }),
    sessionTtlMinutes: z.number().min(1).max(1440).default(180).meta({
      title: 'Session memory',
      description: 'Session mode forgets a person this long after the last sighting.',
      unit: 'minutes',
    }),
    certainDistance: distanceSchema.meta({
      title: 'Certain distance',
      description:
        'Up to this distance even one look is that visitor. null: calibrated for the shipped models.',
      unit: 'distance',
    }),
    acceptDistance: distanceSchema.meta({
      title: 'Accept distance',
      description:
        'Up to this distance several looks are that visitor. null: calibrated for the shipped models.',
      unit: 'distance',
    }),
    strangerDistance: distanceSchema.meta({
      title: 'Stranger distance',
      description:
        'Beyond this distance it is somebody else; between the two, more looks are awaited. null: calibrated for the ' +
        'shipped models.',
      unit: 'distance',
    }),
  })
  .prefault({})
  .meta({ title: 'Identity', description: 'When two looks are the same visitor. Unused in anonymous mode.' });

export const sightingsSchema = z
  .strictObject({
    intervalMs: z.int().min(50).max(3_600_000).default(1000).meta({
      title: 'Sighting interval',
      description: 'A live track gives one row per interval, and one at its end.',
      unit: 'milliseconds',
    }),
    everyFrame: z
      .boolean()
      .default(false)
      .meta({ title: 'Every frame', description: 'One row per track and frame instead.' }),
  })
  .prefault({})
  .meta({ title: 'Sightings', description: 'The output rows.' });

export const visitsSchema = z
  .strictObject({
    gapMinutes: z.number().min(0.1).max(1440).default(30).meta({
      title: 'Visit gap',
      description: 'Someone who comes back later than this starts a new visit.',
      unit: 'minutes',
    }),
  })
  .prefault({})
  .meta({ title: 'Visits', description: 'How sightings become visits.' });

export const bucketsSchema = z
  .strictObject({
    ageBands: z
      .array(z.int().min(18).max(120))
      .min(1)
      .max(20)
      .refine((ages) => ages.every((age, i) => i === 0 || age > (ages[i - 1] as number)), 'must rise')
      .default([18, 25, 35, 45, 55, 65])
      .meta({
        title: 'Age bands',
        description:
          'The ages at which a new band begins. All below the first are one band; it begins at 18 or later, so that ' +
          'minors are never divided.',
        unit: 'years',
      }),
  })
  .prefault({})
  .meta({ title: 'Buckets', description: 'Age bands × gender.' });

export const privacySchema = z
  .strictObject({
    keepCrops: z.boolean().default(false).meta({
      reserved: true,
      title: 'Keep crops',
      description: 'Loyalty mode only: keep encrypted pictures of the faces, deleted with the visitor.',
    }),
    retentionDays: z.int().min(1).max(3650).default(90).meta({
      title: 'Retention',
      description: 'Rows older than this, and visitors not seen for this long, are deleted.',
      unit: 'days',
    }),
    kAnonymity: z.int().min(1).max(100).default(5).meta({
      reserved: true,
      title: 'Smallest group',
      description: 'Exports and viewers get numbers only for groups of at least this many people.',
      unit: 'people',
    }),
  })
  .prefault({})
  .meta({ title: 'Privacy', description: 'What is kept, for how long, and who sees how much of it.' });
