import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { VideoWriter } from '../../src/capture/ffmpeg/writer.ts';
import { openSource } from '../../src/capture/open.ts';
import { composeDemoClip } from '../../src/demo/clip.ts';

const openWriter = VideoWriter.open;

describe('composing the clip', () => {
  let folder: string;
  let path: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vitrine-demo-'));
    path = join(folder, 'deeper', 'shop.mp4');
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('writes a video that decodes to as many frames as the truth says', async () => {
    const seen: number[] = [];
    const clip = await composeDemoClip({
      path,
      openWriter,
      seconds: 4,
      onProgress: ({ frame, frames }) => seen.push(frame / frames),
    });
    assert.equal(clip.cached, false);
    assert.deepEqual(seen, [0.25, 0.5, 0.75, 1]);
    const source = await openSource(path, { camera: 'demo' });
    let frames = 0;
    let last = 0;
    for await (const frame of source.frames(AbortSignal.timeout(30_000))) {
      assert.deepEqual([frame.width, frame.height], [1280, 720]);
      frames++;
      last = frame.mediaTime;
      frame.close();
    }
    assert.equal(frames, clip.truth.frames);
    assert.ok(Math.abs(last - 47 / 12) < 0.01);
  });

  it('does not write it again', async () => {
    const { mtimeMs } = await stat(path);
    const clip = await composeDemoClip({ path, openWriter, seconds: 4 });
    assert.equal(clip.cached, true);
    assert.equal((await stat(path)).mtimeMs, mtimeMs);
    assert.equal(clip.truth.frames, 48);
  });

  it('writes it again when it was cut short, or its stamp is another one or nonsense', async () => {
    const whole = await readFile(path);
    const stamp = await readFile(`${path}.stamp`, 'utf8');
    for (const damage of [
      () => truncate(path, 1000),
      () => writeFile(`${path}.stamp`, stamp.replace(/"composer":"\w/, '"composer":"_')),
      () => writeFile(`${path}.stamp`, 'null'),
      () => rm(`${path}.stamp`),
    ]) {
      await damage();
      const clip = await composeDemoClip({ path, openWriter, seconds: 4 });
      assert.equal(clip.cached, false);
      assert.equal((await readFile(path)).length, whole.length);
      assert.equal(await readFile(`${path}.stamp`, 'utf8'), stamp);
    }
  });

  it('leaves nothing behind when it is aborted', async () => {
    const other = join(folder, 'aborted');
    const stop = new AbortController();
    const composing = composeDemoClip({
      path: join(other, 'shop.mp4'),
      openWriter,
      signal: stop.signal,
      onProgress: () => stop.abort(new Error('enough')),
    });
    await assert.rejects(composing, /enough/);
    assert.deepEqual(await readdir(other), []);
  });

  it('says where it cannot write', async () => {
    await writeFile(join(folder, 'file'), '');
    const composing = composeDemoClip({ path: join(folder, 'file', 'shop.mp4'), openWriter, seconds: 1 });
    await assert.rejects(composing, { code: 'OUTPUT_UNWRITABLE' });
  });
});
