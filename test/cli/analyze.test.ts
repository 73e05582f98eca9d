import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { registerAnalyze } from '../../src/cli/commands/analyze.ts';
import { call } from './in-process.ts';
import { temporaryFolder } from './run-cli.ts';

const folder = temporaryFolder('analyze');
after(() => folder[Symbol.dispose]());
const notes = join(folder.path, 'notes.txt');
writeFileSync(notes, 'Dear diary');

describe('analyze refuses what cannot be meant', () => {
  for (const [args, message] of [
    [['a.jpg', 'b.jpg', '--annotate', 'c.jpg'], /--annotate takes one source/],
    [['a.jpg', '--mode', 'loyalty'], /--mode loyalty needs --data DIR/],
    [['a.jpg', '--data', 'shop'], /--data is for --mode loyalty/],
    [['a.jpg', '--crops', '--out', 'x'], /--crops is for --mode loyalty/],
    [['a.jpg', '--crops', '--mode', 'loyalty', '--data', 'x'], /--crops needs --out DIR/],
    [['a.jpg', '--embeddings'], /--embeddings needs --json/],
    [['a.jpg', '--embeddings', '--json', '--mode', 'anonymous'], /anonymous mode computes no embeddings/],
    [['a.jpg', ' '], /a source is empty/],
  ] as const)
    it(args.join(' '), async () => {
      const { code, stdout, stderr } = await call(registerAnalyze, ['analyze', ...args]);
      assert.deepEqual([code, stdout], [2, '']);
      assert.match(stderr, message);
      assert.match(stderr, /^vitrine: .* \(USAGE\)\. See --help\.\n$/);
    });

  for (const [option, value] of [
    ['--max-fps', '0'],
    ['--max-side', '300.5'],
    ['--min-face', '5'],
    ['--duration', 'long'],
  ] as const)
    it(`${option} ${value}`, async () => {
      const { code, stderr } = await call(registerAnalyze, ['analyze', 'a.jpg', option, value]);
      assert.equal(code, 2);
      assert.match(stderr, /Give a (whole )?number from \d/);
    });
});

describe('analyze of nothing but trouble', () => {
  it('tells of each source and promises no results', async () => {
    const args = ['analyze', join(folder.path, 'gone.jpg'), notes, '--out', join(folder.path, 'report')];
    const { code, stdout, stderr } = await call(registerAnalyze, args);
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /^vitrine: \S+gone\.jpg does not exist .*\nvitrine: \S+notes\.txt is neither .*\n$/);
  });
});
