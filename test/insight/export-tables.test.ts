import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parse } from 'csv-parse/sync';
import {
  audienceExport,
  tableAsCsv,
  tableAsNdjson,
  visitExport,
  visitorExport,
} from '../../src/insight/export-tables.ts';
import { collect, minute, visit, visitor } from '../contract/records.ts';

const text = async (pieces: AsyncIterable<string>) => (await collect(pieces)).join('');

describe('exported tables', () => {
  it('have these columns: a contract', () => {
    assert.equal(
      visitorExport.columns.join(),
      'faceId,site,firstSeen,lastSeen,age,ageLow,ageHigh,gender,genderProbability',
    );
    assert.equal(
      visitExport.columns.join(),
      'startedAt,endedAt,dwellSeconds,faceId,site,returning,age,gender',
    );
    assert.equal(
      audienceExport.columns.join(),
      'minute,site,camera,ageBand,gender,tracks,presentSeconds,lookingSeconds',
    );
  });

  it('fill every column', () => {
    const { run: _, ...total } = minute();
    for (const [columns, row] of [
      [visitorExport.columns, visitorExport.row(visitor())],
      [visitExport.columns, visitExport.row(visit())],
      [audienceExport.columns, audienceExport.row(total)],
    ] as const)
      assert.deepEqual(Object.keys(row).sort(), [...columns].sort());
  });

  it('leave unknown values empty in CSV and null in JSON', async () => {
    const unknown = visit({ faceId: null, ageMean: null, gender: 'unknown' });
    const csv = await text(tableAsCsv(visitExport, [unknown]));
    assert.equal(
      csv.split('\n')[1],
      '2026-03-01T10:00:00.000Z,2026-03-01T10:05:00.000Z,300,,shop,false,,unknown',
    );
    const { faceId, age, returning } = JSON.parse(await text(tableAsNdjson(visitExport, [unknown])));
    assert.deepEqual([faceId, age, returning], [null, null, false]);
  });

  it('give estimates no more digits than they are worth', () => {
    const { age, ageLow, genderProbability } = visitorExport.row(
      visitor({ ageMean: 27.777706, ageLow: 18.04, genderProbability: 0.951876 }),
    );
    assert.deepEqual([age, ageLow, genderProbability], [27.8, 18, 0.952]);
    const { age: atVisit } = visitExport.row(visit({ ageMean: 24.17 }));
    assert.equal(atVisit, 24.2);
  });

  it('hold nothing that a spreadsheet would run, and quote what they must', async () => {
    const csv = await text(tableAsCsv(visitorExport, [visitor({ site: '=cmd|"calc",1' })]));
    const [row] = parse(csv, { from_line: 2 }) as string[][];
    assert.equal(row?.[1], `'=cmd|"calc",1`);
  });

  it('are a header alone without rows, and nothing as JSON lines', async () => {
    assert.equal(await text(tableAsCsv(visitExport, [])), `${visitExport.columns.join()}\n`);
    assert.equal(await text(tableAsNdjson(visitExport, [])), '');
  });

  it('come in pieces of bounded size', async () => {
    const many = Array.from({ length: 1_700 }, (_, i) => visit({ id: `visit-${i}` }));
    for (const pieces of [tableAsCsv(visitExport, many), tableAsNdjson(visitExport, many)]) {
      const all = await collect(pieces);
      assert.ok(all.length >= 4 && all.every((piece) => piece.endsWith('\n')));
      assert.equal(all.join('').trimEnd().split('\n').length - (all.length === 5 ? 1 : 0), many.length);
    }
  });
});
