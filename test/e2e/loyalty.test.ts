import assert from 'node:assert/strict';
import { cpSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, it } from 'node:test';
import { type VideoAnalysis, videoAnalysisSchema } from '../../src/contract/analysis.ts';
import { runCli, temporaryFolder } from '../cli/run-cli.ts';
import { count, query } from './data-folder.ts';
import { shopClip } from './material.ts';
import { assertGood, assertRefused, documentIn, start, until } from './program.ts';

/** Visitors across processes: recognised, never doubled, never lost. */

const folder = temporaryFolder('loyalty');
after(() => folder[Symbol.dispose]());
const cwd = folder.path;
const short = await shopClip(8);
const clip = await shopClip(16);
const PEOPLE = clip.truth.uniqueVisitors;
const DAY = 86_400_000;

const argumentsFor = (path: string, data: string) => [
  'analyze',
  path,
  '--json',
  '--mode',
  'loyalty',
  '--data',
  data,
];

async function analyze(path: string, data: string): Promise<VideoAnalysis> {
  const result = await runCli(argumentsFor(path, data), { cwd });
  assertGood(result);
  return documentIn(result.stdout, videoAnalysisSchema);
}

const shop = join(cwd, 'shop');

const idsOf = ({ visitors }: VideoAnalysis) => visitors.map(({ faceId }) => faceId).sort();

describe('two runs over the same clip', () => {
  let first: VideoAnalysis;
  let second: VideoAnalysis;
  before(async () => {
    first = await analyze(clip.path, 'shop');
    second = await analyze(clip.path, 'shop');
  });

  it('give everybody the same id again', () => {
    assert.equal(first.visitors.length, PEOPLE);
    assert.deepEqual(idsOf(second), idsOf(first));
  });

  it('store every visitor once and every sighting of both', () => {
    assert.equal(count(shop, 'visitors'), PEOPLE);
    assert.equal(count(shop, 'sightings'), first.sightings.length + second.sightings.length);
    const ids = query<{ id: string }>(
      shop,
      'select distinct face_id as id from sightings where face_id is not null',
    );
    assert.deepEqual(ids.map(({ id }) => id).sort(), idsOf(first));
  });

  it('leave files that only their owner can read', () => {
    for (const file of ['vitrine.db', 'vitrine.key', 'outbox.db'])
      assert.equal(statSync(join(cwd, 'shop', file)).mode & 0o077, 0, file);
  });

  it('call who comes again on another day returning', async () => {
    cpSync(shop, join(cwd, 'next-day'), { recursive: true });
    const database = new DatabaseSync(join(cwd, 'next-day/vitrine.db'));
    database.exec(`update visits set started_at = started_at - ${DAY}, ended_at = ended_at - ${DAY}`);
    database.close();
    const args = ['analyze', short.path, '--mode', 'loyalty', '--data', 'next-day'];
    const result = await runCli(args, { cwd });
    assertGood(result);
    assert.match(result.stdout, /\nFaces \d+ {3}Visitors 1 {3}Returning 1\n/);
    const [, , , , row = ''] = result.stdout.split('\n');
    assert.match(row, new RegExp(`^(${idsOf(first).join('|')}) .* s {2}2 {7}`), 'two visits');
  });

  it('refuse another key, a malformed one and a lost one, and change nothing', async () => {
    cpSync(shop, join(cwd, 'keyless'), { recursive: true });
    rmSync(join(cwd, 'keyless/vitrine.key'));
    const args = argumentsFor(short.path, 'keyless');
    const before = count(join(cwd, 'keyless'), 'sightings');
    const refused = { exit: 1, code: 'KEY_INVALID' } as const;
    const other = await runCli(args, { cwd, env: { VITRINE_KEY: 'ab'.repeat(32) } });
    assertRefused(other, { ...refused, names: 'opens none' });
    const malformed = await runCli(args, { cwd, env: { VITRINE_KEY: 'letmein' } });
    assertRefused(malformed, { ...refused, names: 'VITRINE_KEY' });
    assert.ok(!malformed.stderr.includes('letmein'));
    assertRefused(await runCli(args, { cwd }), { ...refused, names: 'keyless/vitrine.key' });
    assert.equal(count(join(cwd, 'keyless'), 'sightings'), before);
  });
});

describe('a data folder in use', () => {
  it('is refused to a second process; Ctrl-C of the first keeps what it saw', async () => {
    const running = start(argumentsFor(clip.path, 'shared'), { cwd });
    await until(running, () => hasVisitor('shared'), { what: 'a visitor was stored' });
    running.child.kill('SIGSTOP');
    const refused = await runCli(argumentsFor(short.path, 'shared'), { cwd });
    assertRefused(refused, { exit: 1, code: 'STORE_BUSY', names: 'shared/vitrine.db' });
    running.child.kill('SIGCONT');
    running.child.kill('SIGINT');
    const result = await running.ended;
    assertGood(result, [/^Stopped; /]);
    const { frames, sightings, visitors } = documentIn(result.stdout, videoAnalysisSchema);
    assert.ok(frames > 0 && frames < clip.truth.frames);
    assert.ok(visitors.length >= 1);
    assert.equal(count(join(cwd, 'shared'), 'sightings'), sightings.length);
    assert.equal(count(join(cwd, 'shared'), 'visitors'), visitors.length);
  });
});

function hasVisitor(data: string): boolean {
  try {
    return count(join(cwd, data), 'visitors') > 0;
  } catch {
    return false; // the database is being made
  }
}
