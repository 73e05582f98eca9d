import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { silentLogger } from '../../src/core/logger.ts';
import { createGallery } from '../../src/identity/gallery.ts';
import { createExactIndex } from '../../src/identity/index/exact.ts';
import { loadKey } from '../../src/identity/key.ts';
import { defaultIdentityRules } from '../../src/identity/rules.ts';
import { createVault } from '../../src/identity/vault.ts';
import { createSqliteStore } from '../../src/storage/sqlite/store.ts';
import { show } from './scene.ts';
import { newPerson, START, seededRandom, visitOf } from './synthetic-people.ts';

/**
 * A shop for a test to kill: the same twelve people come and go for ever, and every id is printed the moment it is
 * given out, as `person faceId`. Arguments: data folder, number of the run.
 */
const [dataDir = '', run = '0'] = process.argv.slice(2);
const people = Array.from({ length: 12 }, (_, i) => newPerson(seededRandom(1000 + i)));
const random = seededRandom(Number(run));
const store = createSqliteStore({ path: join(dataDir, 'vitrine.db') });
await store.start();
const { key } = await loadKey({ dataDir, environmentKey: undefined, create: true, logger: silentLogger });
const clock = { time: START, now: () => clock.time, monotonic: () => clock.time };
const gallery = createGallery({
  keeping: { mode: 'loyalty', store: store.gallery, vault: createVault({ key }) },
  index: createExactIndex({ dimensions: 128, fusion: defaultIdentityRules.matching.fusion }),
  site: 'shop',
  model: 'test-1',
  clock,
  logger: silentLogger,
});
await gallery.start();
writeSync(1, `open ${gallery.stats().visitors}\n`);
for (let visit = 0; ; visit++) {
  const who = Math.floor(random() * people.length);
  const person = people[who];
  if (!person) continue;
  const from = START + Number(run) * 86_400_000 + visit * 60_000;
  const track = `r${run}t${visit}`;
  const told = await show({ gallery, random, clock }, [
    { track, person: visitOf(person, random), from, frames: 12 },
  ]);
  for (const faceId of new Set(told.get(track)?.map((resolution) => resolution.faceId))) {
    if (faceId !== undefined) writeSync(1, `${who} ${faceId}\n`);
  }
}
