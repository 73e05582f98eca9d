import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createSqliteStore } from '../../src/storage/sqlite/store.ts';
import { finalId, HOUR, loyalty, show } from './scene.ts';
import { newPerson, START, seededRandom, visitOf } from './synthetic-people.ts';

const KILLS = 8;

describe('gallery on SQLite', () => {
  let dataDir = '';
  const openStore = async () => {
    const store = createSqliteStore({ path: join(dataDir, 'vitrine.db') });
    await store.start();
    return store;
  };

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'vitrine-gallery-'));
  });
  afterEach(async () => {
    await rm(dataDir, { recursive: true, force: true });
  });

  it('recognises after a restart, and refuses another key', async () => {
    const first = await openStore();
    const scene = await loyalty(first.gallery);
    const person = newPerson(scene.random, { appearance: true });
    const before = await show(scene, [{ track: 't1', person: visitOf(person, scene.random) }]);
    await scene.gallery.stop();
    await first.stop();
    const second = await openStore();
    await assert.rejects(loyalty(second.gallery, { key: Buffer.alloc(32, 9) }), { code: 'KEY_INVALID' });
    const again = await loyalty(second.gallery, { seed: 4 });
    const after = await show(again, [
      { track: 't1', person: visitOf(person, again.random), from: START + HOUR },
    ]);
    assert.equal(finalId(after, 't1'), finalId(before, 't1'));
    assert.equal((await second.queries.counts()).visitors, 1);
    await second.stop();
  });

  it('stays erased while the person is still in front of the camera', async () => {
    const store = await openStore();
    const scene = await loyalty(store.gallery);
    const person = newPerson(scene.random);
    const before = await show(scene, [{ track: 't1', person, stays: true }]);
    const faceId = finalId(before, 't1') ?? '';
    await scene.gallery.forget(faceId);
    assert.equal(await store.queries.erase(faceId), true);
    await show(scene, [{ track: 't1', person, from: START + 2000, frames: 30 }]);
    await scene.gallery.stop();
    const { visitors, templates } = await store.queries.counts();
    assert.deepEqual({ visitors, templates }, { visitors: 0, templates: 0 });
    await store.stop();
  });

  it(`gives everybody one id for ever, although the process is killed ${KILLS} times`, async () => {
    const random = seededRandom(77);
    const ids = new Map<string, Set<string>>();
    for (let run = 1; run <= KILLS; run++) {
      for (const line of await openShopAndKill(dataDir, { run, afterMs: 20 + random() * 250 })) {
        const [who = '', faceId = ''] = line.split(' ');
        ids.set(who, (ids.get(who) ?? new Set()).add(faceId));
      }
    }
    assert.ok(ids.size >= 6, `only ${ids.size} people were seen`);
    for (const [who, given] of ids)
      assert.equal(given.size, 1, `person ${who} is ${[...given].join(' and ')}`);
    const store = await openStore();
    const stored = new Set((await store.gallery.load()).visitors.map((visitor) => visitor.faceId));
    const shown = new Set([...ids.values()].flatMap((given) => [...given]));
    assert.equal(shown.size, ids.size, 'no two people have one id');
    for (const id of shown) assert.ok(stored.has(id), `${id} was shown and is not stored`);
    await store.stop();
  });
});

/** What the shop said before it was killed, some time after it had opened. */
async function openShopAndKill(
  dataDir: string,
  options: { readonly run: number; readonly afterMs: number },
): Promise<string[]> {
  const program = new URL('./shop-process.ts', import.meta.url).pathname;
  const shop = spawn(process.execPath, [program, dataDir, String(options.run)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  shop.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (said === '') setTimeout(() => shop.kill('SIGKILL'), options.afterMs);
    said += text;
  });
  const [, signal] = await once(shop, 'close');
  assert.equal(signal, 'SIGKILL', said);
  return said.split('\n').filter((line) => /^\d+ v-/.test(line));
}
