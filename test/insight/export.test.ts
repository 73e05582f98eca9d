import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import type { Sighting } from '../../src/contract/sighting.ts';
import { sightingsAsCsv, sightingsAsNdjson } from '../../src/insight/export.ts';

const row: Sighting = {
  timestamp: '2026-01-01T10:00:00.000Z',
  age: 31.5,
  gender: 'female',
  faceId: 'v-000000000001',
  camera: 'door',
  track: 't1',
  box: { x: -3.5, y: 20, width: 64, height: 72 },
  confidence: 0.93,
};

async function text(pieces: AsyncIterable<string>): Promise<string> {
  let all = '';
  for await (const piece of pieces) all += piece;
  return all;
}

function columns(csv: string): string[] {
  return parse(csv, { from_line: 2 })[0] ?? [];
}

describe('sightingsAsCsv', () => {
  it('has exactly this header and order of values', async () => {
    assert.equal(
      await text(sightingsAsCsv([row])),
      'timestamp,age,gender,faceId,camera,track,x,y,width,height,confidence\n' +
        '2026-01-01T10:00:00.000Z,31.5,female,v-000000000001,door,t1,-3.5,20,64,72,0.93\n',
    );
  });

  it('leaves unknown values empty, and is a header alone without rows', async () => {
    const csv = await text(sightingsAsCsv([{ ...row, age: null, faceId: null }]));
    assert.match(csv, /\n2026-01-01T10:00:00\.000Z,,female,,door,/);
    assert.equal((await text(sightingsAsCsv([]))).split('\n').length, 2);
  });

  for (const camera of ['=1+2', '+1', '-1', '@SUM(A1)', '\tx', '\rx', '=HYPERLINK("http://x","y")']) {
    it(`keeps a spreadsheet from running ${JSON.stringify(camera)}`, async () => {
      const value = columns(await text(sightingsAsCsv([{ ...row, camera }])))[4];
      assert.equal(value, `'${camera}`);
    });
  }

  it('does not take a negative number for a formula', async () => {
    assert.equal(columns(await text(sightingsAsCsv([row])))[6], '-3.5');
  });

  it('gives back every name that is put in', async () => {
    const name = fc.string({ minLength: 1, unit: 'binary' }).filter((text) => text.isWellFormed());
    await fc.assert(
      fc.asyncProperty(name, name, async (camera, track) => {
        const values = columns(await text(sightingsAsCsv([{ ...row, camera, track }])));
        assert.equal(values.length, 11);
        assert.equal(values[4]?.replace(/^'/, ''), camera.replace(/^'/, ''));
      }),
    );
  });

  it('streams: the first rows come out before the last are read', async () => {
    let read = 0;
    async function* many() {
      for (; read < 10_000; read++) yield row;
    }
    const pieces = sightingsAsCsv(many());
    await pieces.next();
    await pieces.next();
    assert.ok(read < 1000, `${read} rows were read`);
    await pieces.return();
  });
});

describe('sightingsAsNdjson', () => {
  it('writes each sighting on a line of its own', async () => {
    const lines = (await text(sightingsAsNdjson([row, { ...row, camera: 'a\nb' }]))).split('\n');
    assert.equal(lines.length, 3);
    assert.deepEqual(JSON.parse(lines[0] ?? ''), row);
    assert.deepEqual(JSON.parse(lines[1] ?? ''), { ...row, camera: 'a\nb' });
  });

  it('keeps back what only a store needs', async () => {
    const message = { ...row, id: 'abc', site: 'secret' };
    assert.deepEqual(JSON.parse(await text(sightingsAsNdjson([message]))), row);
  });

  it('writes nothing for nothing', async () => {
    assert.equal(await text(sightingsAsNdjson([])), '');
  });
});
