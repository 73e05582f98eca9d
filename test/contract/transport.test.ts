import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemoryOutbox } from '../../src/transport/embedded/memory-outbox.ts';
import { createSqliteOutbox } from '../../src/transport/embedded/sqlite-outbox.ts';
import { createEmbeddedTransport } from '../../src/transport/embedded/transport.ts';
import { transportContract } from './transport.ts';

const retry = (limit: number) => ({ initialMs: 2, maxMs: 4, limit });

transportContract('embedded, outbox in memory', async () => {
  const outbox = createMemoryOutbox();
  return {
    open: ({ capacity, retryLimit }) =>
      createEmbeddedTransport({ outbox, capacity, retry: retry(retryLimit) }),
    dispose: async () => {},
  };
});

transportContract('embedded, outbox in SQLite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'vitrine-outbox-'));
  return {
    open: ({ capacity, retryLimit }) =>
      createEmbeddedTransport({
        outbox: createSqliteOutbox({ path: join(folder, 'outbox.db') }),
        capacity,
        retry: retry(retryLimit),
      }),
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
});
