import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { Kysely, sql } from 'kysely';
import { VitrineError } from '../../../src/core/errors.ts';
import { migrate, migrations, requireCurrentSchema } from '../../../src/storage/migrations/migrate.ts';
import type { Migration } from '../../../src/storage/migrations/migration.ts';
import { NodeSqliteDialect } from '../../../src/storage/sqlite/dialect.ts';
import { sqliteSyntax } from '../../../src/storage/sqlite/syntax.ts';

let raw: DatabaseSync;
let db: Kysely<unknown>;

beforeEach(() => {
  raw = new DatabaseSync(':memory:');
  db = new Kysely({ dialect: new NodeSqliteDialect({ database: raw, onError: (error) => error }) });
});
afterEach(() => db.destroy());

const run = (steps?: readonly Migration[]) =>
  db.transaction().execute((transaction) =>
    migrate({
      db: transaction,
      syntax: sqliteSyntax,
      now: 1_000,
      place: 'test.db',
      ...(steps ? { steps } : {}),
    }),
  );

const step = (version: number, statement: string): Migration => ({
  version,
  name: `step-${version}`,
  up: async (database) => void (await sql.raw(statement).execute(database)),
});

function names(type: 'table' | 'view'): string[] {
  const rows = raw.prepare('select name from sqlite_schema where type = ? order by name').all(type);
  return rows.flatMap((row) => Object.values(row)).map(String);
}

describe('migrations', () => {
  it('are numbered from 1 without a gap', () => {
    assert.deepEqual(
      migrations.map((migration) => migration.version),
      migrations.map((_, i) => i + 1),
    );
  });

  it('make all tables in an empty database, and nothing more the second time', async () => {
    assert.equal(await run(), migrations.length);
    const tables = names('table');
    assert.equal(await run(), 0);
    assert.deepEqual(names('table'), tables);
    for (const table of [
      'sites',
      'cameras',
      'sightings',
      'visits',
      'visitors',
      'templates',
      'audience_minutes',
    ]) {
      assert.ok(tables.includes(table), table);
    }
  });

  it('run only the steps that are missing, in order', async () => {
    const first = step(1, 'create table a (x)');
    const second = step(2, 'alter table a add column y');
    assert.equal(await run([first]), 1);
    raw.exec("insert into a values ('kept')");
    assert.equal(await run([first, second]), 1);
    assert.deepEqual({ ...raw.prepare('select * from a').get() }, { x: 'kept', y: null });
    const applied = raw
      .prepare('select version, name, applied_at from schema_migrations order by version')
      .all();
    assert.deepEqual(
      applied.map((row) => Object.values(row)),
      [
        [1, 'step-1', 1_000],
        [2, 'step-2', 1_000],
      ],
    );
  });

  it('leave the database as it was if a step fails', async () => {
    await run([step(1, 'create table a (x)')]);
    await assert.rejects(run([step(1, ''), step(2, 'create table b (x)'), step(3, 'create nonsense')]));
    assert.deepEqual(names('table'), ['a', 'schema_migrations']);
    assert.equal(
      raw.prepare('select count(*) from schema_migrations where version > 1').get()?.['count(*)'],
      0,
    );
  });

  it('refuse a database with a step from the future', async () => {
    await run([step(1, 'create table a (x)'), step(2, 'create table b (x)')]);
    const isNewer = (error: unknown) => error instanceof VitrineError && error.code === 'STORE_NEWER';
    await assert.rejects(run([step(1, '')]), isNewer);
    await assert.rejects(requireCurrentSchema(db, 'test.db'), isNewer);
  });

  it('say to a reader that the database is too old for it', async () => {
    await run([]);
    await assert.rejects(
      requireCurrentSchema(db, 'test.db'),
      (error: unknown) => error instanceof VitrineError && /vitrine db migrate/.test(error.message),
    );
  });
});

describe('docs/reference/tables.md', () => {
  it('names every table and view with every column, in order, and no other', async () => {
    await run();
    const actual: Record<string, string[]> = {};
    for (const name of [...names('table'), ...names('view')]) {
      actual[name] = raw
        .prepare(`select * from ${name}`)
        .columns()
        .map((column) => column.name);
    }
    const text = readFileSync(new URL('../../../docs/reference/tables.md', import.meta.url), 'utf8');
    assert.deepEqual(documented(text), actual);
  });
});

/** `## name` (in backticks) and the first cell of each row of the table below it. */
function documented(text: string): Record<string, string[]> {
  const tables: Record<string, string[]> = {};
  for (const section of text.split(/^## /m).slice(1)) {
    const name = /^`(\w+)`/.exec(section)?.[1];
    if (!name) continue;
    tables[name] = [...section.matchAll(/^\| `(\w+)` \|/gm)].map((match) => match[1] ?? '');
  }
  return Object.fromEntries(Object.entries(tables).toSorted(([a], [b]) => a.localeCompare(b)));
}
