import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { encodeJpeg } from '../../../src/capture/images/encode.ts';
import { ImageSource } from '../../../src/capture/images/image-source.ts';
import { frameLevel, paint, recordingLogger, scratchFolder, watch } from '../media.ts';

const folder = await scratchFolder();
const clock = { now: () => 5000, monotonic: () => 0 };

async function pictures(name: string, count: number): Promise<string[]> {
  await mkdir(join(folder, name), { recursive: true });
  const paths: string[] = [];
  for (let i = 0; i < count; i++) {
    const path = join(folder, name, `${i}.jpg`);
    const level = frameLevel(i);
    await writeFile(
      path,
      await encodeJpeg(
        paint(24, 16, () => [level, level, level]),
        95,
      ),
    );
    paths.push(path);
  }
  return paths;
}

describe('pictures as a source', () => {
  it('come in order, a second apart', async () => {
    const images = await pictures('good', 5);
    const logger = recordingLogger();
    const source = new ImageSource({ label: 'good', images, options: { camera: 'door' }, logger, clock });
    const seen = await watch(source);
    assert.deepEqual(
      seen.map(({ sequence, mediaTime, capturedAt }) => [sequence, mediaTime, capturedAt]),
      [0, 1, 2, 3, 4].map((i) => [i, i, 5000 + i * 1000]),
    );
    for (const [i, { level }] of seen.entries()) assert.ok(Math.abs(level - frameLevel(i)) < 4);
    const { captured, expectedFrames, dropped, decodeMs } = source.stats();
    assert.deepEqual([captured, expectedFrames, dropped], [5, 5, 0]);
    assert.ok(decodeMs > 0);
    assert.deepEqual(logger.lines, []);
  });

  it('leaves a bad one among many out, and says which', async () => {
    const images = await pictures('mixed', 6);
    await writeFile(images[2] as string, 'not a picture');
    await writeFile(images[4] as string, '');
    const logger = recordingLogger();
    const source = new ImageSource({ label: 'mixed', images, options: { camera: 'door' }, logger, clock });
    assert.deepEqual(
      (await watch(source)).map(({ sequence }) => sequence),
      [0, 1, 3, 5],
    );
    assert.deepEqual(
      logger.lines.map(({ level, fields: { code } }) => [level, code]),
      [
        ['warn', 'SOURCE_CORRUPT'],
        ['warn', 'SOURCE_EMPTY'],
      ],
    );
    const { reason } = logger.lines[0]?.fields ?? {};
    assert.match(String(reason), /2\.jpg/);
  });

  it('fails if it is the only one, or if none can be read', async () => {
    const images = await pictures('bad', 2);
    for (const path of images) await writeFile(path, 'not a picture');
    const parts = { label: 'bad', options: { camera: 'door' }, logger: recordingLogger(), clock };
    await assert.rejects(watch(new ImageSource({ ...parts, images: images.slice(0, 1) })), {
      code: 'SOURCE_CORRUPT',
    });
    await assert.rejects(watch(new ImageSource({ ...parts, images })), { code: 'SOURCE_EMPTY' });
  });

  it('stops when told to', async () => {
    const images = await pictures('many', 8);
    const stop = new AbortController();
    const parts = { label: 'many', options: { camera: 'door' }, logger: recordingLogger(), clock };
    const seen: number[] = [];
    for await (const frame of new ImageSource({ ...parts, images }).frames(stop.signal)) {
      seen.push(frame.sequence);
      if (seen.length === 3) stop.abort();
    }
    assert.deepEqual(seen, [0, 1, 2]);
  });

  it('obeys the limits of its options', async () => {
    const images = await pictures('small', 2);
    const logger = recordingLogger();
    const options = { camera: 'door', maxSide: 12, greyscale: true };
    const seen = await watch(new ImageSource({ label: 'small', images, options, logger, clock }));
    assert.deepEqual(
      seen.map(({ width, height }) => [width, height]),
      [
        [12, 8],
        [12, 8],
      ],
    );
    const tooLarge = { camera: 'door', maxMegapixels: 0.0001 };
    const refusing = new ImageSource({
      label: 'small',
      images: images.slice(0, 1),
      options: tooLarge,
      logger,
      clock,
    });
    await assert.rejects(watch(refusing), { code: 'SOURCE_TOO_LARGE' });
  });
});
