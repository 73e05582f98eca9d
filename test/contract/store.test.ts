import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSqliteStore } from '../../src/storage/sqlite/store.ts';
import { storeContract } from './store.ts';

storeContract('SQLite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'vitrine-store-'));
  const path = join(folder, 'vitrine.db');
  return {
    open: (clock) => createSqliteStore({ path, clock }),
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
});
