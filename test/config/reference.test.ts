import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { configKeys, pathText } from '../../src/config/keys.ts';
import { configReference } from '../../src/config/reference.ts';

describe('the reference page', () => {
  it('has one row for every key', () => {
    const rows = [...configReference().matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1]);
    const keys = configKeys().filter((key) => key.kind === 'value');
    assert.deepEqual(rows.toSorted(), keys.map((key) => pathText(key.path)).toSorted());
  });
});
