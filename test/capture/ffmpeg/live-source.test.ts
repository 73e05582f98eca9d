import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { LiveInput } from '../../../src/capture/ffmpeg/live-address.ts';
import { LiveSource } from '../../../src/capture/ffmpeg/live-source.ts';
import { openSource } from '../../../src/capture/open.ts';
import type { CaptureOptions } from '../../../src/capture/source.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { recordingLogger, watch } from '../media.ts';
import { closedPort, startCamera, startMute } from './camera-server.ts';

const QUICK = { firstMs: 20, maxMs: 100, random: () => 0.5 };

function live(input: LiveInput | string, options: Partial<CaptureOptions> = {}) {
  const logger = recordingLogger();
  const source = new LiveSource({
    input: typeof input === 'string' ? { kind: 'stream', url: input } : input,
    label: 'door camera',
    options: { camera: 'door', stallTimeoutMs: 400, ...options },
    logger,
    clock: systemClock,
    backOff: QUICK,
  });
  /** Changes of state that were logged. */
  const told = () => logger.lines.filter(({ level }) => level !== 'debug').map(({ message }) => message);
  return { source, logger, told };
}

const after = (count: number) => ({ enough: (seen: readonly unknown[]) => seen.length >= count });

describe('a camera over HTTP', () => {
  it('gives its latest frames with the time of their arrival', async () => {
    const camera = await startCamera([{ everyMs: 25 }]);
    const { source, logger, told } = live(camera.url);
    const before = Date.now();
    const seen = await watch(source, after(30));
    assert.deepEqual(told(), ['camera opened']);
    assert.deepEqual(logger.lines[0]?.fields, {
      camera: 'door',
      source: 'door camera',
      width: 64,
      height: 48,
    });
    assert.equal(seen[0]?.mediaTime, 0);
    for (const [i, frame] of seen.slice(1).entries()) {
      assert.ok(frame.sequence > (seen[i]?.sequence ?? 0) && frame.mediaTime >= (seen[i]?.mediaTime ?? 0));
      assert.ok(frame.capturedAt >= before && frame.capturedAt <= Date.now());
    }
    // 30 frames, 25 ms apart: stamps made up for 25 frames a second would say 1.2 s as well, so the bounds are wide.
    const { captured, reopened, expectedFrames, decodeMs } = source.stats();
    assert.deepEqual([captured >= 30, reopened, expectedFrames], [true, 0, undefined]);
    assert.ok(decodeMs > 0);
  });

  it('never lags: what its consumer is too slow for is dropped and counted', async () => {
    const camera = await startCamera([{ everyMs: 10 }]);
    const { source } = live(camera.url);
    let newest = 0;
    for await (const frame of source.frames(AbortSignal.timeout(20_000))) {
      await delay(80);
      newest = frame.sequence;
      frame.close();
      const { captured, dropped } = source.stats();
      if (dropped > 30) {
        assert.ok(captured - newest < 20, `${captured - newest} frames behind`);
        break;
      }
    }
    assert.ok(newest > 20);
  });

  it('is opened again after it ended, was cut off, or fell silent, each told once', async () => {
    const camera = await startCamera([
      { pictures: 12, ending: 'end' },
      { pictures: 12, ending: 'cut' },
      { pictures: 12, ending: 'silence' },
      {},
    ]);
    const { source, logger, told } = live(camera.url);
    const seen = await watch(source, { enough: () => source.stats().reopened === 3 });
    assert.deepEqual(told(), [
      'camera opened',
      'camera ended',
      'camera reopened',
      'camera ended',
      'camera reopened',
      'camera stalled',
      'camera reopened',
    ]);
    const stalled = logger.lines.find(({ message }) => message === 'camera stalled');
    const { code, silentMs } = stalled?.fields ?? {};
    assert.deepEqual([code, silentMs], ['SOURCE_STALLED', 400]);
    const times = seen.map(({ mediaTime }) => mediaTime);
    assert.ok(times.every((time, i) => i === 0 || time >= (times[i - 1] as number)));
    assert.ok(new Set(seen.map(({ sequence }) => sequence)).size === seen.length);
    assert.ok((times.at(-1) ?? 0) > 0.6, 'the silence counts');
  });

  it('may change its size', async () => {
    const camera = await startCamera([{ pictures: 8, ending: 'end', width: 64 }, { width: 96 }]);
    const { source } = live(camera.url);
    const seen = await watch(source, { enough: (frames) => frames.at(-1)?.width === 96 });
    assert.equal(seen[0]?.width, 64);
  });

  it('is thinned out and scaled down if asked for', async () => {
    const camera = await startCamera([{ everyMs: 20 }]);
    const { source } = live(camera.url, { maxFrameRate: 10, maxSide: 32, greyscale: true });
    const seen = await watch(source, after(6));
    assert.ok(seen.every(({ width, height }) => width === 32 && height === 24));
    const gaps = seen.slice(1).map(({ mediaTime }, i) => mediaTime - (seen[i]?.mediaTime ?? 0));
    assert.ok(gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length > 0.07, `gaps ${gaps}`);
    assert.ok(source.stats().dropped > 5);
  });

  it('that takes its time to answer is waited for', async () => {
    const camera = await startCamera([{ delayMs: 500 }]);
    const { source, told } = live(camera.url);
    await watch(source, after(3));
    assert.deepEqual(told(), ['camera opened']);
  });

  it('stops soon after it is told to: while it delivers, while it is silent, while it is away', async () => {
    const delivering = await startCamera([{}]);
    const silent = await startCamera([{ pictures: 10, ending: 'silence' }]);
    const away = `http://127.0.0.1:${await closedPort()}/`;
    for (const url of [delivering.url, silent.url, away]) {
      const { source } = live(url, { stallTimeoutMs: 30_000, openAttempts: Number.POSITIVE_INFINITY });
      const stop = new AbortController();
      const watching = watch(source, { signal: stop.signal });
      await delay(350);
      const from = performance.now();
      stop.abort();
      await watching;
      assert.ok(performance.now() - from < 1500, `${url}: ${performance.now() - from} ms`);
    }
  });
});

describe('a source that never opens', () => {
  it('fails quickly where nobody listens, after a few attempts, told once', async () => {
    for (const scheme of ['rtsp', 'http']) {
      const { source, told } = live(`${scheme}://user:secret@127.0.0.1:${await closedPort()}/live`);
      const from = performance.now();
      await assert.rejects(watch(source), {
        code: 'SOURCE_UNREACHABLE',
        message: 'door camera cannot be opened: connection refused',
      });
      assert.ok(performance.now() - from < 3000);
      assert.deepEqual(told(), ['camera unreachable']);
    }
  });

  it('fails in time where someone listens who never answers', async () => {
    const { port } = await startMute();
    for (const scheme of ['rtsp', 'http']) {
      const { source } = live(`${scheme}://127.0.0.1:${port}/live`, { stallTimeoutMs: 150, openAttempts: 2 });
      const from = performance.now();
      await assert.rejects(watch(source), { code: 'SOURCE_UNREACHABLE', message: /no answer in time/ });
      const ms = performance.now() - from;
      assert.ok(ms >= 600 && ms < 4000, `${ms.toFixed(0)} ms for two attempts of 300 ms`);
    }
  });

  it('fails where the answer is no, or no video', async () => {
    const refusals: readonly (readonly [status: number, reason: RegExp])[] = [
      [401, /credentials were refused/],
      [404, /404/],
      [500, /5xx|server/i],
    ];
    for (const [status, reason] of refusals) {
      const camera = await startCamera([{ status }]);
      const { source } = live(camera.url, { openAttempts: 2 });
      await assert.rejects(watch(source), { code: 'SOURCE_UNREACHABLE', message: reason });
      assert.equal(camera.connections(), 2);
    }
    const { port } = await startMute((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n<html>no camera</html>'));
    await assert.rejects(watch(live(`http://127.0.0.1:${port}/`).source), { code: 'SOURCE_UNREACHABLE' });
    const { port: babbling } = await startMute((socket) => socket.end('\0\x01nonsense'.repeat(500)));
    await assert.rejects(watch(live(`rtsp://127.0.0.1:${babbling}/`).source), { code: 'SOURCE_UNREACHABLE' });
  });

  it('is waited for as long as asked for', async () => {
    const camera = await startCamera([
      { status: 503 },
      { status: 503 },
      { status: 503 },
      { status: 503 },
      {},
    ]);
    const { source, told } = live(camera.url, { openAttempts: Number.POSITIVE_INFINITY });
    await watch(source, after(2));
    assert.deepEqual(told(), ['camera unreachable', 'camera opened']);
    assert.equal(source.stats().reopened, 0);
  });

  it('is no device, or not there', async () => {
    const absent = live({ kind: 'device', path: '/dev/video97' });
    await assert.rejects(watch(absent.source), { code: 'SOURCE_NOT_FOUND' });
    const none = live({ kind: 'device', path: '/dev/null' });
    await assert.rejects(watch(none.source), { code: 'SOURCE_UNREACHABLE' });
  });

  it('is refused at once for an address of a kind that is not for cameras', async () => {
    for (const url of ['ftp://host/clip.mp4', 'concat://a', 'subfile://x']) {
      const { source } = live(url);
      await assert.rejects(watch(source), { code: 'SOURCE_UNSUPPORTED' });
    }
  });

  it('never shows credentials', async () => {
    const logger = recordingLogger();
    const url = `rtsp://admin:hunter2@127.0.0.1:${await closedPort()}/live?token=t0psecret`;
    const source = await openSource(url, { camera: 'door', openAttempts: 1 }, { logger });
    assert.equal(source.live, true);
    await assert.rejects(watch(source), (error: Error) => {
      const shown = JSON.stringify([source.label, error.message, logger.lines]);
      assert.doesNotMatch(shown, /hunter2|admin|t0psecret/);
      return true;
    });
  });
});

describe('a playlist from the network', () => {
  it('cannot make us open a local file', async () => {
    const playlist = '#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n';
    const { port } = await startMute((socket) =>
      socket.end(`HTTP/1.1 200 OK\r\nContent-Type: application/vnd.apple.mpegurl\r\n\r\n${playlist}`),
    );
    const { source } = live(`http://127.0.0.1:${port}/live.m3u8`, { openAttempts: 1 });
    await assert.rejects(watch(source), { code: 'SOURCE_UNREACHABLE' });
  });
});
