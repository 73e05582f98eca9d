import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { videoAnalysisSchema } from '../../src/contract/analysis.ts';
import { type Sighting, sightingSchema } from '../../src/contract/sighting.ts';
import { runCli, temporaryFolder } from '../cli/run-cli.ts';
import { count, query } from './data-folder.ts';
import { shopClip } from './material.ts';
import { assertGood, documentIn, type Running, start, until } from './program.ts';

const folder = temporaryFolder('kill');
after(() => folder[Symbol.dispose]());
const cwd = folder.path;
const shop = join(cwd, 'shop');
const clip = await shopClip(16);
const PEOPLE = clip.truth.uniqueVisitors;
const KILLS = 6;
/** About as long as the clip takes: kills hit every part of it, the end too. */
const LONGEST_LIFE_MS = 2500;

describe('kill -9 of a shop', () => {
  const run = ['run', '--source', clip.path, '--mode', 'loyalty', '--data', shop, '--json'];
  const printed: Sighting[] = [];

  function note(running: Running): void {
    const whole = running.text.stdout.slice(0, running.text.stdout.lastIndexOf('\n') + 1);
    for (const line of whole.split('\n').filter(Boolean))
      printed.push(sightingSchema.parse(JSON.parse(line)));
  }

  it(`at ${KILLS} random instants loses and doubles nobody`, async () => {
    for (let kill = 0; kill < KILLS; kill++) {
      const running = start(run, { cwd });
      await until(running, () => running.text.stderr.includes('Watching'), { what: 'the shop was open' });
      await delay(Math.random() * LONGEST_LIFE_MS);
      running.child.kill('SIGKILL');
      await running.ended;
      note(running);
    }
    const last = start(run, { cwd });
    const result = await last.ended;
    assert.equal(result.code, 0, result.stderr);
    note(last);
    assert.equal(count(shop, 'visitors'), PEOPLE, 'one id per person');
    assert.equal(
      query<{ integrity_check: string }>(shop, 'pragma integrity_check')[0]?.integrity_check,
      'ok',
    );
  });

  it('keeps every id and every row that was printed before', () => {
    const stored = query<{ id: string }>(shop, 'select face_id as id from visitors').map(({ id }) => id);
    const ids = new Set(printed.flatMap(({ faceId }) => faceId ?? []));
    assert.equal(ids.size, PEOPLE);
    for (const id of ids) assert.ok(stored.includes(id), `${id} was printed`);
    for (const { timestamp, track, faceId } of printed) {
      const at = String(Date.parse(timestamp));
      const sql = 'select face_id as id from sightings where timestamp = ? and track = ?';
      const rows = query<{ id: string | null }>(shop, sql, at, track);
      assert.ok(
        rows.some(({ id }) => id === faceId),
        `${track} at ${timestamp} is stored`,
      );
    }
  });

  it('knows them all in the next run', async () => {
    const result = await runCli(['analyze', clip.path, '--json', '--mode', 'loyalty', '--data', shop], {
      cwd,
    });
    assertGood(result);
    const { visitors } = documentIn(result.stdout, videoAnalysisSchema);
    const stored = query<{ id: string }>(shop, 'select face_id as id from visitors').map(({ id }) => id);
    assert.deepEqual(visitors.map(({ faceId }) => faceId).sort(), stored.sort());
  });
});
