import assert from 'node:assert/strict';
import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import sharp from 'sharp';
import { encodeJpeg } from '../../src/capture/images/encode.ts';
import { classifySource, listImages, openSource } from '../../src/capture/open.ts';
import { makeClip, quarters, recordingLogger, scratchFolder, watch } from './media.ts';

const folder = await scratchFolder();

async function file(name: string, bytes: Uint8Array | string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

async function movingGif(): Promise<Uint8Array> {
  const raw = { width: 20, height: 20, channels: 3, pageHeight: 10 } as const;
  return sharp(Buffer.concat([quarters(20, 10).data, new Uint8Array(600)]), { raw })
    .gif()
    .toBuffer();
}

async function kindOf(source: string): Promise<string> {
  return (await classifySource(source)).kind;
}

describe('what a source is', () => {
  it('is told by its content, not by its name', async () => {
    const jpeg = await encodeJpeg(quarters(16, 12));
    const clip = await makeClip({ path: join(folder, 'clip.mp4'), frames: 3 });
    assert.equal(await kindOf(await file('picture.mp4', jpeg)), 'image');
    await copyFile(clip, join(folder, 'video.jpg'));
    assert.equal(await kindOf(join(folder, 'video.jpg')), 'video');
    assert.equal(await kindOf(await file('picture-without-name', jpeg)), 'image');
  });

  it('is a video for a GIF that moves, an image for one that does not', async () => {
    const moving = await movingGif();
    assert.equal(await kindOf(await file('moving.gif', moving)), 'video');
    assert.equal(
      await kindOf(
        await file(
          'still.gif',
          await sharp(await encodeJpeg(quarters(9, 9)))
            .gif()
            .toBuffer(),
        ),
      ),
      'image',
    );
    const cut = await classifySource(await file('cut.gif', moving.subarray(0, moving.length - 20)));
    assert.equal(cut.kind === 'video' && cut.cutShort, true);
  });

  it('is a stream for an address and a device for a video node, without looking', async () => {
    const stream = await classifySource('rtsp://user:pass@camera.example/live');
    assert.deepEqual(stream, {
      kind: 'stream',
      label: 'rtsp://camera.example/live',
      url: 'rtsp://user:pass@camera.example/live',
    });
    assert.equal(await kindOf('http://camera/video.mjpg'), 'stream');
    assert.deepEqual(await classifySource('/dev/video7'), {
      kind: 'device',
      label: '/dev/video7',
      path: '/dev/video7',
    });
  });

  it('is the file behind a file address', async () => {
    const path = await file('with space.jpg', await encodeJpeg(quarters(16, 12)));
    const found = await classifySource(pathToFileURL(path).href);
    assert.equal(found.kind === 'image' && found.path, path);
  });

  it('is a folder for a folder', async () => assert.equal(await kindOf(folder), 'folder'));

  it('is refused where there is nothing to read', async () => {
    await assert.rejects(classifySource(join(folder, 'absent.mp4')), { code: 'SOURCE_NOT_FOUND' });
    await assert.rejects(classifySource(await file('empty.mp4', '')), { code: 'SOURCE_EMPTY' });
    await assert.rejects(classifySource(await file('notes.txt', 'hello')), { code: 'SOURCE_UNSUPPORTED' });
    await assert.rejects(classifySource('/dev/null'), { code: 'SOURCE_UNSUPPORTED' });
  });
});

describe('the pictures in a folder', () => {
  it('are found in all folders below and sorted as people count', async () => {
    const root = join(folder, 'album');
    await mkdir(join(root, 'b', 'deep'), { recursive: true });
    await mkdir(join(root, '.thumbnails'));
    for (const name of [
      '10.jpg',
      '2.JPG',
      '1.png',
      'notes.txt',
      'clip.mp4',
      '.hidden.jpg',
      '.thumbnails/1.jpg',
      'b/deep/3.webp',
      'B.bmp',
    ]) {
      await writeFile(join(root, name), 'x');
    }
    await mkdir(join(root, 'folder.jpg'));
    const found = (await listImages(root)).map((path) => relative(root, path));
    assert.deepEqual(found, ['1.png', '2.JPG', '10.jpg', 'B.bmp', join('b', 'deep', '3.webp')]);
  });

  it('are listed below a folder that is hidden itself', async () => {
    const root = join(folder, '.private');
    await mkdir(root);
    await writeFile(join(root, '1.jpg'), 'x');
    assert.deepEqual(
      (await listImages(root)).map((path) => basename(path)),
      ['1.jpg'],
    );
  });

  it('include links, and may be none at all', async () => {
    const root = join(folder, 'links');
    await mkdir(root);
    assert.deepEqual(await listImages(root), []);
    await symlink(join(folder, 'picture-without-name'), join(root, 'link.jpg'));
    assert.equal((await listImages(root)).length, 1);
    await assert.rejects(listImages(join(folder, 'absent')), { code: 'SOURCE_NOT_FOUND' });
  });
});

describe('opening a source', () => {
  it('gives the frames of a picture, a folder, a clip and a moving GIF', async () => {
    const jpeg = await encodeJpeg(quarters(16, 12));
    const album = join(folder, 'few');
    await mkdir(album);
    for (const name of ['1.jpg', '2.jpg']) await writeFile(join(album, name), jpeg);
    const clip = await makeClip({ path: join(folder, 'seven.mp4'), frames: 7 });
    const sources: readonly (readonly [source: string, frames: number])[] = [
      [join(album, '1.jpg'), 1],
      [album, 2],
      [clip, 7],
      [await file('two.gif', await movingGif()), 2],
    ];
    for (const [source, frames] of sources) {
      const opened = await openSource(source, { camera: 'door' });
      assert.equal(opened.live, false);
      assert.equal(opened.label, source);
      assert.equal((await watch(opened)).length, frames, source);
    }
  });

  it('refuses a folder without pictures, and anything that is none', async () => {
    const empty = join(folder, 'nothing');
    await mkdir(empty);
    const open = (source: string) => openSource(source, { camera: 'door' });
    await assert.rejects(open(empty), { code: 'SOURCE_EMPTY' });
    await assert.rejects(open(await file('letter.txt', 'dear shop')), { code: 'SOURCE_UNSUPPORTED' });
    await assert.rejects(open(join(folder, 'absent.jpg')), { code: 'SOURCE_NOT_FOUND' });
    const named = await open(await file('named.mp4', 'only the name is that of a video'));
    await assert.rejects(watch(named), { code: 'SOURCE_UNSUPPORTED' });
  });

  it('uses the clock and the logger that it is given', async () => {
    const root = join(folder, 'logged');
    await mkdir(root);
    await writeFile(join(root, '1.jpg'), await encodeJpeg(quarters(16, 12)));
    await writeFile(join(root, '2.jpg'), 'broken');
    const logger = recordingLogger();
    const clock = { now: () => 77_000, monotonic: () => 0 };
    const seen = await watch(await openSource(root, { camera: 'door' }, { logger, clock }));
    assert.deepEqual(
      seen.map(({ capturedAt }) => capturedAt),
      [77_000],
    );
    assert.equal(logger.lines[0]?.message, 'picture left out');
  });
});
