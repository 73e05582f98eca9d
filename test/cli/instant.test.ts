import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InvalidArgumentError } from 'commander';
import { instantOption } from '../../src/cli/instant.ts';

describe('a time on the command line', () => {
  for (const [text, iso] of [
    ['2026-03-01', '2026-03-01T00:00:00.000Z'],
    ['2026-03-01T10:00', '2026-03-01T10:00:00.000Z'],
    ['2026-03-01T10:00:30.5', '2026-03-01T10:00:30.500Z'],
    ['2026-03-01T10:00:00Z', '2026-03-01T10:00:00.000Z'],
    ['2026-03-01T10:00:00+05:30', '2026-03-01T04:30:00.000Z'],
    ['2028-02-29', '2028-02-29T00:00:00.000Z'],
  ] as const)
    it(`${text} is ${iso}, whatever the time zone of the machine`, () => {
      assert.equal(new Date(instantOption(text)).toISOString(), iso);
    });

  for (const text of [
    '',
    'yesterday',
    '2026',
    '2026-02-29',
    '2026-13-01',
    '2026-04-31',
    '2026-03-01T25:00',
    '1 Mar',
  ])
    it(`"${text}" is none`, () => assert.throws(() => instantOption(text), InvalidArgumentError));
});
