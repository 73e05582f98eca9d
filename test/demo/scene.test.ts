import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { VitrineError } from '../../src/core/errors.ts';
import type { RgbImage } from '../../src/core/image.ts';
import { VIEW } from '../../src/demo/backdrop.ts';
import { installedSheetPath } from '../../src/demo/picture.ts';
import { buildScene, type Scene } from '../../src/demo/scene.ts';
import { truthAt } from '../../src/demo/truth.ts';

/** Mean absolute difference of two pictures, levels of 8 bits. */
function difference(a: RgbImage, b: RgbImage): number {
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) sum += Math.abs((a.data[i] as number) - (b.data[i] as number));
  return sum / a.data.length;
}

describe('the scene', () => {
  let scene: Scene;
  let again: Scene;
  before(async () => {
    scene = await buildScene({ facesFrom: installedSheetPath() });
    again = await buildScene({ facesFrom: installedSheetPath() });
  });

  it('draws frames of 1280×720 for 160 seconds', () => {
    const frame = scene.frame(0);
    assert.deepEqual([frame.width, frame.height, scene.frames], [1280, 720, 1920]);
    assert.equal(frame.data.length, 1280 * 720 * 3);
  });

  it('gives the same bytes for the same frame, in another scene and in another order', () => {
    for (const index of [720, 0, 1400]) assert.deepEqual(scene.frame(index).data, again.frame(index).data);
    assert.deepEqual(scene.frame(0).data, again.frame(0).data);
  });

  it('differs from frame to frame, by noise in an empty shop and by more where people move', () => {
    const empty = difference(scene.frame(430), scene.frame(431));
    const busy = difference(scene.frame(60 * 12), scene.frame(61 * 12));
    assert.ok(empty > 0.3 && empty < 3, `empty ${empty}`);
    assert.ok(busy > empty + 0.2, `busy ${busy}`);
  });

  it('shows a face where the truth says that there is one', () => {
    const empty = scene.frame(430);
    for (const time of [8, 20, 60, 100, 115, 140]) {
      const frame = scene.frame(time * 12);
      for (const { box } of truthAt(time)) {
        const at = (Math.round(box.y + box.height / 2) * VIEW.width + Math.round(box.x + box.width / 2)) * 3;
        const [r = 0, , b = 0] = frame.data.subarray(at, at + 3);
        const change =
          Math.abs(r - (empty.data[at] as number)) + Math.abs(b - (empty.data[at + 2] as number));
        assert.ok(r > b && change > 8, `${time} s: no skin at the middle of the face (${r}, ${b})`);
      }
    }
  });

  it('hides nobody behind nothing: below the counter all is as in the empty shop', () => {
    const rows = (frame: RgbImage) => ({
      ...frame,
      data: frame.data.subarray((VIEW.counterTop + 2) * VIEW.width * 3),
    });
    assert.ok(difference(rows(scene.frame(60 * 12)), rows(scene.frame(430))) < 3);
  });
});

describe('the sheet of faces', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vitrine-demo-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('is asked for when it is not there', async () => {
    await assert.rejects(buildScene({ facesFrom: join(folder, 'none.jpg') }), (error: unknown) => {
      return (
        error instanceof VitrineError && error.code === 'SOURCE_NOT_FOUND' && /none\.jpg/.test(error.message)
      );
    });
  });

  it('is refused when it is another picture than the labels were made for', async () => {
    const bytes = await readFile(installedSheetPath());
    bytes[bytes.length - 3] = (bytes[bytes.length - 3] ?? 0) ^ 1;
    const path = join(folder, 'changed.jpg');
    await writeFile(path, bytes);
    await assert.rejects(buildScene({ facesFrom: path }), (error: unknown) => {
      return error instanceof VitrineError && error.code === 'SOURCE_CORRUPT';
    });
  });
});
