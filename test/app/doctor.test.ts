import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { checkCameras, checkDevices } from '../../src/app/doctor/cameras.ts';
import type { CheckResult, CheckStatus } from '../../src/app/doctor/check.ts';
import { checkDatabase, checkFolder, checkKey } from '../../src/app/doctor/folder.ts';
import {
  checkClock,
  checkDisk,
  checkMemory,
  checkNode,
  checkProcessor,
  judgeDisk,
} from '../../src/app/doctor/machine.ts';
import { type ConfigInput, configSchema } from '../../src/config/schema.ts';
import { KEY_FILE } from '../../src/identity/key.ts';
import { createSqliteStore } from '../../src/storage/sqlite/store.ts';
import { encodeBmp } from '../capture/images/encode-bmp.ts';
import { paint, RED } from '../capture/media.ts';
import { collect, sighting, visitor } from '../contract/records.ts';

let root = '';
let folder = '';
let count = 0;
before(() => {
  root = mkdtempSync(join(tmpdir(), 'vitrine-doctor-'));
});
after(() => rmSync(root, { recursive: true, force: true }));
beforeEach(() => {
  folder = join(root, `case-${count++}`);
});

/** What is not good comes with advice, what is good without. */
function expect(result: CheckResult, status: CheckStatus, detail: RegExp): void {
  assert.equal(result.status, status, result.detail);
  assert.match(result.detail, detail);
  assert.equal(result.advice !== undefined, status !== 'ok');
  assert.ok(!`${result.detail}${result.advice}`.includes('\n'));
}

describe('the doctor on the machine', () => {
  it('wants a Node.js that is new enough', () => {
    expect(checkNode(), 'ok', /^\d+\.\d+\.\d+$/);
    expect(checkNode('24.0.0'), 'ok', /^24\.0\.0$/);
    expect(checkNode('23.11.1'), 'failed', /^23\.11\.1$/);
    expect(checkNode('100.0.0'), 'ok', /^100/);
  });

  it('wants a processor that the engine runs on, and more than one core', () => {
    assert.match(checkProcessor().detail, /(x64|arm64), \d+ cores?$/);
    expect(checkProcessor({ model: '', architecture: 'arm64', cores: 4 }), 'ok', /^arm64, 4 cores$/);
    expect(
      checkProcessor({ model: 'N100', architecture: 'x64', cores: 1 }),
      'warning',
      /^N100, x64, 1 core$/,
    );
    expect(checkProcessor({ model: 'BCM', architecture: 'arm', cores: 4 }), 'failed', /^BCM, arm, 4 cores$/);
  });

  it('wants as much memory as a run takes', () => {
    expect(checkMemory({ total: 8e9, available: 5.06e9 }), 'ok', /^5\.1 GB of 8\.0 GB free$/);
    expect(checkMemory({ total: 1e9, available: 4e8 }), 'warning', /^400 MB of 1\.0 GB free$/);
    assert.match(checkMemory().detail, /free$/);
  });

  it('wants room on the disk, also for a folder that is not there yet', async () => {
    expect(judgeDisk(5e9, '/shop'), 'ok', /^5\.0 GB free for \/shop$/);
    expect(judgeDisk(5e8, '/shop'), 'warning', /^500 MB/);
    expect(judgeDisk(5e6, '/shop'), 'failed', /^5 MB/);
    const { detail } = await checkDisk(join(folder, 'not', 'there'));
    assert.match(detail, /^[\d.]+ [MG]B free for .*\/not\/there$/);
  });

  it('wants a clock that was set', () => {
    expect(checkClock(Date.UTC(2026, 2, 1)), 'ok', /^2026-03-01T00:00:00\.000Z$/);
    expect(checkClock(Date.UTC(2023, 11, 31, 23, 59)), 'failed', /^2023/);
    expect(checkClock(0), 'failed', /^1970/);
  });
});

describe('the doctor on the data folder', () => {
  const mode = (rights: number) => {
    mkdirSync(folder);
    chmodSync(folder, rights);
  };

  it('wants it private', () => {
    mode(0o700);
    expect(checkFolder(folder), 'ok', /writable and private$/);
    chmodSync(folder, 0o750);
    expect(checkFolder(folder), 'warning', /mode 750/);
  });

  it('takes one that is not there for one that will be', () => {
    expect(checkFolder(join(folder, 'deep', 'down')), 'ok', /not there yet; the first run makes it$/);
  });

  it('wants it to be a folder that can be written', (t) => {
    mkdirSync(folder);
    const file = join(folder, 'file');
    writeFileSync(file, '');
    expect(checkFolder(file), 'failed', /is not a folder$/);
    expect(checkFolder(join(file, 'shop')), 'failed', /is not a folder$/);
    if (process.getuid?.() === 0) return t.diagnostic('root may write everywhere');
    chmodSync(folder, 0o500);
    expect(checkFolder(folder), 'failed', /cannot be written$/);
  });

  it('reads the database, and counts what is in it', async () => {
    expect((await checkDatabase(folder)).result, 'ok', /^none yet/);
    const store = createSqliteStore({ path: join(folder, 'vitrine.db') });
    await store.start();
    await store.gallery.apply([{ kind: 'visitor', visitor: visitor() }]);
    await store.records.record({ sightings: [sighting()] });
    const { result, counts } = await checkDatabase(folder);
    await store.stop();
    expect(result, 'ok', /^schema version 1, 1 visitors, 1 sightings, 0 visits/);
    assert.equal(counts?.sightings, 1);
  });

  it('tells of a database that is damaged', async () => {
    mkdirSync(folder);
    writeFileSync(join(folder, 'vitrine.db'), 'no database '.repeat(100));
    expect((await checkDatabase(folder)).result, 'failed', /is not a database \(STORE_UNREADABLE\)$/);
  });
});

describe('the doctor on the key', () => {
  const hex = '0123456789abcdef'.repeat(4);
  const keyOf = (input: ConfigInput = {}, facts: { environmentKey?: string; templates?: number } = {}) => {
    const config = configSchema.parse({ mode: 'loyalty', dataDir: folder, ...input });
    const { environmentKey, templates = 0 } = facts;
    return checkKey({ config, environmentKey, templates });
  };
  const writeKey = (text: string, rights: number) => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, KEY_FILE), text);
    chmodSync(join(folder, KEY_FILE), rights);
  };

  it('asks for none where nothing is sealed', () => {
    expect(keyOf({ mode: 'session' }), 'ok', /^session mode needs none$/);
    expect(keyOf(), 'ok', /^none yet/);
  });

  it('misses it where templates are stored, whatever the mode', () => {
    expect(keyOf({}, { templates: 3 }), 'failed', /is missing, and 3 templates/);
    expect(keyOf({ mode: 'anonymous' }, { templates: 3 }), 'failed', /is missing/);
    expect(keyOf({}, { templates: 3, environmentKey: hex }), 'ok', /^from VITRINE_KEY$/);
  });

  it('wants it whole and private, and never shows it', () => {
    writeKey(`${hex}\n`, 0o600);
    const good = keyOf();
    expect(good, 'ok', /is private$/);
    writeKey(`${hex}\n`, 0o644);
    const open = keyOf();
    expect(open, 'warning', /mode 644/);
    writeKey(hex.slice(1), 0o600);
    const short = keyOf();
    expect(short, 'failed', /\(KEY_INVALID\)$/);
    const wrong = keyOf({}, { environmentKey: `${hex}!` });
    expect(wrong, 'failed', /^VITRINE_KEY is neither/);
    assert.ok(!JSON.stringify([good, open, short, wrong]).includes(hex.slice(1)));
  });
});

describe('the doctor on cameras', () => {
  const cameras = (...sources: string[]) =>
    configSchema.parse({ cameras: sources.map((source, i) => ({ id: `cam-${i}`, source })) });
  const open = (...sources: string[]) =>
    collect(checkCameras(cameras(...sources), new AbortController().signal));

  it('finds the devices that are there, and misses those that are configured', () => {
    mkdirSync(folder);
    expect(checkDevices(cameras(), folder), 'ok', /^none/);
    for (const name of ['video10', 'video2', 'videodisc']) writeFileSync(join(folder, name), '');
    expect(checkDevices(cameras('/dev/video2'), folder), 'ok', /video2\b.*, .*video10/);
    expect(
      checkDevices(cameras('/dev/video2', '/dev/video3'), folder),
      'failed',
      /^camera cam-1 names \/dev\/video3/,
    );
    expect(checkDevices(cameras('rtsp://camera/video7'), folder), 'ok', /video2/);
    symlinkSync(join(folder, 'gone'), join(folder, 'video3'));
    expect(checkDevices(cameras(), folder), 'warning', /video3 may not be used/);
  });

  it('opens each, and names those that cannot be, without their passwords', async () => {
    mkdirSync(folder);
    const picture = join(folder, 'still.bmp');
    writeFileSync(
      picture,
      encodeBmp(
        paint(64, 48, () => RED),
        { bitsPerPixel: 24 },
      ),
    );
    const [still, missing, refused] = await open(
      picture,
      join(folder, 'missing.mp4'),
      'http://user:hunter2@127.0.0.1:1/stream',
    );
    assert.ok(still && missing && refused);
    expect(still, 'ok', /still\.bmp: 64×48 after \d+\.\d s$/);
    expect(missing, 'failed', /missing\.mp4 does not exist \(SOURCE_NOT_FOUND\)$/);
    expect(refused, 'failed', /127\.0\.0\.1:1\/stream.*\(SOURCE_UNREACHABLE\)$/);
    assert.ok(!JSON.stringify(refused).includes('hunter2'));
    assert.deepEqual(
      [still, missing, refused].map(({ check }) => check),
      ['camera cam-0', 'camera cam-1', 'camera cam-2'],
    );
  });

  it('says where none is configured', async () => {
    const [only, ...more] = await open();
    assert.ok(only && more.length === 0);
    expect(only, 'warning', /^none in the configuration$/);
  });
});
