import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { z } from 'zod';
import { imageAnalysisSchema, imageFaceSchema } from '../../src/contract/analysis.ts';
import type { Box } from '../../src/core/geometry.ts';
import { type CliResult, runCli, temporaryFolder } from '../cli/run-cli.ts';
import { groupPhoto, otherPhoto } from './material.ts';
import { assertGood, cleanEnvironment, documentIn, documentsIn, launcher } from './program.ts';

const CSV_HEADER = 'timestamp,age,gender,faceId,camera,track,x,y,width,height,confidence';
const withEmbeddings = imageAnalysisSchema.extend({
  faces: z.array(imageFaceSchema.extend({ embedding: z.array(z.number()).length(128) })),
});

const folder = temporaryFolder('pictures');
after(() => folder[Symbol.dispose]());
const cwd = folder.path;
const run = (...args: string[]) => runCli(['analyze', ...args], { cwd });

mkdirSync(join(cwd, 'album/deeper'), { recursive: true });
cpSync(groupPhoto.path, join(cwd, 'album/1.jpg'));
cpSync(otherPhoto, join(cwd, 'album/deeper/1.jpg'));

interface Raw {
  readonly width: number;
  readonly data: Buffer;
}

async function pixels(path: string): Promise<Raw> {
  const { data, info } = await sharp(path).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, data };
}

/** The largest difference of a channel on the frame of the box, a few pixels wide. */
function changeAround(box: Box, a: Raw, b: Raw): number {
  let most = 0;
  for (let y = Math.round(box.y) - 4; y <= box.y + box.height + 4; y++)
    for (let x = Math.round(box.x) - 4; x <= box.x + box.width + 4; x++) {
      const inner = x > box.x + 6 && x < box.x + box.width - 6 && y > box.y + 6 && y < box.y + box.height - 6;
      if (!inner) most = Math.max(most, difference((y * a.width + x) * 3, a, b));
    }
  return most;
}

function difference(at: number, a: Raw, b: Raw): number {
  return Math.max(...[0, 1, 2].map((c) => Math.abs((a.data[at + c] ?? 0) - (b.data[at + c] ?? 0))));
}

describe('analyze one picture', () => {
  let result: CliResult;
  before(async () => {
    const args = [
      'analyze',
      'album/1.jpg',
      '--json',
      '--embeddings',
      '--annotate',
      'seen.png',
      '--out',
      'report',
    ];
    const { stdout, stderr } = await promisify(execFile)(launcher, args, { cwd, env: cleanEnvironment() });
    result = { code: 0, stdout, stderr };
  });

  it('prints one document with every large face in it, by bin/vitrine', () => {
    assertGood(result, [/^Written to report$/, /^Written to seen\.png$/]);
    const { source, width, height, faces } = documentIn(result.stdout, withEmbeddings);
    assert.deepEqual([source, width, height], ['album/1.jpg', groupPhoto.width, groupPhoto.height]);
    for (const [x, y] of groupPhoto.middles) {
      const holds = ({ box }: { box: Box }) =>
        x > box.x && x < box.x + box.width && y > box.y && y < box.y + box.height;
      assert.equal(faces.filter(holds).length, 1, `one face at ${x}, ${y}`);
    }
    for (const { landmarks, age } of faces) {
      assert.ok(
        landmarks.every(([x = -1, y = -1]) => x > -20 && x < width + 20 && y > -20 && y < height + 20),
      );
      assert.ok(age.low <= age.mean && age.mean <= age.high);
    }
  });

  it('adds an embedding of its own to each face if asked', () => {
    const { faces } = documentIn(result.stdout, withEmbeddings);
    const [one = [], other = []] = faces.map(({ embedding }) => embedding);
    const distance = Math.hypot(...one.map((value, i) => value - (other[i] ?? 0)));
    assert.ok(Math.hypot(...one) > 0.5 && distance > 0.3);
  });

  it('draws the faces on a copy and changes nothing else', async () => {
    const { faces } = documentIn(result.stdout, withEmbeddings);
    const [original, drawn] = [await pixels(join(cwd, 'album/1.jpg')), await pixels(join(cwd, 'seen.png'))];
    assert.equal(drawn.data.length, original.data.length);
    for (const { box } of faces) assert.ok(changeAround(box, original, drawn) > 60);
    const lastRow = (groupPhoto.height - 1) * groupPhoto.width * 3;
    assert.deepEqual(drawn.data.subarray(lastRow), original.data.subarray(lastRow));
  });

  it('writes a report, the document and the rows, without embeddings', () => {
    assert.deepEqual(readdirSync(join(cwd, 'report')).sort(), ['1.jpg.csv', '1.jpg.html', '1.jpg.json']);
    const text = (ending: string) => readFileSync(join(cwd, 'report', `1.jpg${ending}`), 'utf8');
    const document = documentIn(text('.json'), imageAnalysisSchema);
    const printed = documentIn(result.stdout, withEmbeddings);
    assert.deepEqual(
      document.faces,
      printed.faces.map(({ embedding: _, ...face }) => face),
    );
    const [header, ...rows] = text('.csv').trimEnd().split('\n');
    assert.deepEqual([header, rows.length], [CSV_HEADER, document.faces.length]);
    assert.match(text('.html'), /^<!doctype html>/);
    assert.doesNotMatch(text('.html'), /data:image/, 'no thumbnails where no crops are asked for');
  });
});

describe('analyze several pictures', () => {
  it('prints a line for each, in folders as people count, and no more than was asked for', async () => {
    const result = await run('album', groupPhoto.path, '--json');
    assertGood(result);
    const documents = documentsIn(result.stdout, imageAnalysisSchema);
    assert.deepEqual(
      documents.map(({ source }) => source),
      ['album/1.jpg', 'album/deeper/1.jpg', groupPhoto.path],
    );
    assert.deepEqual(documents[0]?.faces, documents[2]?.faces, 'the same picture gives the same answer');
    assert.ok((documents[1]?.faces.length ?? 0) >= 3);
  });

  it('prints the rows of all as one CSV and gives each its own report', async () => {
    const result = await run(
      'album/1.jpg',
      'album/deeper/1.jpg',
      '--csv',
      '--out',
      'reports',
      '--min-face',
      '60',
    );
    assertGood(result, [/^Written to reports$/]);
    const [header, ...rows] = result.stdout.trimEnd().split('\n');
    assert.equal(header, CSV_HEADER);
    assert.ok(!rows.includes(CSV_HEADER), 'one header');
    const widths = rows.map((row) => Number(row.split(',')[8]));
    // A box is not exact to a few pixels: what is a little narrower may be as wide as that.
    assert.ok(widths.length >= 5 && widths.every((width) => width >= 50), 'no face below --min-face');
    const names = ['1-2.jpg', '1.jpg'].flatMap((name) => ['.csv', '.html', '.json'].map((end) => name + end));
    assert.deepEqual(readdirSync(join(cwd, 'reports')).sort(), names.sort());
  });

  it('reads them smaller and without colour if asked', async () => {
    const result = await run(
      'album/1.jpg',
      '--json',
      '--max-side',
      '400',
      '--greyscale',
      '--annotate',
      'grey.png',
    );
    assertGood(result, [/^Written to/]);
    const { width, height, faces } = documentIn(result.stdout, imageAnalysisSchema);
    assert.deepEqual([width, height], [400, 359]);
    assert.ok(faces.length >= 5);
    const { data } = await pixels(join(cwd, 'grey.png'));
    const lastRow = data.subarray((height - 1) * width * 3);
    assert.ok(
      lastRow.every((value, i) => value === lastRow[i - (i % 3)]),
      'grey where nothing is drawn',
    );
  });

  it('tells a person what is seen, and says so where nobody is', async () => {
    await sharp({ create: { width: 90, height: 60, channels: 3, background: 'teal' } }).toFile(
      join(cwd, 'wall.png'),
    );
    const drawn = await run('album/1.jpg', '--annotate', 'drawn.jpg');
    assertGood(drawn, [/^Written to drawn\.jpg$/]);
    const { format, width } = await sharp(join(cwd, 'drawn.jpg')).metadata();
    assert.deepEqual([format, width], ['jpeg', groupPhoto.width]);
    const both = await run('wall.png', 'album/1.jpg');
    assertGood(both);
    assert.match(
      both.stdout,
      /^wall\.png: 90×60, 0 faces\nalbum\/1\.jpg: 800×718, \d+ faces\n {2}BOX +AGE +GENDER/,
    );
  });
});
