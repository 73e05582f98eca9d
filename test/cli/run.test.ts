import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { registerRun } from '../../src/cli/commands/run.ts';
import { sightingSchema } from '../../src/contract/sighting.ts';
import { shopClip } from '../e2e/material.ts';
import { call } from './in-process.ts';
import { temporaryFolder } from './run-cli.ts';

describe('run', () => {
  it('takes its cameras and rules from a file, and the command line before the file', async () => {
    using folder = temporaryFolder('run');
    const { path } = await shopClip(8);
    const file = join(folder.path, 'shop.yaml');
    const camera = `{ id: entrance, source: ${path}, maxFrameRate: 4 }`;
    writeFileSync(file, `mode: loyalty\nsightings: { intervalMs: 500 }\ncameras:\n  - ${camera}\n`);
    const args = [
      'run',
      '--config',
      file,
      '--mode',
      'session',
      '--data',
      join(folder.path, 'data'),
      '--json',
    ];
    const { code, stdout, stderr } = await call(registerRun, args);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^Watching 1 camera in session mode; .*\nCamera entrance: 3[2-4] frames, /);
    const sightings = stdout
      .trimEnd()
      .split('\n')
      .map((line) => sightingSchema.parse(JSON.parse(line)));
    assert.ok(sightings.length > 8 && sightings.every((sighting) => sighting.camera === 'entrance'));
  });

  it('prints nothing where it is asked to be quiet', async () => {
    using folder = temporaryFolder('run');
    const { path } = await shopClip(8);
    const args = ['run', '--source', path, '--max-fps', '2', '--quiet', '--data', join(folder.path, 'data')];
    const { code, stdout } = await call(registerRun, args);
    assert.deepEqual([code, stdout], [0, '']);
  });

  it('needs a camera', async () => {
    const { code, stderr } = await call(registerRun, ['run']);
    assert.equal(code, 2);
    assert.match(stderr, /^vitrine: no camera: give --source or a configuration file \(USAGE\)\. /);
  });
});
