import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { crc32, deflateSync } from 'node:zlib';
import { imageAnalysisSchema, videoAnalysisSchema } from '../../src/contract/analysis.ts';
import type { ErrorCode } from '../../src/core/errors.ts';
import { runCli, temporaryFolder } from '../cli/run-cli.ts';
import { groupPhoto, shopClip } from './material.ts';
import { assertRefused, documentIn, documentsIn } from './program.ts';

/** What people hand to the program by mistake: one clear line each, nothing lost, nothing half-written. */

const folder = temporaryFolder('bad-input');
after(() => folder[Symbol.dispose]());
const cwd = folder.path;
const analyze = (...args: string[]) => runCli(['analyze', ...args], { cwd });
const clip = await shopClip(8);

/** A black PNG whose header says this size, whatever the data hold. */
function png(width: number, height: number, rows = height): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2], 8); // 8 bits, RGB
  const pixels = deflateSync(Buffer.alloc(rows * (1 + Math.min(width, 64) * 3)));
  const chunk = (name: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(name), data]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(data.length, 0);
    frame.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', pixels),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const whole = readFileSync(groupPhoto.path);
const files: Readonly<Record<string, Uint8Array | string>> = {
  'truncated.jpg': whole.subarray(0, whole.length / 3),
  'noise.jpg': Buffer.from(Array.from({ length: 4000 }, (_, i) => (i * 7919) % 251)),
  'empty.jpg': '',
  'text.jpg': 'Dear diary',
  'huge.png': png(60_000, 60_000, 8),
  'zero.png': png(0, 0),
  'text.mp4': 'Dear diary',
  'notes.txt': 'Dear diary',
};
for (const [name, content] of Object.entries(files)) writeFileSync(join(cwd, name), content);
mkdirSync(join(cwd, 'folder.jpg'));
execFileSync('mkfifo', [join(cwd, 'pipe.jpg')]);
cpSync(groupPhoto.path, join(cwd, 'good.jpg'));

const refused: readonly (readonly [source: string, code: ErrorCode])[] = [
  ['truncated.jpg', 'SOURCE_CORRUPT'],
  ['noise.jpg', 'SOURCE_CORRUPT'],
  ['empty.jpg', 'SOURCE_EMPTY'],
  ['text.jpg', 'SOURCE_CORRUPT'],
  ['huge.png', 'SOURCE_TOO_LARGE'],
  ['zero.png', 'SOURCE_CORRUPT'],
  ['text.mp4', 'SOURCE_UNSUPPORTED'],
  ['notes.txt', 'SOURCE_UNSUPPORTED'],
  ['folder.jpg', 'SOURCE_EMPTY'],
  ['pipe.jpg', 'SOURCE_UNSUPPORTED'],
  ['/dev/null', 'SOURCE_UNSUPPORTED'],
  ['nothing.jpg', 'SOURCE_NOT_FOUND'],
  ['file://elsewhere/x.jpg', 'SOURCE_NOT_FOUND'],
  ['gopher://somewhere/x', 'SOURCE_UNSUPPORTED'],
];

describe('analyze of what is no picture and no clip', () => {
  for (const [source, code] of refused)
    it(`refuses ${source}`, async () => {
      const before = readdirSync(cwd);
      const result = await analyze(
        source,
        '--json',
        '--out',
        'report',
        '--annotate',
        source.endsWith('.mp4') || source.includes('gopher') ? 'x.mp4' : 'x.jpg',
      );
      const usage = source === 'folder.jpg';
      assertRefused(result, {
        exit: usage ? 2 : 1,
        code: usage ? 'USAGE' : code,
        names: usage ? '--annotate' : basename(source),
      });
      assert.equal(result.stdout, '');
      assert.deepEqual(readdirSync(cwd), before, 'nothing is left behind');
    });

  it('does what can be done of many, and tells of each of the others', async () => {
    const result = await analyze('good.jpg', ...refused.map(([source]) => source), 'good.jpg', '--json');
    assert.equal(documentsIn(result.stdout, imageAnalysisSchema).length, 2);
    assert.equal(result.code, 1);
    const lines = result.stderr.trimEnd().split('\n');
    assert.equal(lines.length, refused.length);
    for (const [source, code] of refused) {
      const told = lines.filter((line) => line.includes(source));
      assert.equal(told.length, 1, source);
      assert.match(told[0] ?? '', new RegExp(`^vitrine: .* \\(${code}\\)\\. [A-Z].*\\.$`));
    }
  });

  it('finds the one bad picture in a full folder and does all others', async () => {
    mkdirSync(join(cwd, 'many'));
    for (let i = 0; i < 100; i++)
      writeFileSync(join(cwd, `many/${i}.png`), i === 75 ? 'Dear diary' : png(32, 32));
    const result = await analyze('many', '--json', '--out', 'album');
    const sources = documentsIn(result.stdout, imageAnalysisSchema).map(({ source }) => source);
    assert.deepEqual([sources.length, sources[0], sources.at(-1)], [99, 'many/0.png', 'many/99.png']);
    const talk = result.stderr.split('\n').filter((line) => line.startsWith('vitrine: '));
    assert.equal(talk.length, 1);
    assert.match(talk[0] ?? '', /many\/75\.png .* \(SOURCE_CORRUPT\)\. /);
    assert.equal(result.code, 1);
    assert.deepEqual(readdirSync(join(cwd, 'album')).sort(), ['many.csv', 'many.html', 'many.ndjson']);
  });

  it('gives what was seen of a clip that breaks off', async () => {
    const bytes = readFileSync(clip.path);
    writeFileSync(join(cwd, 'half.mp4'), bytes.subarray(0, Math.floor(bytes.length * 0.6)));
    const result = await analyze('half.mp4', '--json');
    assertRefused(result, { exit: 1, code: 'SOURCE_CORRUPT', names: 'half.mp4' });
    const { frames, faces } = documentIn(result.stdout, videoAnalysisSchema);
    assert.ok(frames > 10 && frames < clip.truth.frames && faces > 0, `${frames} frames`);
  });
});
