import { z } from 'zod';
import { idSchema } from './names.ts';

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** UTC where the machine names none: the result is undefined then, whatever its type says. */
function machineTimeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
}

export const siteSchema = z
  .strictObject({
    timeZone: z
      .string()
      .refine(isTimeZone, 'must be an IANA time zone such as Europe/Paris')
      .default(machineTimeZone)
      .meta({
        reserved: true,
        title: 'Time zone',
        description: 'IANA name; days and opening hours are counted in it.',
        defaultText: "the machine's",
        examples: ['Europe/Paris'],
      }),
    id: idSchema
      .default('shop')
      .meta({ title: 'Site id', description: 'Name of this shop in every stored row and message.' }),
  })
  .prefault({})
  .meta({ title: 'Site', description: 'The shop this process serves.' });

export const storageSchema = z
  .strictObject({
    driver: z
      .enum(['sqlite'])
      .default('sqlite')
      .meta({ title: 'Database', description: 'Where the tables are.' }),
  })
  .prefault({})
  .meta({ title: 'Storage', description: 'The tables.' });

export const transportSchema = z
  .strictObject({
    driver: z
      .enum(['embedded'])
      .default('embedded')
      .meta({ title: 'Transport', description: 'How messages travel between the stages.' }),
  })
  .prefault({})
  .meta({ title: 'Transport', description: 'Messages between the stages.' });

export const serverSchema = z
  .strictObject({
    host: z.string().min(1).default('127.0.0.1').meta({
      reserved: true,
      title: 'Address',
      description: 'Address to listen on. Beyond loopback a token is required.',
    }),
    port: z
      .int()
      .min(0)
      .max(65_535)
      .default(8080)
      .meta({ reserved: true, title: 'Port', description: 'TCP port; 0 takes a free one.' }),
  })
  .prefault({})
  .meta({ title: 'Server', description: 'The HTTP door.' });

export const logSchema = z
  .strictObject({
    level: z
      .enum(['debug', 'info', 'warn', 'error', 'silent'])
      .default('info')
      .meta({ title: 'Level', description: 'The least serious message that is written.' }),
    format: z.enum(['auto', 'json', 'pretty']).default('auto').meta({
      title: 'Format',
      description: 'auto: one readable line on a terminal, JSON lines otherwise. Logs go to stderr.',
    }),
  })
  .prefault({})
  .meta({ title: 'Log', description: 'What the process says of itself.' });
