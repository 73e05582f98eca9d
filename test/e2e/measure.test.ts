import assert from 'node:assert/strict';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import sharp from 'sharp';
import { z } from 'zod';
import { evaluationSchema } from '../../src/contract/evaluation.ts';
import { type CliResult, runCli, temporaryFolder } from '../cli/run-cli.ts';
import { portrait } from './material.ts';
import { assertGood, assertRefused, documentIn } from './program.ts';

/** The commands that measure: compare and eval. */

const folder = temporaryFolder('measure');
after(() => folder[Symbol.dispose]());
const cwd = folder.path;
const run = (...args: string[]) => runCli(args, { cwd });

mkdirSync(join(cwd, 'set'));
for (const who of [0, 2, 3] as const) {
  await portrait(join(cwd, `set/${who}.jpg`), who);
  await portrait(join(cwd, `set/${who}-again.jpg`), who, true);
}
await sharp({ create: { width: 320, height: 240, channels: 3, background: 'olive' } }).toFile(
  join(cwd, 'set/wall.png'),
);

const comparison = z.strictObject({
  a: z.string(),
  b: z.string(),
  distance: z.number().min(0),
  same: z.boolean(),
  threshold: z.literal(0.55),
});

describe('compare', () => {
  it('knows a person again in a mirror image', async () => {
    const result = await run('compare', 'set/0.jpg', 'set/0-again.jpg', '--json');
    assertGood(result);
    assert.deepEqual(Object.keys(JSON.parse(result.stdout)), ['a', 'b', 'distance', 'same', 'threshold']);
    const { a, b, distance, same } = documentIn(result.stdout, comparison);
    assert.deepEqual([a, b, same], ['set/0.jpg', 'set/0-again.jpg', true]);
    assert.ok(distance < 0.4);
  });

  it('tells two people apart, in words', async () => {
    const result = await run('compare', 'set/0.jpg', 'set/2.jpg');
    assertGood(result);
    assert.match(result.stdout, /^different people: distance (0\.[6-9]|1\.)\d*, threshold 0\.55\n$/);
  });

  it('says which picture has no face, and which cannot be read', async () => {
    const empty = await run('compare', 'set/0.jpg', 'set/wall.png', '--json');
    assertRefused(empty, { exit: 1, code: 'NO_FACE', names: 'set/wall.png' });
    const gone = await run('compare', 'set/gone.jpg', 'set/0.jpg');
    assertRefused(gone, { exit: 1, code: 'SOURCE_NOT_FOUND', names: 'set/gone.jpg' });
    assert.equal(empty.stdout + gone.stdout, '');
  });
});

describe('eval', () => {
  let result: CliResult;
  before(async () => {
    const file = (name: string, lines: readonly string[]) =>
      writeFileSync(join(cwd, 'set', name), `${lines.join('\n')}\n`);
    file('labels.csv', [
      'path,identity,age,gender,x,y,w,h',
      '0.jpg,ann,36,male,,,,',
      '2.jpg,bea,29,female,,,,',
      'wall.png,,,,0,0,0,0',
    ]);
    file('pairs.csv', [
      'path_a,path_b,same',
      '0.jpg,0-again.jpg,1',
      '2.jpg,2-again.jpg,1',
      '0.jpg,2.jpg,0',
      '0.jpg,wall.png,0',
    ]);
    file('reid.csv', [
      'path,identity,role',
      '0.jpg,ann,enrol',
      '2.jpg,bea,enrol',
      '0-again.jpg,ann,returning',
      '3.jpg,,new',
    ]);
    result = await run('eval', 'set', '--json');
  });

  it('prints one document with every part for which there are labels', () => {
    assertGood(result);
    const figures = documentIn(result.stdout, evaluationSchema);
    const parts = ['verification', 'reidentification', 'detection', 'age', 'gender', 'performance'];
    assert.deepEqual(Object.keys(figures), parts);
    const { verification, reidentification, detection, age, gender } = figures;
    assert.deepEqual([verification?.pairs, verification?.failed, verification?.accuracy], [4, 1, 0.75]);
    assert.deepEqual(Object.keys(verification ?? {}), [
      'pairs',
      'failed',
      'threshold',
      'accuracy',
      'bestAccuracy',
      'bestThreshold',
      'auc',
      'tarAtFar1e3',
    ]);
    assert.deepEqual(reidentification, {
      enrolled: 2,
      returning: 1,
      new: 1,
      threshold: reidentification?.threshold ?? 0,
      missedReturn: 0,
      wrongId: 0,
      falseReturn: 0,
    });
    assert.deepEqual([detection?.images, detection?.faces], [1, 0]);
    assert.deepEqual([age?.n, age?.failed, gender?.n, gender?.accuracy], [2, 0, 2, 1]);
    assert.ok((age?.mae ?? 99) < 12);
  });

  it('prints the same for a person, and tells of a picture that cannot be read', async () => {
    cpSync(join(cwd, 'set'), join(cwd, 'broken'), { recursive: true });
    writeFileSync(join(cwd, 'broken/2.jpg'), 'no picture');
    const text = await run('eval', 'broken');
    assert.equal(text.code, 0, 'it counts as a picture without a face: the figures are complete');
    assert.match(text.stderr, /^vitrine: \S*broken\/2\.jpg .*\(SOURCE_CORRUPT\)\. .*\n$/);
    for (const heading of [
      'Verification: 4 pairs',
      'Re-identification: 2 enrolled',
      'Detection: ',
      'Age: 2 faces',
      'Gender: ',
      'Speed: ',
    ])
      assert.ok(text.stdout.includes(heading), heading);
  });

  it('says all that is wrong with the labels at once, and what a folder must hold', async () => {
    mkdirSync(join(cwd, 'bad'));
    writeFileSync(join(cwd, 'bad/pairs.csv'), 'path_a,path_b,same\n0.jpg,1.jpg,perhaps\n../x.jpg,1.jpg,1\n');
    const wrong = await run('eval', 'bad');
    assertRefused(wrong, {
      exit: 1,
      code: 'EVAL_INVALID',
      names: /pairs\.csv line 2: .*perhaps.*line 3: .*leads out/,
    });
    mkdirSync(join(cwd, 'none'));
    assertRefused(await run('eval', 'none'), { exit: 1, code: 'EVAL_INVALID', names: 'none' });
    assertRefused(await run('eval', 'nowhere'), { exit: 1, code: 'SOURCE_NOT_FOUND', names: 'nowhere' });
  });
});
