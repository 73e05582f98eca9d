import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { VideoWriter } from '../../../src/capture/ffmpeg/writer.ts';
import { openSource } from '../../../src/capture/open.ts';
import { createImage } from '../../../src/core/image.ts';
import {
  BLUE,
  frameLevel,
  GREEN,
  largestDifference,
  makeClip,
  quarterColours,
  quarters,
  RED,
  scratchFolder,
  watch,
  YELLOW,
} from '../media.ts';

const folder = await scratchFolder();

describe('a written video', () => {
  it('holds every picture, in order, at its time, in its colours', async () => {
    const path = await makeClip({ path: join(folder, 'order.mp4'), frames: 40, framesPerSecond: 12 });
    const seen = await watch(await openSource(path, { camera: 'c' }));
    assert.equal(seen.length, 40);
    for (const [i, { level, mediaTime }] of seen.entries()) {
      assert.ok(Math.abs(level - frameLevel(i)) < 6, `picture ${i} has ${level} for ${frameLevel(i)}`);
      assert.ok(Math.abs(mediaTime - i / 12) < 1e-3);
    }
    const picture = () => quarters(320, 180);
    const coloured = await makeClip({
      path: join(folder, 'colours.mp4'),
      frames: 3,
      width: 320,
      height: 180,
      picture,
    });
    for await (const frame of (await openSource(coloured, { camera: 'c' })).frames(
      AbortSignal.timeout(9000),
    )) {
      assert.ok(largestDifference(quarterColours(frame.rgb()), [RED, GREEN, BLUE, YELLOW]) < 6);
      frame.close();
    }
  });

  it('keeps times that are told', async () => {
    const times = [0, 0.1, 0.5, 0.52, 2];
    const path = await makeClip({
      path: join(folder, 'times.mp4'),
      frames: 5,
      time: (i) => times[i] as number,
    });
    const seen = await watch(await openSource(path, { camera: 'c' }));
    assert.deepEqual(
      seen.map(({ mediaTime }) => Number(mediaTime.toFixed(3))),
      times,
    );
  });

  it('has its index in front and even sides', async () => {
    const path = await makeClip({ path: join(folder, 'odd.mp4'), frames: 2, width: 101, height: 75 });
    const bytes = await readFile(path);
    assert.ok(bytes.indexOf('moov') < bytes.indexOf('mdat'));
    const [first] = await watch(await openSource(path, { camera: 'c' }));
    assert.deepEqual([first?.width, first?.height], [100, 74]);
  });

  it('appears only when it is whole', async () => {
    const path = join(folder, 'whole.mp4');
    const writer = await VideoWriter.open({ path, width: 64, height: 48, framesPerSecond: 25 });
    await writer.write(createImage(64, 48));
    assert.deepEqual([existsSync(path), existsSync(`${path}.part`)], [false, true]);
    await writer.finish();
    assert.deepEqual([existsSync(path), existsSync(`${path}.part`)], [true, false]);
    await writer.finish();
    await writer.abort();
    assert.equal(existsSync(path), true);
  });

  it('leaves nothing behind when it is given up, and an older one untouched', async () => {
    const path = join(folder, 'old.mp4');
    await writeFile(path, 'older');
    const writer = await VideoWriter.open({ path, width: 64, height: 48, framesPerSecond: 25 });
    await writer.write(createImage(64, 48));
    await writer.abort();
    assert.equal(existsSync(`${path}.part`), false);
    assert.equal(await readFile(path, 'utf8'), 'older');
  });

  it('cannot be written where there is no folder, nor without a picture, nor with another size', async () => {
    const nowhere = join(folder, 'absent', 'clip.mp4');
    await assert.rejects(VideoWriter.open({ path: nowhere, width: 64, height: 48, framesPerSecond: 25 }), {
      code: 'OUTPUT_UNWRITABLE',
    });
    const path = join(folder, 'none.mp4');
    const writer = await VideoWriter.open({ path, width: 64, height: 48, framesPerSecond: 25 });
    await assert.rejects(writer.write(createImage(65, 48)), { code: 'INTERNAL' });
    await assert.rejects(writer.finish(), { code: 'OUTPUT_UNWRITABLE' });
    assert.deepEqual([existsSync(path), existsSync(`${path}.part`)], [false, false]);
    await assert.rejects(writer.write(createImage(64, 48)), { code: 'INTERNAL' });
  });
});
