import assert from 'node:assert/strict';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { registerEval } from '../../src/cli/commands/eval.ts';
import { groupPhoto } from '../e2e/material.ts';
import { call } from './in-process.ts';
import { temporaryFolder } from './run-cli.ts';

describe('eval', () => {
  it('measures only what there are labels for', async () => {
    using folder = temporaryFolder('eval');
    cpSync(groupPhoto.path, join(folder.path, 'a.jpg'));
    writeFileSync(join(folder.path, 'pairs.csv'), 'path_a,path_b,same\na.jpg,a.jpg,1\n');
    const { code, stdout, stderr } = await call(registerEval, ['eval', folder.path, '--json']);
    assert.deepEqual([code, stderr], [0, '']);
    const figures = JSON.parse(stdout);
    assert.deepEqual(Object.keys(figures), ['verification', 'performance']);
    assert.deepEqual([figures.verification.accuracy, figures.verification.auc], [1, null]);
  });

  it('names a folder that holds no labels', async () => {
    using folder = temporaryFolder('eval');
    const { code, stdout, stderr } = await call(registerEval, ['eval', folder.path]);
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, new RegExp(`^vitrine: ${folder.path} holds neither .* \\(EVAL_INVALID\\)\\. Give `));
  });
});
