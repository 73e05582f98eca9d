import { z } from 'zod';
import { idSchema } from './names.ts';

export const cameraConfigSchema = z
  .strictObject({
    id: idSchema.meta({
      title: 'Camera id',
      description: 'Unique among the cameras.',
      examples: ['entrance'],
    }),
    source: z
      .string()
      .trim()
      .min(1)
      .meta({
        title: 'Source',
        description:
          'A device (/dev/video0), an RTSP or HTTP address, a video file, an image or a folder of images.',
        examples: ['/dev/video0'],
      }),
    maxFrameRate: z
      .number()
      .min(0.1)
      .max(240)
      .exactOptional()
      .meta({
        title: 'Frame-rate cap',
        description: 'Frames above this rate are skipped. Without it frames are taken as they come.',
        unit: 'frames per second',
        examples: [12],
      }),
    maxSide: z
      .int()
      .min(64)
      .max(16_384)
      .exactOptional()
      .meta({
        title: 'Longest side',
        description: 'Larger pictures are scaled down to it. Without it they keep their size.',
        unit: 'pixels',
        examples: [1920],
      }),
    greyscale: z
      .boolean()
      .default(false)
      .meta({ title: 'Greyscale', description: 'Throw the colour away before anything else happens.' }),
    stallTimeoutMs: z.int().min(500).max(600_000).default(10_000).meta({
      title: 'Stall timeout',
      description: 'A live source that delivers no frame for this long is closed and opened again.',
      unit: 'milliseconds',
    }),
    asCamera: z
      .strictObject({
        loop: z
          .boolean()
          .default(false)
          .meta({ title: 'Loop', description: 'Start the file again at its end.' }),
      })
      .exactOptional()
      .meta({
        title: 'File as camera',
        description:
          'Play a file in real time, as a camera would deliver it. Without it a file is read whole.',
      }),
  })
  .meta({ title: 'Camera', description: 'One video source.' });

export const camerasSchema = z
  .array(cameraConfigSchema)
  .max(256)
  .default([])
  .meta({ title: 'Cameras', description: 'The video sources of this site.' });

export const captureSchema = z
  .strictObject({
    maxMegapixels: z.number().min(1).max(1000).default(120).meta({
      title: 'Largest picture',
      description:
        'Larger pictures are refused before they are decoded. One million pixels take 3 MB of memory.',
      unit: 'millions of pixels',
    }),
  })
  .prefault({})
  .meta({ title: 'Capture', description: 'How pictures and streams are read.' });

export type CameraConfig = z.infer<typeof cameraConfigSchema>;
