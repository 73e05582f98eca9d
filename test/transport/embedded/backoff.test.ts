import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pauseAfter } from '../../../src/transport/embedded/backoff.ts';

const retry = { initialMs: 100, maxMs: 3_000, limit: 10 };

describe('pause between attempts', () => {
  it('doubles up to the longest pause', () => {
    const longest = [0, 1, 2, 3, 4, 5, 6, 50, 2_000].map((attempt) => pauseAfter(attempt, retry, () => 1));
    assert.deepEqual(longest, [100, 200, 400, 800, 1_600, 3_000, 3_000, 3_000, 3_000]);
  });

  it('is half fixed and half random', () => {
    assert.equal(
      pauseAfter(1, retry, () => 0),
      100,
    );
    assert.equal(
      pauseAfter(1, retry, () => 0.5),
      150,
    );
  });
});
