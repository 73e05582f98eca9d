import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { registerCompare } from '../../src/cli/commands/compare.ts';
import { groupPhoto } from '../e2e/material.ts';
import { call } from './in-process.ts';

describe('compare', () => {
  it('finds a picture to show the person that it shows', async () => {
    const same = [groupPhoto.path, groupPhoto.path];
    const words = await call(registerCompare, ['compare', ...same]);
    assert.deepEqual(words, {
      code: 0,
      stdout: 'the same person: distance 0.000, threshold 0.55\n',
      stderr: '',
    });
    const { stdout } = await call(registerCompare, ['compare', ...same, '--json']);
    const [a, b] = same;
    assert.deepEqual(JSON.parse(stdout), { a, b, distance: 0, same: true, threshold: 0.55 });
  });

  it('needs two pictures', async () => {
    const { code, stderr } = await call(registerCompare, ['compare', groupPhoto.path]);
    assert.equal(code, 2);
    assert.match(stderr, /missing required argument 'b'/);
  });
});
