import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, it } from 'node:test';
import { currentSchemaVersion, readSchemaVersion } from '../../../src/storage/sqlite/schema-version.ts';
import { createSqliteStore } from '../../../src/storage/sqlite/store.ts';

describe('the schema version of a database', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'vitrine-version-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('is read, also beside the process that writes', async () => {
    const path = join(folder, 'shop.db');
    const store = createSqliteStore({ path });
    await store.start();
    assert.equal(readSchemaVersion(path), currentSchemaVersion);
    await store.stop();
    assert.equal(readSchemaVersion(path), currentSchemaVersion);
  });

  it('is read where this program does not know it', async () => {
    const path = join(folder, 'future.db');
    const store = createSqliteStore({ path });
    await store.start();
    await store.stop();
    const database = new DatabaseSync(path);
    database.exec(`insert into schema_migrations values (99, 'future', 0)`);
    database.close();
    assert.equal(readSchemaVersion(path), 99);
  });

  it('is 0 where there is no database yet', () => {
    assert.equal(readSchemaVersion(join(folder, 'missing.db')), 0);
    const empty = join(folder, 'empty.db');
    writeFileSync(empty, '');
    assert.equal(readSchemaVersion(empty), 0);
    const claimed = join(folder, 'claimed.db');
    const database = new DatabaseSync(claimed);
    database.exec(`pragma application_id = ${0x56495452}`);
    database.close();
    assert.equal(readSchemaVersion(claimed), 0);
  });

  it('is refused of what is no database of ours', () => {
    const foreign = join(folder, 'foreign.db');
    const database = new DatabaseSync(foreign);
    database.exec('create table schema_migrations (version integer)');
    database.close();
    const text = join(folder, 'text.db');
    writeFileSync(text, 'some text '.repeat(100));
    mkdirSync(join(folder, 'folder.db'));
    for (const path of [foreign, text, join(folder, 'folder.db')])
      assert.throws(() => readSchemaVersion(path), { code: 'STORE_UNREADABLE' }, path);
  });
});
