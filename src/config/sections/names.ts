import { z } from 'zod';

/** Names that end up in rows, topics and file names. */
export const idSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/,
    'must be 1 to 63 letters, digits, dots, hyphens or underscores',
  );
