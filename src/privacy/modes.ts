import type { Mode } from '../contract/primitives.ts';

/**
 * What a mode allows to be made and kept. The rooms are built from these rules once, at the start: a part that a mode
 * does not allow is not there at all, instead of being asked each time whether it may act.
 */
export interface Retention {
  /** Whether embeddings are computed; if not, the embedder is not even loaded. */
  readonly embeds: boolean;
  /** Where templates are: nowhere, in memory until the session is forgotten, or sealed in the database. */
  readonly keepsTemplates: 'never' | 'memory' | 'encrypted';
  readonly persistsVisitors: boolean;
  readonly persistsSightings: boolean;
  readonly persistsVisits: 'with-id' | 'without-id' | 'none';
  /** Whether presence is counted per minute and bucket. */
  readonly persistsMinutes: boolean;
  /** Whether messages under way may wait in a file; if not, they are lost with the process. */
  readonly persistsMessages: boolean;
}

/** Design: the modes differ in these rows and nowhere else. */
export const modeRules: Readonly<Record<Mode, Retention>> = {
  anonymous: {
    embeds: false,
    keepsTemplates: 'never',
    persistsVisitors: false,
    persistsSightings: false,
    persistsVisits: 'none',
    persistsMinutes: true,
    persistsMessages: false,
  },
  session: {
    embeds: true,
    keepsTemplates: 'memory',
    persistsVisitors: false,
    persistsSightings: false,
    persistsVisits: 'without-id',
    persistsMinutes: true,
    persistsMessages: false,
  },
  loyalty: {
    embeds: true,
    keepsTemplates: 'encrypted',
    persistsVisitors: true,
    persistsSightings: true,
    persistsVisits: 'with-id',
    persistsMinutes: false,
    persistsMessages: true,
  },
};
