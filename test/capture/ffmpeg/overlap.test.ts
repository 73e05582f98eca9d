import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openSource } from '../../../src/capture/open.ts';
import { createImage } from '../../../src/core/image.ts';
import { makeClip, scratchFolder, seededRandom } from '../media.ts';

const folder = await scratchFolder();
const FRAMES = 50;

/** Waiting on it holds the thread, as inference does, but leaves the cores to others. */
const pause = new Int32Array(new SharedArrayBuffer(4));

/** Median milliseconds that a consumer waits for a frame whose own work holds the thread. */
async function medianWait(path: string, workMs: number): Promise<number> {
  const source = await openSource(path, { camera: 'door' });
  const waits: number[] = [];
  let from = performance.now();
  for await (const frame of source.frames(new AbortController().signal)) {
    const start = performance.now();
    waits.push(start - from);
    if (workMs > 0) Atomics.wait(pause, 0, 0, workMs);
    frame.close();
    from = performance.now();
  }
  return waits.sort((a, b) => a - b)[Math.floor(waits.length / 2)] ?? Number.NaN;
}

describe('decoding', () => {
  it('goes on while the consumer holds the thread', async (t) => {
    const random = seededRandom(3);
    const image = createImage(400, 224);
    // Noise, a little different in each frame: costly to decode.
    const picture = () => {
      for (let i = 0; i < image.data.length; i += 3) image.data.fill(random() * 256, i, i + 3);
      return image;
    };
    const path = await makeClip({
      path: join(folder, 'noise.mp4'),
      frames: FRAMES,
      width: 400,
      height: 224,
      picture,
    });
    const figures: string[] = [];
    // Other work on the machine disturbs a single measurement.
    for (let attempt = 0; attempt < 6; attempt++) {
      const alone = await medianWait(path, 0);
      const beside = await medianWait(path, 20);
      figures.push(`${alone.toFixed(2)} ms a frame alone, ${beside.toFixed(2)} ms beside 20 ms of work`);
      if (beside < alone * 0.6) {
        t.diagnostic(figures.join('; '));
        return;
      }
    }
    assert.fail(figures.join('; '));
  });
});
