import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import sharp from 'sharp';
import { openSource } from '../../../src/capture/open.ts';
import { VitrineError } from '../../../src/core/errors.ts';
import {
  damage,
  frameLevel,
  makeClip,
  paint,
  residentMegabytes,
  scratchFolder,
  seededRandom,
} from '../media.ts';

const EXPECTED = new Set(['SOURCE_EMPTY', 'SOURCE_UNSUPPORTED', 'SOURCE_CORRUPT', 'SOURCE_TOO_LARGE']);
const ROUNDS = 120;
const folder = await scratchFolder();

/** Frames read and the code of the refusal, if any. */
async function outcome(path: string): Promise<{ frames: number; code: string | undefined }> {
  let frames = 0;
  try {
    const source = await openSource(path, { camera: 'door', maxMegapixels: 1 });
    for await (const frame of source.frames(AbortSignal.timeout(20_000))) {
      assert.equal(frame.scaled(32, 24).data.length, 32 * 24 * 3);
      frame.close();
      frames++;
    }
    return { frames, code: undefined };
  } catch (error) {
    assert.ok(error instanceof VitrineError, `not one of ours: ${String(error)}`);
    assert.ok(EXPECTED.has(error.code), `${error.code}: ${error.message}`);
    assert.doesNotMatch(error.message, /\n/);
    return { frames, code: error.code };
  }
}

async function samples(): Promise<readonly (readonly [name: string, bytes: Uint8Array])[]> {
  const clip = await makeClip({ path: join(folder, 'whole.mp4'), frames: 12, width: 64, height: 48 });
  const pages = Array.from({ length: 6 }, (_, i) => frameLevel(i)).map((level) =>
    paint(32, 24, (x) => (x < 0.5 ? [level, level, level] : [255 - level, level, 9])),
  );
  const stacked = Buffer.concat(pages.map((page) => page.data));
  const gif = await sharp(stacked, {
    raw: { width: 32, height: 24 * pages.length, channels: 3, pageHeight: 24 },
  })
    .gif()
    .toBuffer();
  return [
    ['clip.mp4', await readFile(clip)],
    ['clip.gif', gif],
  ];
}

describe('damaged clips', () => {
  it('are read as far as they go or refused with a code, without a leak', async () => {
    const random = seededRandom(4711);
    const clips = await samples();
    let first = 0;
    for (let pass = 0; pass < 2; pass++) {
      for (const [name, original] of clips) {
        const path = join(folder, name);
        let refused = 0;
        for (let round = 0; round < ROUNDS; round++) {
          await writeFile(path, damage(damage(original, random), random));
          if ((await outcome(path)).code !== undefined) refused++;
        }
        assert.ok(
          refused > 0 && refused < ROUNDS,
          `${refused} of ${ROUNDS} damaged copies of ${name} refused`,
        );
      }
      if (pass === 0) first = residentMegabytes();
    }
    const growth = residentMegabytes() - first;
    assert.ok(growth < 60, `resident memory grew by ${growth.toFixed(1)} MB in the second pass`);
  });

  it('that break off anywhere give the frames before and then say so', async () => {
    for (const [name, original] of await samples()) {
      const path = join(folder, `cut-${name}`);
      for (let part = 1; part < 8; part++) {
        await writeFile(path, original.subarray(0, Math.floor((original.length * part) / 8)));
        const { code } = await outcome(path);
        assert.equal(code, 'SOURCE_CORRUPT', `${part}/8 of ${name}`);
      }
    }
  });
});
