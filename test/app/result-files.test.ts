import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { checkDestinations, ResultNames, writeResults } from '../../src/app/result-files.ts';
import { temporaryFolder } from '../cli/run-cli.ts';

const folder = temporaryFolder('results');
after(() => folder[Symbol.dispose]());
const at = (...parts: string[]) => join(folder.path, ...parts);

describe('results', () => {
  it('appear with the folders above them, in place of earlier ones', async () => {
    for (const content of ['old', 'new']) await writeResults([{ path: at('a/b/c.txt'), content }]);
    assert.equal(readFileSync(at('a/b/c.txt'), 'utf8'), 'new');
    assert.deepEqual(readdirSync(at('a/b')), ['c.txt']);
  });

  it('appear all or not at all', async () => {
    mkdirSync(at('half'));
    writeFileSync(at('blocked'), '');
    const files = [
      { path: at('half/one.txt'), content: '1' },
      { path: at('blocked/two.txt'), content: '2' },
    ];
    await assert.rejects(writeResults(files), {
      code: 'OUTPUT_UNWRITABLE',
      message: /blocked\/two\.txt cannot be written/,
    });
    assert.deepEqual(readdirSync(at('half')), []);
  });

  it('are refused at once where a file system makes no folders', async () => {
    const refused = writeResults([{ path: '/proc/vitrine/deep/x.txt', content: '' }]);
    await assert.rejects(refused, { code: 'OUTPUT_UNWRITABLE' });
  });
});

describe('destinations', () => {
  it('are found good without being made', async () => {
    await checkDestinations({ out: at('new/report'), annotate: at('new/seen.PNG'), kind: 'picture' });
    await checkDestinations({ out: undefined, annotate: at('seen.mp4'), kind: 'clip' });
    assert.ok(!readdirSync(folder.path).includes('new'));
  });

  it('are refused where the name is that of another kind of file', async () => {
    for (const [annotate, kind] of [
      ['x.mp4', 'picture'],
      ['x.jpg', 'clip'],
      ['x', 'clip'],
    ] as const)
      await assert.rejects(checkDestinations({ out: undefined, annotate, kind }), { code: 'USAGE' });
  });
});

describe('names of results', () => {
  it('are those of the sources, harmless and never given twice', () => {
    const names = new ResultNames();
    const labels = [
      'a/1.jpg',
      'b/1.jpg',
      '1-2.jpg',
      'rtsp://cam/stream?x=1',
      '/',
      '..',
      'Ü b.jpg',
      'x/1.jpg',
    ];
    assert.deepEqual(
      labels.map((label) => names.next(label)),
      ['1.jpg', '1-2.jpg', '1-2-2.jpg', 'stream_x_1', 'analysis', 'analysis-2', '_b.jpg', '1-3.jpg'],
    );
  });
});
