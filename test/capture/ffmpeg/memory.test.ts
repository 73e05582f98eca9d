import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openSource } from '../../../src/capture/open.ts';
import { frameLevel, makeClip, paint, residentMegabytes, scratchFolder } from '../media.ts';

const folder = await scratchFolder();
const FRAMES = 250;
const clip = await makeClip({
  path: join(folder, 'clip.mp4'),
  frames: FRAMES,
  width: 320,
  height: 240,
  picture: (i) => paint(320, 240, () => [frameLevel(i), 90, 40]),
});

/** Reads the clip once; every frame is looked at small, some whole. */
async function readOnce(options: { readonly turn: number }): Promise<number> {
  const source = await openSource(clip, { camera: 'door', ...(options.turn % 2 === 1 && { maxSide: 200 }) });
  let frames = 0;
  for await (const frame of source.frames(new AbortController().signal)) {
    frame.scaled(64, 48);
    if (frame.sequence % 10 === 0) frame.rgb();
    frame.close();
    frames++;
  }
  return frames;
}

describe('ten thousand frames', () => {
  it('leave the memory as they found it', async (t) => {
    let frames = 0;
    let before = 0;
    for (let turn = 0; frames < 10_000; turn++) {
      frames += await readOnce({ turn });
      if (frames === 2500) before = residentMegabytes();
    }
    const growth = residentMegabytes() - before;
    t.diagnostic(
      `resident memory: ${before.toFixed(0)} MB after 2,500 frames, ${growth.toFixed(1)} MB more after 10,000`,
    );
    // One leaked picture of each frame would be 860 MB; one small one 69 MB.
    assert.ok(growth < 60, `grew by ${growth.toFixed(1)} MB`);
  });

  it('need no more of it for sources that are left early', async () => {
    const leave = async () => {
      const source = await openSource(clip, { camera: 'door' });
      for await (const frame of source.frames(new AbortController().signal)) {
        if (frame.sequence === 3) break;
        frame.close();
      }
    };
    for (let i = 0; i < 30; i++) await leave();
    const before = residentMegabytes();
    for (let i = 0; i < 60; i++) await leave();
    const growth = residentMegabytes() - before;
    assert.ok(growth < 60, `grew by ${growth.toFixed(1)} MB`);
  });
});
