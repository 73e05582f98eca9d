import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { sightingSchema } from '../../src/contract/sighting.ts';
import { runCli, temporaryFolder } from '../cli/run-cli.ts';
import { count, query } from './data-folder.ts';
import { startFaceCamera } from './face-camera.ts';
import { shopClip } from './material.ts';
import { assertRefused, documentsIn, start, until } from './program.ts';

const folder = temporaryFolder('run');
after(() => folder[Symbol.dispose]());
const cwd = folder.path;
const clip = await shopClip(8);
const run = (...args: string[]) => runCli(['run', ...args], { cwd });

describe('run with files', () => {
  it('reads one to its end, prints its sightings, sums it up and stores it', async () => {
    const { code, stdout, stderr } = await run('--source', clip.path, '--data', 'one', '--max-fps', '6');
    assert.equal(code, 0);
    assert.match(
      stderr,
      /^Watching 1 camera in anonymous mode; Ctrl-C stops\.\nCamera camera-1: 48 frames, \d+ dropped, \d+ faces\n$/,
    );
    const [header = '', ...rows] = stdout.trimEnd().split('\n');
    assert.match(header, /^TIMESTAMP +AGE +GENDER +FACE ID$/);
    assert.ok(
      rows.length >= 5 && rows.every((row) => /^\d{4}-\d\d-\d\dT\S+Z {2}(\d+\.\d|–) +\w+ +\S/.test(row)),
    );
    assert.ok(count(join(cwd, 'one'), 'audience_minutes') >= 1);
  });

  it('watches two at once as two cameras of one shop', async () => {
    const args = [
      '--source',
      clip.path,
      '--source',
      clip.path,
      '--mode',
      'loyalty',
      '--data',
      'two',
      '--json',
    ];
    const { code, stdout, stderr } = await run(...args);
    assert.equal(code, 0, stderr);
    const sightings = documentsIn(stdout, sightingSchema);
    const idsOf = (camera: string) =>
      new Set(sightings.filter((s) => s.camera === camera).map(({ faceId }) => faceId));
    assert.deepEqual(idsOf('camera-1'), idsOf('camera-2'), 'the same person in both');
    assert.equal(idsOf('camera-1').size, 1);
    assert.equal(count(join(cwd, 'two'), 'sightings'), sightings.length);
    assert.equal(query(join(cwd, 'two'), 'select distinct camera from sightings').length, 2);
    for (const camera of ['camera-1', 'camera-2'])
      assert.match(stderr, new RegExp(`Camera ${camera}: 96 frames, 0 `));
  });

  it('goes on with one where the other is missing, says so in one line and by the exit code', async () => {
    const { code, stdout, stderr } = await run(
      '--source',
      'gone.mp4',
      '--source',
      clip.path,
      '--data',
      'half',
      '--json',
    );
    assert.equal(code, 1);
    assert.equal(stderr.split('\n').filter((line) => line.includes('gone.mp4')).length, 1);
    assert.match(stderr, /gone\.mp4 does not exist \(SOURCE_NOT_FOUND\)/);
    assert.ok(documentsIn(stdout, sightingSchema).every(({ camera }) => camera === 'camera-2'));
  });
});

describe('run with cameras', () => {
  it('says of a dead one in one line that it is, asks it again, and stops within two seconds', async () => {
    const running = start(['run', '--source', 'http://127.0.0.1:1/video', '--data', 'dead', '--json'], {
      cwd,
    });
    await until(running, () => running.text.stderr.includes('127.0.0.1:1'), {
      what: 'it spoke of the camera',
    });
    await delay(2500); // time for two more attempts
    const asked = Date.now();
    running.child.kill('SIGINT');
    const { code, stdout, stderr } = await running.ended;
    assert.ok(Date.now() - asked < 2000, `${Date.now() - asked} ms`);
    const about = stderr.split('\n').filter((line) => line.includes('127.0.0.1:1'));
    assert.equal(about.length, 1, stderr);
    assert.match(about[0] ?? '', /SOURCE_UNREACHABLE.*connection refused/);
    assert.deepEqual([code, stdout], [0, '']);
  });

  it('watches one until Ctrl-C, which stores what was seen', async () => {
    const camera = await startFaceCamera();
    const address = camera.url.replace('//', '//clerk:s3cret@');
    const args = ['run', '--source', address, '--mode', 'loyalty', '--data', 'live', '--json'];
    const running = start(args, { cwd, env: { VITRINE_LOG__LEVEL: 'debug' } });
    await until(running, () => running.text.stdout.includes('"faceId":"v-'), {
      what: 'somebody was recognised',
    });
    const asked = Date.now();
    running.child.kill('SIGINT');
    const { code, stdout, stderr } = await running.ended;
    assert.ok(Date.now() - asked < 2000, `${Date.now() - asked} ms`);
    assert.equal(code, 0, stderr);
    const sightings = documentsIn(stdout, sightingSchema);
    assert.equal(count(join(cwd, 'live'), 'sightings'), sightings.length);
    assert.equal(count(join(cwd, 'live'), 'visitors'), 1);
    assert.match(stderr, /Camera camera-1: \d+ frames/);
    assert.doesNotMatch(stdout + stderr, /s3cret|clerk/);
  });
});

describe('run called wrongly', () => {
  it('lists every problem of the configuration at once and touches nothing', async () => {
    const lines = [
      'mode: open',
      'cameras:',
      '  - { id: a, source: "" }',
      '  - { id: a, source: x, maxFrameRate: 0 }',
      'shop: 1',
    ];
    writeFileSync(join(cwd, 'wrong.yaml'), lines.join('\n'));
    const result = await run('--config', 'wrong.yaml', '--data', 'untouched');
    assertRefused(result, { exit: 2, code: 'CONFIG_INVALID', names: 'wrong.yaml' });
    for (const key of ['mode', 'cameras[0].source', 'cameras[1].maxFrameRate', 'shop', 'cameras[1].id'])
      assert.ok(result.stderr.includes(key), key);
    assert.ok(!existsSync(join(cwd, 'untouched')));
  });

  it('refuses to start without a camera, a configuration file, a data folder or models', async () => {
    assertRefused(await run(), { exit: 2, code: 'USAGE', names: '--source' });
    const unread = await run('--config', 'nowhere.yaml');
    assertRefused(unread, { exit: 2, code: 'CONFIG_UNREADABLE', names: 'nowhere.yaml' });
    const blocked = await run('--source', clip.path, '--data', 'wrong.yaml');
    assertRefused(blocked, { exit: 1, code: 'STORE_UNREADABLE', names: 'wrong.yaml' });
    writeFileSync(join(cwd, 'bare.yaml'), 'vision: { models: { dir: nowhere } }\n');
    const bare = await run('--source', clip.path, '--data', 'unmade', '--config', 'bare.yaml');
    assertRefused(bare, { exit: 1, code: 'MODEL_MISSING', names: 'nowhere/blazeface.onnx' });
    assert.ok(!existsSync(join(cwd, 'unmade')), 'nothing was made');
    assert.equal(blocked.stdout + bare.stdout, '', 'no header before it runs');
  });
});
