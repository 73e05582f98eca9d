import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openSource } from '../../../src/capture/open.ts';
import { scaleImage } from '../../../src/capture/scale.ts';
import type { CaptureOptions } from '../../../src/capture/source.ts';
import type { Frame } from '../../../src/core/frame.ts';
import {
  BLUE,
  frameLevel,
  GREEN,
  largestDifference,
  look,
  makeClip,
  paint,
  quarterColours,
  quarters,
  RED,
  recordingLogger,
  scratchFolder,
  seededRandom,
  watch,
  YELLOW,
} from '../media.ts';

const folder = await scratchFolder();
const never = new AbortController().signal;
/** Its middle tells the number of the frame; noise around it gives the file some size. */
const random = seededRandom(11);
const clip = await makeClip({
  path: join(folder, 'clip.mp4'),
  frames: 50,
  framesPerSecond: 25,
  picture: (i) =>
    paint(160, 120, (x, y) => {
      const level = Math.hypot(x - 0.5, y - 0.5) < 0.3 ? frameLevel(i) : random() * 255;
      return [level, level, level];
    }),
});

function open(path: string, options: Partial<CaptureOptions> = {}, logger = recordingLogger()) {
  return openSource(
    path,
    { camera: 'door', ...options },
    { logger, clock: { now: () => 1e6, monotonic: () => performance.now() } },
  );
}

async function firstFrame<T>(
  path: string,
  use: (frame: Frame) => T,
  options: Partial<CaptureOptions> = {},
): Promise<T> {
  for await (const frame of (await open(path, options)).frames(never)) {
    const result = use(frame);
    frame.close();
    return result;
  }
  throw new Error('no frame');
}

describe('a video file', () => {
  it('gives every frame in order, with its times', async () => {
    const source = await open(clip);
    const seen = await watch(source);
    assert.equal(seen.length, 50);
    for (const [i, frame] of seen.entries()) {
      assert.equal(frame.sequence, i);
      assert.ok(Math.abs(frame.mediaTime - i / 25) < 1e-6);
      assert.equal(frame.capturedAt, 1e6 + i * 40);
      assert.ok(Math.abs(frame.level - frameLevel(i)) < 6, `frame ${i}`);
    }
    const { captured, dropped, expectedFrames, framesPerSecond, decodeMs } = source.stats();
    assert.deepEqual([captured, dropped, expectedFrames, framesPerSecond], [50, 0, 50, 25]);
    assert.ok(decodeMs > 0);
  });

  it('knows nothing of itself before it is opened', async () => {
    const { captured, expectedFrames, framesPerSecond } = (await open(clip)).stats();
    assert.deepEqual([captured, expectedFrames, framesPerSecond], [0, undefined, undefined]);
  });

  it('can be read once', async () => {
    const source = await open(clip);
    await watch(source);
    await assert.rejects(watch(source), { code: 'INTERNAL', message: /twice/ });
  });

  it('is thinned out evenly by a cap on the frame rate', async () => {
    const source = await open(clip, { maxFrameRate: 10 });
    const seen = await watch(source);
    assert.deepEqual(
      seen.map(({ sequence }) => sequence),
      Array.from({ length: 21 }, (_, i) => i),
    );
    const { captured, dropped, expectedFrames, framesPerSecond } = source.stats();
    assert.deepEqual([captured, dropped, expectedFrames, framesPerSecond], [21, 29, 21, 10]);
  });

  it('is waited for by a slow consumer, and loses nothing', async () => {
    let count = 0;
    for await (const frame of (await open(clip)).frames(never)) {
      if (count % 10 === 0) await delay(30);
      assert.equal(frame.sequence, count++);
      frame.close();
    }
    assert.equal(count, 50);
  });

  it('stops soon after it is told to, in the middle or before the start', async () => {
    const stop = new AbortController();
    let count = 0;
    for await (const frame of (await open(clip)).frames(stop.signal)) {
      frame.close();
      if (++count === 5) stop.abort();
    }
    assert.equal(count, 5);
    assert.deepEqual(await watch(await open(clip), { signal: AbortSignal.abort() }), []);
  });

  it('may be left by its consumer, whose frames stay good', async () => {
    const held: Frame[] = [];
    for await (const frame of (await open(clip)).frames(never)) {
      held.push(frame);
      if (held.length === 7) break;
    }
    for (const [i, frame] of held.entries()) {
      assert.ok(Math.abs(look(frame).level - frameLevel(i)) < 6);
      frame.close();
    }
  });

  it('may fail in its consumer, whose error comes through', async () => {
    const source = await open(clip);
    await assert.rejects(
      watch(source, {
        enough: () => {
          throw new Error('mine');
        },
      }),
      /mine/,
    );
  });
});

describe('a frame of a video', () => {
  const path = join(folder, 'picture.mp4');
  const painted = paint(640, 360, (x, y) => [
    255 * x,
    255 * y,
    127 + 100 * Math.sin(9 * x) * Math.cos(7 * y),
  ]);

  it('scales straight from the decoder to what scaling its whole picture gives', async () => {
    await makeClip({ path, frames: 2, width: 640, height: 360, picture: () => painted });
    await firstFrame(path, (frame) => {
      const whole = frame.rgb();
      assert.deepEqual([whole.width, whole.height], [640, 360]);
      for (const [width, height] of [
        [256, 144],
        [128, 128],
        [33, 21],
        [640, 360],
        [1000, 600],
        [1, 1],
      ] as const) {
        const direct = frame.scaled(width, height);
        const reference = scaleImage(whole, width, height);
        const gaps = direct.data.map((value, i) => Math.abs(value - (reference.data[i] as number)));
        const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
        assert.ok(mean < 2.5, `${width} × ${height}: mean difference ${mean.toFixed(2)}`);
      }
    });
  });

  it('keeps its pictures after it was closed, but gives no new ones', async () => {
    for await (const frame of (await open(clip)).frames(never)) {
      const [whole, small] = [frame.rgb(), frame.scaled(16, 12)];
      assert.equal(frame.rgb(), whole, 'converted once');
      const before = [...small.data];
      frame.close();
      frame.close();
      assert.throws(() => frame.scaled(16, 12), { code: 'INTERNAL' });
      assert.deepEqual([...small.data], before);
      if (frame.sequence === 10) break;
    }
  });

  it('takes well under a millisecond from 720p to a detector’s input', async (t) => {
    const large = await makeClip({
      path: join(folder, 'hd.mp4'),
      frames: 2,
      width: 1280,
      height: 720,
      picture: () => paint(1280, 720, (x, y) => [255 * x, 255 * y, 90]),
    });
    const ms = await firstFrame(large, (frame) => {
      frame.scaled(256, 144);
      const times = Array.from({ length: 15 }, () => {
        const from = performance.now();
        frame.scaled(256, 144);
        return performance.now() - from;
      });
      return Math.min(...times);
    });
    t.diagnostic(`1280×720 → 256×144 by swscale: ${ms.toFixed(2)} ms`);
    assert.ok(ms < 5, `${ms.toFixed(2)} ms`);
  });

  it('is scaled down to the longest side and made grey if asked for', async () => {
    await makeClip({
      path: join(folder, 'colours.mp4'),
      frames: 2,
      width: 320,
      height: 180,
      picture: () => quarters(320, 180),
    });
    const options = { maxSide: 100, greyscale: true };
    await firstFrame(
      join(folder, 'colours.mp4'),
      (frame) => {
        assert.deepEqual([frame.width, frame.height], [100, 56]);
        const luma = [RED, GREEN, BLUE, YELLOW].map(([r, g, b]) => 0.299 * r + 0.587 * g + 0.114 * b);
        const colours = luma.map((value) => [value, value, value]);
        const seen = quarterColours(frame.rgb());
        assert.ok(largestDifference(seen, colours) < 8, JSON.stringify(seen));
        assert.ok(frame.scaled(20, 20).data.every((value, i, all) => value === all[i - (i % 3)]));
      },
      options,
    );
  });
});

/** Writes a rotation into the track header of an MP4, as phones do: a, b, c, d of the matrix in 16.16 (ISO 14496-12). */
async function withMatrix(
  name: string,
  [a, b, c, d]: readonly [number, number, number, number],
): Promise<string> {
  const upright = await makeClip({
    path: join(folder, 'upright.mp4'),
    frames: 3,
    width: 160,
    height: 96,
    picture: () => quarters(160, 96),
  });
  const bytes = await readFile(upright);
  // Version 0: after type (4), version and flags (4), times, id, reserved (20), reserved, layer, group, volume (16).
  const matrix = bytes.indexOf('tkhd') + 4 + 4 + 20 + 16;
  for (const [i, value] of [a, b, 0, c, d].entries()) bytes.writeInt32BE(value * 65_536, matrix + i * 4);
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

describe('a phone’s video', () => {
  const turns = [
    ['as it is', [1, 0, 0, 1], [160, 96], [RED, GREEN, BLUE, YELLOW]],
    ['turned clockwise', [0, 1, -1, 0], [96, 160], [BLUE, RED, YELLOW, GREEN]],
    ['turned upside down', [-1, 0, 0, -1], [160, 96], [YELLOW, BLUE, GREEN, RED]],
    ['turned anticlockwise', [0, -1, 1, 0], [96, 160], [GREEN, YELLOW, RED, BLUE]],
    ['mirrored', [-1, 0, 0, 1], [160, 96], [GREEN, RED, YELLOW, BLUE]],
    ['flipped', [1, 0, 0, -1], [160, 96], [BLUE, YELLOW, RED, GREEN]],
    ['transposed', [0, 1, 1, 0], [96, 160], [RED, BLUE, GREEN, YELLOW]],
    ['transposed the other way', [0, -1, -1, 0], [96, 160], [YELLOW, GREEN, BLUE, RED]],
  ] as const;
  for (const [name, matrix, size, colours] of turns) {
    it(`is upright when it was stored ${name}`, async () => {
      const path = await withMatrix(`${matrix.join()}.mp4`, matrix);
      await firstFrame(path, (frame) => {
        assert.deepEqual([frame.width, frame.height], size);
        const seen = quarterColours(frame.rgb());
        assert.ok(largestDifference(seen, colours) < 8, JSON.stringify(seen));
      });
    });
  }
});

describe('a video file that is damaged', () => {
  it('and cut short gives its good frames, then says how many', async () => {
    const whole = await readFile(clip);
    const path = join(folder, 'cut.mp4');
    await writeFile(path, whole.subarray(0, Math.floor(whole.length * 0.6)));
    const source = await open(path);
    let count = 0;
    await assert.rejects(
      async () => {
        for await (const frame of source.frames(never)) {
          assert.ok(Math.abs(look(frame).level - frameLevel(count++)) < 8);
          frame.close();
        }
      },
      (error: Error & { code?: string }) => {
        assert.equal(error.code, 'SOURCE_CORRUPT');
        assert.match(error.message, new RegExp(`cut short or damaged: ${count} frames were read$`));
        return true;
      },
    );
    assert.ok(count > 5 && count < 50, `${count} frames`);
  });

  it('in the middle only, loses those frames and tells the log', async () => {
    const bytes = await readFile(clip);
    const start = bytes.indexOf('mdat');
    const middle = start + Math.floor((bytes.length - start) / 2);
    bytes.fill(0xff, middle, middle + 20_000);
    const path = join(folder, 'middle.mp4');
    await writeFile(path, bytes);
    const logger = recordingLogger();
    const seen = await watch(await open(path, {}, logger));
    assert.ok(seen.length >= 40 && seen.length <= 50, `${seen.length} frames`);
    assert.deepEqual(
      logger.lines.map(({ level, message }) => [level, message]),
      [['warn', 'damaged frames left out']],
    );
  });

  it('beyond recognition is refused', async () => {
    const bytes = await readFile(clip);
    const path = join(folder, 'broken.mp4');
    const moov = bytes.indexOf('moov');
    await writeFile(path, bytes.fill(0, moov + 4, moov + 200));
    await assert.rejects(watch(await open(path)), { code: 'SOURCE_CORRUPT' });
  });

  it('or holds no video is refused', async () => {
    const wave = Buffer.alloc(44 + 8000);
    wave.write('RIFF');
    wave.writeUInt32LE(36 + 8000, 4);
    wave.write('WAVEfmt ', 8);
    wave.writeUInt32LE(16, 16);
    wave.writeUInt16LE(1, 20);
    wave.writeUInt16LE(1, 22);
    wave.writeUInt32LE(8000, 24);
    wave.writeUInt32LE(8000, 28);
    wave.writeUInt16LE(1, 32);
    wave.writeUInt16LE(8, 34);
    wave.write('data', 36);
    wave.writeUInt32LE(8000, 40);
    const path = join(folder, 'sound.mp4');
    await writeFile(path, wave);
    await assert.rejects(watch(await open(path)), { code: 'SOURCE_UNSUPPORTED', message: /no video/ });
  });

  it('must not make us open anything else', async () => {
    const path = join(folder, 'playlist.mp4');
    await writeFile(path, `ffconcat version 1.0\nfile ${clip}\n`);
    await assert.rejects(watch(await open(path)), { code: 'SOURCE_UNSUPPORTED' });
    const list = join(folder, 'list.mp4');
    await writeFile(
      list,
      '#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nhttp://127.0.0.1:9/x.ts\n#EXT-X-ENDLIST\n',
    );
    await assert.rejects(watch(await open(list)), { code: /SOURCE_(UNSUPPORTED|CORRUPT)/ });
  });

  it('has frames above the limit', async () => {
    await assert.rejects(watch(await open(clip, { maxMegapixels: 0.01 })), {
      code: 'SOURCE_TOO_LARGE',
      message: /160 × 120/,
    });
  });
});

describe('a file played as a camera', () => {
  it('takes its time, and drops what its consumer is too slow for', async () => {
    const source = await open(clip, { asCamera: { loop: false } });
    assert.equal(source.live, true);
    const from = performance.now();
    const seen: number[] = [];
    for await (const frame of source.frames(never)) {
      seen.push(frame.sequence);
      await delay(100);
      frame.close();
    }
    const seconds = (performance.now() - from) / 1000;
    assert.ok(seconds > 1.8, `${seconds.toFixed(2)} s for a clip of 2 s`);
    const { captured, dropped, expectedFrames } = source.stats();
    assert.equal(captured, 50);
    assert.equal(dropped, 50 - seen.length);
    assert.ok(dropped > 10, `${dropped} dropped`);
    assert.equal(expectedFrames, undefined);
  });

  it('begins again at its end without a jump in its time', async () => {
    const short = await makeClip({ path: join(folder, 'short.mp4'), frames: 8, framesPerSecond: 40 });
    const seen = await watch(await open(short, { asCamera: { loop: true } }), {
      enough: ({ length }) => length === 20,
    });
    const times = seen.map(({ mediaTime }) => mediaTime);
    for (const [i, time] of times.slice(1).entries()) {
      const steps = ((time - (times[i] as number)) * 40).toFixed(3);
      const missed = (seen[i + 1]?.sequence ?? 0) - (seen[i]?.sequence ?? 0);
      assert.equal(Number(steps), missed, `step ${i}`);
    }
    assert.ok((times.at(-1) ?? 0) >= 19 / 40);
  });
});

const gifs = fileURLToPath(new URL('../../../../shared/samples/intel-clips/', import.meta.url));

describe('the sample clips', { skip: !existsSync(gifs) && 'no samples here' }, () => {
  for (const [name, frames] of [
    ['classroom.gif', 45],
    ['head-pose-face-detection-female-and-male.gif', 56],
    ['head-pose-face-detection-female.gif', 23],
  ] as const) {
    it(`${name} has ${frames} frames of 480 × 270`, async () => {
      const source = await open(join(gifs, name));
      const seen = await watch(source);
      assert.equal(seen.length, frames);
      assert.ok(seen.every(({ width, height }) => width === 480 && height === 270));
      assert.equal(source.stats().expectedFrames, frames);
    });
  }
});
