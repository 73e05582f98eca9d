import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { appendAuditLine } from '../../../src/storage/sqlite/audit-line.ts';
import { createSqliteStore } from '../../../src/storage/sqlite/store.ts';
import type { AuditEntry } from '../../../src/storage/store.ts';
import { collect, MORNING, sighting } from '../../contract/records.ts';

describe('a line of the audit log from beside', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'vitrine-audit-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const entry: AuditEntry = { at: MORNING, action: 'export', subject: null, rows: 7 };

  it('is there for the process that holds the folder, which goes on writing', async () => {
    const path = join(folder, 'shop.db');
    const store = createSqliteStore({ path });
    await store.start();
    await store.records.record({ sightings: [sighting()] });
    appendAuditLine({ path, entry });
    await store.records.record({ sightings: [sighting({ track: 't2' })] });
    assert.deepEqual(await collect(store.queries.auditLog()), [entry]);
    assert.equal((await store.queries.counts()).sightings, 2);
    await store.stop();
  });

  it('is refused where there is no database that it could be in', () => {
    const path = join(folder, 'text.db');
    writeFileSync(path, 'some text '.repeat(100));
    assert.throws(() => appendAuditLine({ path, entry }), { code: 'STORE_UNREADABLE' });
  });
});
