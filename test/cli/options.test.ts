import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InvalidArgumentError } from 'commander';
import { numberOption, repeated } from '../../src/cli/options.ts';

describe('an option that takes a number', () => {
  const parse = numberOption({ min: 0.1, max: 240 });

  it('takes what lies within its bounds', () => {
    assert.deepEqual(['0.1', '12', ' 240 ', '1e2'].map(parse), [0.1, 12, 240, 100]);
  });

  it('says what is allowed where it is something else', () => {
    for (const text of ['', ' ', 'fast', '0', '241', 'NaN', 'Infinity', '12fps', '-1'])
      assert.throws(
        () => parse(text),
        (error) =>
          error instanceof InvalidArgumentError && error.message === 'Give a number from 0.1 to 240.',
        text,
      );
  });

  it('may want whole ones', () => {
    const whole = numberOption({ min: 64, max: 16_384, whole: true });
    assert.equal(whole('640'), 640);
    assert.throws(() => whole('300.5'), /^InvalidArgumentError: Give a whole number from 64 to 16384\.$/);
  });
});

describe('an option that may be repeated', () => {
  it('gathers its values in their order', () => {
    assert.deepEqual(repeated('b', repeated('a')), ['a', 'b']);
  });
});
