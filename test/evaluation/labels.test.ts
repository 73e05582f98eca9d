import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { VitrineError } from '../../src/core/errors.ts';
import { readLabels } from '../../src/evaluation/labels.ts';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vitrine-labels-'));
});
afterEach(async () => {
  await rm(dir, { recursive: true });
});

async function put(path: string, text = ''): Promise<void> {
  await mkdir(dirname(join(dir, path)), { recursive: true });
  await writeFile(join(dir, path), text);
}

/** The message of the EVAL_INVALID that reading the folder throws. */
async function complaint(): Promise<string> {
  const error = await readLabels(dir).then(
    () => assert.fail('the labels were accepted'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof VitrineError, String(error));
  assert.equal(error.code, 'EVAL_INVALID');
  return error.message;
}

describe('readLabels', () => {
  it('reads all three files, columns by name, blanks as unknown', async () => {
    await put('img/a.jpg');
    await put('b.jpg');
    await put(
      'labels.csv',
      '\uFEFFage,path,gender,identity,x,y,w,h,ethnicity,comment\r\n' +
        '31.5, img/a.jpg ,Female,ann,1,2,30,40,Asian,x\r\n\r\n,b.jpg,,,,,,\r\n',
    );
    await put('pairs.csv', 'path_a,path_b,same,fold\nimg/a.jpg,b.jpg,1,3\nb.jpg,./img/a.jpg,false,4\n');
    await put('reid.csv', 'path,identity,role\nimg/a.jpg,ann,enrol\nb.jpg,ann,returning\nb.jpg,,new\n');
    const folder = await readLabels(dir);
    const blank = {
      identity: undefined,
      age: undefined,
      gender: undefined,
      ethnicity: undefined,
      box: undefined,
    };
    assert.deepEqual(folder, {
      labels: [
        {
          line: 2,
          path: 'img/a.jpg',
          identity: 'ann',
          age: 31.5,
          gender: 'female',
          ethnicity: 'Asian',
          box: { x: 1, y: 2, width: 30, height: 40 },
        },
        { line: 4, path: 'b.jpg', ...blank },
      ],
      pairs: [
        { line: 2, a: 'img/a.jpg', b: 'b.jpg', same: true, fold: '3' },
        { line: 3, a: 'b.jpg', b: 'img/a.jpg', same: false, fold: '4' },
      ],
      reid: [
        { line: 2, path: 'img/a.jpg', identity: 'ann', role: 'enrol' },
        { line: 3, path: 'b.jpg', identity: 'ann', role: 'returning' },
        { line: 4, path: 'b.jpg', identity: undefined, role: 'new' },
      ],
    });
  });

  it('understands the box 0,0,0,0 as "no face here"', async () => {
    await put('a.jpg');
    await put('labels.csv', 'path,x,y,w,h\na.jpg,0,0,0,0\n');
    assert.equal((await readLabels(dir)).labels[0]?.box, 'none');
  });

  it('reads quoted values with commas in them', async () => {
    await put('a, b.jpg');
    await put('labels.csv', 'path,age\n"a, b.jpg",7\n');
    assert.equal((await readLabels(dir)).labels[0]?.path, 'a, b.jpg');
  });

  it('tells every problem of every file in one line', async () => {
    await put('a.jpg');
    await put(
      'labels.csv',
      'path,age,gender,x,y,w,h\na.jpg,old,person,1,2,3,\n,5,,,,,\na.jpg,200,,1,1,-3,2\nmissing.jpg,1,,,,,,9,9\n',
    );
    await put('pairs.csv', 'path_a,path_b,same\na.jpg,a.jpg,maybe\n');
    await put('reid.csv', 'path,identity,role\na.jpg,,enrol\na.jpg,bob,visitor\n');
    const message = await complaint();
    const expected = [
      'labels.csv line 2: gender is "person", not female or male',
      'labels.csv line 2: age is "old", not a number',
      'labels.csv line 2: the box lacks one of x, y, w, h',
      'labels.csv line 3: path is blank',
      'labels.csv line 4: age is 200, not 0 to 130',
      'labels.csv line 4: the box is -3 × 2 pixels',
      'labels.csv line 5: 9 values, but the header has 7',
      'labels.csv line 5: missing.jpg is not there',
      'pairs.csv line 2: same is "maybe", not 1 or 0',
      'reid.csv line 2: the identity is blank',
      'reid.csv line 3: role is "visitor", not enrol, returning or new',
    ];
    for (const text of expected) assert.ok(message.includes(text), `${text}\nis not in\n${message}`);
    assert.equal(message.split('; ').length, expected.length);
    assert.ok(!message.includes('\n'));
  });

  it('does not read words that every object has as a value', async () => {
    await put('a.jpg');
    await put('labels.csv', 'path,gender\na.jpg,constructor\n');
    assert.match(await complaint(), /gender is "constructor"/);
  });

  it('shows the first problems of very many and counts the rest', async () => {
    await put('labels.csv', `path\n${Array.from({ length: 120 }, (_, i) => `${i}.jpg\n`).join('')}`);
    const message = await complaint();
    assert.match(message, /line 2: 0\.jpg is not there/);
    assert.match(message, /; and 100 more$/);
  });

  for (const path of ['../secret.jpg', '/etc/passwd', 'img/../../secret.jpg', '..']) {
    it(`does not follow the path ${path} out of the folder`, async () => {
      await put('labels.csv', `path\n${path}\n`);
      assert.match(await complaint(), /labels\.csv line 2: path ".*" leads out of the folder/);
    });
  }

  it('wants a box for each of two labelled faces in one picture', async () => {
    await put('a.jpg');
    await put('labels.csv', 'path,age\na.jpg,30\na.jpg,40\n');
    assert.match(await complaint(), /line 3: the same picture as line 2; both faces need a box/);
  });

  it('wants no face described in a picture labelled as empty', async () => {
    await put('a.jpg');
    await put('labels.csv', 'path,age,x,y,w,h\na.jpg,30,0,0,0,0\n');
    assert.match(await complaint(), /line 2: the picture is also labelled as holding no face/);
  });

  it('wants returning people enrolled, new ones not, and folds for all or none', async () => {
    await put('a.jpg');
    await put('reid.csv', 'path,identity,role\na.jpg,ann,enrol\na.jpg,bob,returning\na.jpg,ann,new\n');
    await put('pairs.csv', 'path_a,path_b,same,fold\na.jpg,a.jpg,1,1\na.jpg,a.jpg,1,\n');
    const message = await complaint();
    assert.match(message, /reid\.csv line 3: bob is returning but never enrolled/);
    assert.match(message, /reid\.csv line 4: ann is new but also enrolled/);
    assert.match(message, /pairs\.csv line 3: the fold is blank/);
  });

  it('names the columns that a header lacks', async () => {
    await put('pairs.csv', 'path_a,same\n');
    await put('labels.csv', 'path,age,age\n');
    const message = await complaint();
    assert.match(message, /pairs\.csv line 1: the header lacks path_b/);
    assert.match(message, /labels\.csv line 1: the header names age twice/);
  });

  it('explains a file that is no CSV, and an empty one', async () => {
    await put('labels.csv', 'path\n"a.jpg\n');
    assert.match(await complaint(), /^labels\.csv: Quote Not Closed/);
    await put('labels.csv', '');
    assert.match(await complaint(), /labels\.csv line 1: the file is empty/);
  });

  it('says what a folder without labels should hold, and that a missing folder is missing', async () => {
    assert.match(await complaint(), /holds neither labels\.csv nor pairs\.csv nor reid\.csv/);
    await assert.rejects(readLabels(join(dir, 'nowhere')), { code: 'SOURCE_NOT_FOUND' });
  });
});
