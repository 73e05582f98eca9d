import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { Kysely, sql } from 'kysely';
import { NodeSqliteDialect } from '../../../src/storage/sqlite/dialect.ts';

interface Numbers {
  numbers: { n: number; word: string | null; bytes: Uint8Array | null };
}

describe('Kysely on node:sqlite', () => {
  let raw: DatabaseSync;
  let db: Kysely<Numbers>;

  beforeEach(async () => {
    raw = new DatabaseSync(':memory:');
    const onError = (error: unknown) => new Error('translated', { cause: error });
    db = new Kysely<Numbers>({ dialect: new NodeSqliteDialect({ database: raw, onError }) });
    raw.exec('create table numbers (n integer primary key, word text, bytes blob)');
  });
  afterEach(() => db.destroy());

  const insert = (n: number) => db.insertInto('numbers').values({ n, word: `w${n}`, bytes: null });

  it('tells how many rows a statement changed', async () => {
    for (const n of [1, 2, 3]) await insert(n).execute();
    const { numDeletedRows } = await db.deleteFrom('numbers').where('n', '>', 1).executeTakeFirstOrThrow();
    assert.equal(numDeletedRows, 2n);
    const { numUpdatedRows } = await db.updateTable('numbers').set({ word: 'x' }).executeTakeFirstOrThrow();
    assert.equal(numUpdatedRows, 1n);
    assert.equal((await insert(9).executeTakeFirstOrThrow()).insertId, 9n);
  });

  it('gives back the rows of an insert that returns them', async () => {
    assert.deepEqual({ ...(await insert(4).returning('word').executeTakeFirst()) }, { word: 'w4' });
  });

  it('keeps bytes as bytes', async () => {
    const bytes = new Uint8Array([0, 127, 128, 255]);
    await db.insertInto('numbers').values({ n: 1, word: null, bytes }).execute();
    const row = await db.selectFrom('numbers').selectAll().executeTakeFirstOrThrow();
    assert.deepEqual([...(row.bytes ?? [])], [...bytes]);
  });

  it('takes a transaction back as a whole', async () => {
    const failed = db.transaction().execute(async (transaction) => {
      await transaction.insertInto('numbers').values({ n: 1, word: null, bytes: null }).execute();
      throw new Error('changed my mind');
    });
    await assert.rejects(failed, /changed my mind/);
    assert.deepEqual(await db.selectFrom('numbers').selectAll().execute(), []);
  });

  it('does not let statements of others slip into a transaction', async () => {
    const work = db.transaction().execute(async (transaction) => {
      await transaction.insertInto('numbers').values({ n: 1, word: null, bytes: null }).execute();
      await new Promise((resolve) => setTimeout(resolve, 5));
      throw new Error('changed my mind');
    });
    const other = insert(2).execute();
    await assert.rejects(work);
    await other;
    assert.deepEqual(
      (await db.selectFrom('numbers').select('n').execute()).map(({ n }) => n),
      [2],
    );
  });

  it('streams rows in chunks and can be left early', async () => {
    for (let n = 0; n < 10; n++) await insert(n).execute();
    const all: number[] = [];
    for await (const { n } of db.selectFrom('numbers').select('n').orderBy('n').stream(3)) all.push(n);
    assert.deepEqual(all, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    for await (const { n } of db.selectFrom('numbers').select('n').orderBy('n').stream(3)) if (n === 4) break;
    await insert(10).execute();
  });

  it('passes every error through the translation', async () => {
    await insert(1).execute();
    await assert.rejects(insert(1).execute(), /translated/);
    await assert.rejects(sql`select nonsense`.execute(db), /translated/);
    await assert.rejects(async () => {
      for await (const _ of db.selectFrom('numbers').select(sql`nonsense`.as('x')).stream(1));
    }, /translated/);
  });

  it('sees a change of the schema with statements it has prepared before', async () => {
    await insert(1).execute();
    const read = () => db.selectFrom('numbers').selectAll().executeTakeFirstOrThrow();
    assert.equal(Object.keys(await read()).length, 3);
    raw.exec('alter table numbers add column more integer default 7');
    assert.equal(Object.keys(await read()).length, 4);
  });

  it('works on with more different statements than it keeps', async () => {
    for (let k = 1; k <= 450; k++) {
      const values = Array.from({ length: (k % 225) + 1 }, (_, i) => i);
      await db.selectFrom('numbers').select('n').where('n', 'in', values).execute();
    }
    await insert(1).execute();
    assert.equal((await db.selectFrom('numbers').selectAll().execute()).length, 1);
  });
});
