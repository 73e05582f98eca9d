import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { registerDemo } from '../../src/cli/commands/demo.ts';
import { call } from './in-process.ts';
import { temporaryFolder } from './run-cli.ts';

describe('demo', () => {
  it('refuses what it could not write before it begins', async () => {
    const picture = await call(registerDemo, ['demo', '--once', '--annotate', 'seen.jpg']);
    assert.deepEqual([picture.code, picture.stdout], [2, '']);
    assert.match(picture.stderr, /^vitrine: --annotate for a clip wants a name in \.mp4 \(USAGE\)\. /);
    using folder = temporaryFolder('demo');
    mkdirSync(join(folder.path, 'seen.mp4'));
    const taken = await call(registerDemo, ['demo', '--once', '--annotate', join(folder.path, 'seen.mp4')]);
    assert.deepEqual([taken.code, taken.stdout], [1, '']);
    assert.match(taken.stderr, /seen\.mp4 is a folder, not a file \(OUTPUT_UNWRITABLE\)\. /);
  });
});
