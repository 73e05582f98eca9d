import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { compactOutbox } from '../../../src/transport/embedded/compact-outbox.ts';
import { createSqliteOutbox } from '../../../src/transport/embedded/sqlite-outbox.ts';
import { collect } from '../../contract/records.ts';

describe('compacting an outbox', () => {
  let folder = '';
  let path = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'vitrine-compact-'));
    path = join(folder, 'outbox.db');
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const name = (i: number) => `visitor-${String(i).padStart(12, '0')}`;
  const traces = (numbers: readonly number[]) => {
    const files = readdirSync(folder).map((file) => readFileSync(join(folder, file)));
    return numbers.filter((i) => files.some((bytes) => bytes.includes(name(i))));
  };

  it('leaves no trace of the messages that were removed, and every other one', async () => {
    const outbox = createSqliteOutbox({ path });
    await outbox.start();
    const ids: number[] = [];
    for (let i = 0; i < 3000; i++) {
      const payload = `${name(i)} ${'x'.repeat(200 + ((i * 97) % 900))}`;
      ids.push(await outbox.append({ topic: 'sightings', key: 'shop', payload }));
    }
    const gone = ids.flatMap((_, i) => (i % 5 === 0 ? [] : i));
    for (let k = 0; k < gone.length; k += 200)
      await outbox.remove(gone.slice(k, k + 200).map((i) => ids[i] ?? 0));
    await outbox.stop();
    // SQLite 3.53 leaves traces of three of them here; other versions may leave others.
    const { size } = statSync(path);
    compactOutbox(path);
    assert.ok(statSync(path).size < size / 2, 'the file was rewritten');
    assert.deepEqual(traces(gone), []);
    await outbox.start();
    const pending = await collect(outbox.pending());
    await outbox.stop();
    assert.deepEqual(
      pending.map(({ id, payload }) => [id, payload.split(' ')[0]]),
      ids.flatMap((id, i) => (i % 5 === 0 ? [[id, name(i)]] : [])),
    );
  });

  it('is refused while a process has it', async () => {
    const outbox = createSqliteOutbox({ path });
    await outbox.start();
    assert.throws(() => compactOutbox(path), { code: 'STORE_BUSY' });
    await outbox.stop();
  });

  it('makes nothing where there is none, and says what is none', () => {
    const missing = join(folder, 'missing.db');
    compactOutbox(missing);
    assert.ok(!existsSync(missing));
    const text = join(folder, 'text.db');
    writeFileSync(
      text,
      'no database, and longer than the header of one would be: a hundred bytes at least, and more',
    );
    assert.throws(() => compactOutbox(text), { code: 'STORE_UNREADABLE' });
  });
});
