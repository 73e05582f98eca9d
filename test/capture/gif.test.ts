import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { outlineGif, outlineGifBytes } from '../../src/capture/gif.ts';
import { paint } from './media.ts';

async function gif(pages: number): Promise<Uint8Array> {
  const images = Array.from({ length: pages }, (_, i) => paint(16, 12, (x) => [x * 255, 40 + i * 30, 90]));
  const data = Buffer.concat(images.map((image) => image.data));
  return sharp(data, { raw: { width: 16, height: 12 * pages, channels: 3, pageHeight: 12 } })
    .gif()
    .toBuffer();
}

describe('the outline of a GIF', () => {
  it('counts the pages and sees that nothing is missing', async () => {
    assert.deepEqual(outlineGifBytes(await gif(1)), { pages: 1, complete: true });
    assert.deepEqual(outlineGifBytes(await gif(5)), { pages: 5, complete: true });
  });

  it('counts the whole pages of one that was cut', async () => {
    const bytes = await gif(5);
    const { pages, complete } = outlineGifBytes(bytes.subarray(0, Math.floor(bytes.length * 0.6)));
    assert.ok(pages >= 1 && pages < 5, `${pages} pages`);
    assert.equal(complete, false);
  });

  it('forgives a missing trailer and bytes after it', async () => {
    const bytes = await gif(2);
    assert.deepEqual(outlineGifBytes(bytes.subarray(0, -1)), { pages: 2, complete: true });
    assert.deepEqual(outlineGifBytes(Buffer.concat([bytes, Buffer.from('more')])), {
      pages: 2,
      complete: true,
    });
  });

  it('ends on anything', () => {
    assert.deepEqual(outlineGifBytes(new Uint8Array(0)), { pages: 0, complete: false });
    assert.deepEqual(outlineGifBytes(new Uint8Array(5000).fill(0xff)), { pages: 0, complete: false });
  });

  const sample = fileURLToPath(new URL('../../../shared/samples/intel-clips/classroom.gif', import.meta.url));
  it('of a sample clip agrees with its 45 frames', {
    skip: !existsSync(sample) && 'no samples here',
  }, async () => {
    assert.deepEqual(await outlineGif(sample), { pages: 45, complete: true });
  });
});
