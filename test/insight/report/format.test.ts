import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  ageWithInterval,
  clockTime,
  counted,
  decimal,
  duration,
  genderWithProbability,
  instant,
} from '../../../src/insight/report/format.ts';

describe('the words and numbers of the report', () => {
  it('writes times as people say them', () => {
    assert.deepEqual([0, 9.4, 160, 3723].map(clockTime), ['0:00', '0:09', '2:40', '1:02:03']);
    assert.deepEqual([8, 59.6, 160, 3720].map(duration), ['8 s', '1 min 00 s', '2 min 40 s', '1 h 02 min']);
    assert.equal(instant(Date.parse('2026-11-22T08:15:00Z')), '22 November 2026 at 08:15 UTC');
  });

  it('does not round a small number away', () => {
    assert.deepEqual([0, 0.04, 3.66, 84.25].map(decimal), ['0.0', '0.04', '3.7', '84.3']);
  });

  it('says what is unknown', () => {
    assert.equal(ageWithInterval(undefined), 'unknown');
    assert.equal(ageWithInterval({ mean: 31.9, low: 27.2, high: 36.8 }), '31 (27–36)');
    assert.equal(genderWithProbability('unknown', 0.6), 'unknown');
    assert.equal(genderWithProbability('male', 0.976), 'male 98 %');
  });

  it('uses the singular for one', () => {
    assert.deepEqual(
      [0, 1, 12345].map((n) => counted(n, 'face')),
      ['0 faces', '1 face', '12,345 faces'],
    );
  });
});
