import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { Migration, SchemaSyntax } from './migration.ts';

/*
 * Lengths: face ids have 14 characters, other ids 16 or 20 (core/ids.ts); a camera may be named by its address.
 * Every text that is a key has a length because MySQL wants one; SQLite ignores it.
 */
const ID = 'varchar(32)';
const NAME = 'varchar(191)';
const TIME = 'bigint';

async function createPlaces(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('sites')
    .addColumn('id', NAME, (c) => c.primaryKey().notNull())
    .addColumn('first_seen_at', TIME, (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('cameras')
    .addColumn('site', NAME, (c) => c.notNull())
    .addColumn('id', NAME, (c) => c.notNull())
    .addColumn('first_seen_at', TIME, (c) => c.notNull())
    .addPrimaryKeyConstraint('cameras_key', ['site', 'id'])
    .execute();
}

async function createSightings(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('sightings')
    .addColumn('timestamp', TIME, (c) => c.notNull())
    .addColumn('age', 'double precision')
    .addColumn('gender', 'varchar(8)', (c) => c.notNull())
    .addColumn('face_id', ID)
    .addColumn('id', ID, (c) => c.notNull().primaryKey())
    .addColumn('site', NAME, (c) => c.notNull())
    .addColumn('camera', NAME, (c) => c.notNull())
    .addColumn('track', NAME, (c) => c.notNull())
    .addColumn('box_x', 'double precision', (c) => c.notNull())
    .addColumn('box_y', 'double precision', (c) => c.notNull())
    .addColumn('box_width', 'double precision', (c) => c.notNull())
    .addColumn('box_height', 'double precision', (c) => c.notNull())
    .addColumn('confidence', 'double precision', (c) => c.notNull())
    .addColumn('age_low', 'double precision')
    .addColumn('age_high', 'double precision')
    .addColumn('gender_probability', 'double precision')
    .addColumn('looking', 'integer', (c) => c.notNull())
    .addColumn('state', 'varchar(8)', (c) => c.notNull())
    .execute();
  await index(db, 'sightings', ['timestamp', 'id']);
  await index(db, 'sightings', ['face_id', 'timestamp']);
}

async function createVisits(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('visits')
    .addColumn('id', ID, (c) => c.notNull().primaryKey())
    .addColumn('site', NAME, (c) => c.notNull())
    .addColumn('face_id', ID)
    .addColumn('started_at', TIME, (c) => c.notNull())
    .addColumn('ended_at', TIME, (c) => c.notNull())
    .addColumn('returning', 'integer', (c) => c.notNull())
    .addColumn('age_mean', 'double precision')
    .addColumn('gender', 'varchar(8)', (c) => c.notNull())
    .execute();
  await index(db, 'visits', ['started_at', 'id']);
  await index(db, 'visits', ['face_id', 'site', 'started_at']);
}

async function createGallery(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('visitors')
    .addColumn('face_id', ID, (c) => c.notNull().primaryKey())
    .addColumn('site', NAME, (c) => c.notNull())
    .addColumn('created_at', TIME, (c) => c.notNull())
    .addColumn('last_seen_at', TIME, (c) => c.notNull())
    .addColumn('age_mean', 'double precision')
    .addColumn('age_low', 'double precision')
    .addColumn('age_high', 'double precision')
    .addColumn('gender', 'varchar(8)', (c) => c.notNull())
    .addColumn('gender_probability', 'double precision')
    .execute();
  await index(db, 'visitors', ['created_at', 'face_id']);
  await db.schema
    .createTable('templates')
    .addColumn('id', ID, (c) => c.notNull().primaryKey())
    .addColumn('face_id', ID, (c) => c.notNull())
    .addColumn('model', NAME, (c) => c.notNull())
    .addColumn('sealed', 'blob', (c) => c.notNull())
    .addColumn('quality', 'double precision', (c) => c.notNull())
    .addColumn('created_at', TIME, (c) => c.notNull())
    .addForeignKeyConstraint('templates_visitor', ['face_id'], 'visitors', ['face_id'], (c) =>
      c.onDelete('cascade'),
    )
    .execute();
  await index(db, 'templates', ['face_id']);
}

async function createAudience(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('audience_minutes')
    .addColumn('minute', TIME, (c) => c.notNull())
    .addColumn('site', NAME, (c) => c.notNull())
    .addColumn('camera', NAME, (c) => c.notNull())
    .addColumn('run', ID, (c) => c.notNull())
    .addColumn('age_band', 'varchar(16)', (c) => c.notNull())
    .addColumn('gender', 'varchar(8)', (c) => c.notNull())
    .addColumn('tracks', 'integer', (c) => c.notNull())
    .addColumn('present_seconds', 'double precision', (c) => c.notNull())
    .addColumn('looking_seconds', 'double precision', (c) => c.notNull())
    .addPrimaryKeyConstraint('audience_minutes_key', [
      'minute',
      'site',
      'camera',
      'run',
      'age_band',
      'gender',
    ])
    .execute();
}

async function createAuditLog(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('audit_log')
    .addColumn('id', ID, (c) => c.notNull().primaryKey())
    .addColumn('at', TIME, (c) => c.notNull())
    .addColumn('action', 'varchar(16)', (c) => c.notNull())
    .addColumn('subject', ID)
    .addColumn('rows_concerned', 'bigint')
    .execute();
  await index(db, 'audit_log', ['at', 'id']);
}

/** The same rows for people: times as text, the paper's four columns first. */
async function createViews(db: Kysely<unknown>, syntax: SchemaSyntax): Promise<void> {
  const { isoTime } = syntax;
  await db.schema
    .createView('sightings_readable')
    .as(
      sql`select ${isoTime('timestamp')} as timestamp, age, gender, face_id, site, camera, track, state,
          looking, confidence, age_low, age_high, gender_probability, box_x, box_y, box_width, box_height, id
          from sightings`,
    )
    .execute();
  await db.schema
    .createView('visits_readable')
    .as(
      sql`select ${isoTime('started_at')} as started_at, ${isoTime('ended_at')} as ended_at,
          (ended_at - started_at) / 1000.0 as dwell_seconds, face_id, site, ${sql.ref('returning')}, age_mean, gender, id
          from visits`,
    )
    .execute();
}

async function index(db: Kysely<unknown>, table: string, columns: readonly string[]): Promise<void> {
  await db.schema
    .createIndex(`${table}_${columns.join('_')}`)
    .on(table)
    .columns([...columns])
    .execute();
}

export const firstTables: Migration = {
  version: 1,
  name: 'first-tables',
  async up(db, syntax) {
    await createPlaces(db);
    await createSightings(db);
    await createVisits(db);
    await createGallery(db);
    await createAudience(db);
    await createAuditLog(db);
    await createViews(db, syntax);
  },
};
