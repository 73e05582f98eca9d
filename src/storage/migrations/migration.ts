import type { Kysely, RawBuilder } from 'kysely';

/** What a migration has to ask of the database it runs on, so that it never asks for the adapter's name. */
export interface SchemaSyntax {
  /** The column (milliseconds since 1970) as text `2026-03-01T10:00:00.000Z`. */
  isoTime(column: string): RawBuilder<string>;
}

/**
 * One step of the schema. Steps are only ever added: a step that has been released is never changed, and there is no
 * way back. Written with the schema builder, so that every SQL adapter runs the same steps.
 */
export interface Migration {
  /** 1, 2, 3 … without a gap. */
  readonly version: number;
  readonly name: string;
  up(db: Kysely<unknown>, syntax: SchemaSyntax): Promise<void>;
}
