import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { LiveSource } from '../../../src/capture/ffmpeg/live-source.ts';
import type { CaptureOptions } from '../../../src/capture/source.ts';
import { systemClock } from '../../../src/core/clock.ts';
import {
  frameLevel,
  makeClip,
  paint,
  recordingLogger,
  scratchFolder,
  seededRandom,
  watch,
} from '../media.ts';
import { startRtspCamera } from './rtsp-server.ts';

const folder = await scratchFolder();
const random = seededRandom(8);
const FRAMES = 30;
/** Noise around a level that tells the frame: pictures of several packets. */
const clip = await makeClip({
  path: join(folder, 'clip.mp4'),
  frames: FRAMES,
  framesPerSecond: 25,
  picture: (i) =>
    paint(160, 120, (x, y) => {
      const level = Math.hypot(x - 0.5, y - 0.5) < 0.35 ? frameLevel(i) : random() * 255;
      return [level, level, level];
    }),
});

function live(url: string, options: Partial<CaptureOptions> = {}) {
  const logger = recordingLogger();
  const source = new LiveSource({
    input: { kind: 'stream', url },
    label: 'rtsp camera',
    options: { camera: 'door', stallTimeoutMs: 2000, ...options },
    logger,
    clock: systemClock,
    backOff: { firstMs: 20, maxMs: 100 },
  });
  const told = () => logger.lines.filter(({ level }) => level !== 'debug').map(({ message }) => message);
  return { source, told };
}

describe('an RTSP camera', () => {
  it('gives its pictures at the times it took them', async () => {
    const camera = await startRtspCamera({ clip });
    const { source, told } = live(camera.url);
    const seen = await watch(source, { enough: ({ length }) => length === 50 });
    assert.deepEqual(told(), ['camera opened']);
    const steady = seen.slice(-20);
    const levels = Array.from({ length: FRAMES }, (_, i) => frameLevel(i));
    for (const { level } of steady) {
      assert.ok(
        levels.some((known) => Math.abs(known - level) < 8),
        `no picture has the level ${level}`,
      );
    }
    for (const [i, frame] of steady.slice(1).entries()) {
      const previous = steady[i] as (typeof steady)[number];
      const step = (frame.mediaTime - previous.mediaTime) * 25;
      assert.ok(
        Math.abs(step - (frame.sequence - previous.sequence)) < 0.05,
        `a step of ${step.toFixed(3)} frames`,
      );
    }
    const { framesPerSecond } = source.stats();
    assert.ok(Math.abs((framesPerSecond ?? 0) - 25) < 2, `${framesPerSecond} frames per second`);
  });

  it('is given the password, also one with awkward characters', async () => {
    const camera = await startRtspCamera({ clip, credentials: 'admin:p@ss/w#rd' });
    const { source } = live(camera.url);
    assert.equal((await watch(source, { enough: ({ length }) => length === 3 })).length, 3);
    const wrong = live(camera.url.replace('admin', 'guest'), { openAttempts: 1 });
    await assert.rejects(watch(wrong.source), {
      code: 'SOURCE_UNREACHABLE',
      message: /credentials were refused/,
    });
  });

  it('is opened again after silence, a cut and an orderly end', async () => {
    const camera = await startRtspCamera({
      clip,
      framesPerSecond: 50,
      script: [
        { frames: 60, ending: 'silence' },
        { frames: 60, ending: 'cut' },
        { frames: 60, ending: 'teardown' },
        { frames: 1000, ending: 'cut' },
      ],
    });
    const { source, told } = live(camera.url, { stallTimeoutMs: 700 });
    const seen = await watch(source, { enough: () => source.stats().reopened === 3 });
    const states = ['camera stalled', 'camera ended', 'camera ended'].flatMap((state) => [
      state,
      'camera reopened',
    ]);
    assert.deepEqual(told(), ['camera opened', ...states]);
    assert.equal(camera.connections(), 4);
    assert.ok(seen.every(({ mediaTime }, i) => i === 0 || mediaTime >= (seen[i - 1]?.mediaTime ?? 0)));
  });

  it('that is joined in its middle shows its first picture with its next key frame', async () => {
    const camera = await startRtspCamera({ clip, joinAt: 6 });
    const { source, told } = live(camera.url, { stallTimeoutMs: 500 });
    const [first] = await watch(source, { enough: ({ length }) => length === 5 });
    assert.ok(Math.abs((first?.level ?? 0) - frameLevel(0)) < 8, `begins with the level ${first?.level}`);
    assert.deepEqual(told(), ['camera opened']);
    assert.equal(camera.connections(), 1);
  });

  it('stops soon after it is told to', async () => {
    const camera = await startRtspCamera({ clip });
    const { source } = live(camera.url);
    const stop = new AbortController();
    let from = 0;
    for await (const frame of source.frames(stop.signal)) {
      frame.close();
      if (frame.sequence < 10) continue;
      from ||= performance.now();
      stop.abort();
    }
    assert.ok(from > 0 && performance.now() - from < 1500);
  });
});
