import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { videoAnalysisSchema } from '../../src/contract/analysis.ts';
import { defaultModelsDir } from '../../src/vision/onnx/manifest.ts';
import { runCli, temporaryFolder } from '../cli/run-cli.ts';
import { count } from './data-folder.ts';
import { groupPhoto, shopClip } from './material.ts';
import { assertGood, assertRefused, documentIn } from './program.ts';

/** Places that cannot be read or written: disks, folders, databases, models. */

const folder = temporaryFolder('places');
after(() => folder[Symbol.dispose]());
const cwd = folder.path;
const analyze = (...args: string[]) => runCli(['analyze', ...args], { cwd });
const clip = await shopClip(8);
cpSync(groupPhoto.path, join(cwd, 'photo.jpg'));
writeFileSync(join(cwd, 'file'), 'in the way');

/** A file system of its own, which is soon full; undefined where this user may not make one. */
function smallDisk(name: string, kilobytes: number): string | undefined {
  const path = join(cwd, name);
  mkdirSync(path);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'none', path], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  after(() => execFileSync('umount', [path]));
  return path;
}

describe('results that cannot be written', () => {
  for (const [place, source, option, path] of [
    ['a file in the way of the folder', 'photo.jpg', '--out', 'file'],
    ['a file in the way above it', 'photo.jpg', '--out', 'file/deeper'],
    ['a folder of the name of the picture', 'photo.jpg', '--annotate', 'taken.jpg'],
    ['a folder of the name of the clip', clip.path, '--annotate', 'taken.mp4'],
  ] as const)
    it(`are refused before the work begins: ${place}`, async () => {
      mkdirSync(join(cwd, 'taken.jpg'), { recursive: true });
      mkdirSync(join(cwd, 'taken.mp4'), { recursive: true });
      const result = await analyze(source, option, path);
      assertRefused(result, { exit: 1, code: 'OUTPUT_UNWRITABLE', names: path });
      assert.equal(result.stdout, '');
    });

  it('never replace the source itself', async () => {
    const before = readFileSync(join(cwd, 'photo.jpg'));
    const result = await analyze('photo.jpg', '--annotate', './photo.jpg');
    assertRefused(result, { exit: 2, code: 'USAGE', names: 'photo.jpg' });
    assert.deepEqual(readFileSync(join(cwd, 'photo.jpg')), before);
  });

  it('are refused by a file system that makes no folders', async () => {
    const result = await analyze('photo.jpg', '--json', '--out', '/proc/vitrine');
    assertRefused(result, { exit: 1, code: 'OUTPUT_UNWRITABLE', names: '/proc/vitrine' });
  });

  it('are told of where standard output is full', async () => {
    const stdout = openSync('/dev/full', 'w');
    const result = await runCli(['analyze', 'photo.jpg'], { cwd, stdout });
    closeSync(stdout);
    assertRefused(result, { exit: 1, code: 'DISK_FULL', names: 'output' });
  });
});

describe('a full disk', () => {
  const disk = smallDisk('disk', 96);
  const skip = disk === undefined && 'this user cannot mount a small disk';

  it('gets no half of a report, picture or clip', { skip }, async () => {
    writeFileSync(join(cwd, 'disk/filling'), Buffer.alloc(76 * 1024));
    for (const args of [
      [clip.path, '--out', 'disk/report'],
      ['photo.jpg', '--annotate', 'disk/seen.jpg'],
      [clip.path, '--annotate', 'disk/seen.mp4'],
    ]) {
      const result = await analyze(...args, '--json');
      assertRefused(result, { exit: 1, code: 'DISK_FULL', names: 'disk/' });
      const left = readdirSync(join(cwd, 'disk'), { recursive: true, withFileTypes: true });
      assert.deepEqual(
        left.filter((entry) => entry.isFile()).map(({ name }) => name),
        ['filling'],
      );
    }
  });

  const shopDisk = smallDisk('shop-disk', 260);
  it('stops a shop with one line; with more room it goes on from what was stored', {
    skip: skip || shopDisk === undefined,
  }, async () => {
    const args = [clip.path, '--json', '--mode', 'loyalty', '--data', 'shop-disk/data'];
    const result = await analyze(...args, '--every-frame');
    assertRefused(result, { exit: 1, code: 'DISK_FULL', names: 'shop-disk/data' });
    execFileSync('mount', ['-o', 'remount,size=16m', join(cwd, 'shop-disk')]);
    const again = await analyze(...args);
    assertGood(again);
    const { visitors } = documentIn(again.stdout, videoAnalysisSchema);
    assert.equal(visitors.length, 1);
    assert.equal(count(join(cwd, 'shop-disk/data'), 'visitors'), 1);
  });
});

describe('a data folder that cannot be used', () => {
  it('is left as it is', async () => {
    for (const [name, make] of [
      ['no-database', (path: string) => writeFileSync(join(path, 'vitrine.db'), 'Dear diary, '.repeat(500))],
      ['folder-database', (path: string) => mkdirSync(join(path, 'vitrine.db'))],
    ] as const) {
      mkdirSync(join(cwd, name));
      make(join(cwd, name));
      const result = await analyze(clip.path, '--mode', 'loyalty', '--data', name);
      assertRefused(result, { exit: 1, code: 'STORE_UNREADABLE', names: `${name}/vitrine.db` });
      assert.ok(!existsSync(join(cwd, name, 'vitrine.key')), 'no key without a database');
    }
    assert.match(readFileSync(join(cwd, 'no-database/vitrine.db'), 'utf8'), /^(Dear diary, )+$/);
    const blocked = await analyze(clip.path, '--mode', 'loyalty', '--data', 'file');
    assertRefused(blocked, { exit: 1, code: 'STORE_UNREADABLE', names: 'file/' });
  });
});

describe('models that cannot be used', () => {
  it('are named, with what to do', async () => {
    writeFileSync(join(cwd, 'models.yaml'), 'vision: { models: { dir: models } }\n');
    const missing = await analyze('photo.jpg', '--config', 'models.yaml');
    assertRefused(missing, {
      exit: 1,
      code: 'MODEL_MISSING',
      names: /models\/blazeface\.onnx .*`vitrine models build`/,
    });
    mkdirSync(join(cwd, 'models'));
    for (const file of readdirSync(defaultModelsDir())) {
      const path = join(cwd, 'models', file);
      if (file === 'facemesh.onnx')
        writeFileSync(path, readFileSync(join(defaultModelsDir(), file)).subarray(0, 9000));
      else symlinkSync(join(defaultModelsDir(), file), path);
    }
    const damaged = await analyze('photo.jpg', '--config', 'models.yaml');
    assertRefused(damaged, { exit: 1, code: 'MODEL_INVALID', names: /facemesh.*`vitrine models verify`/ });
  });
});
