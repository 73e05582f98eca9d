import { parentPort, workerData } from 'node:worker_threads';
import { openSource } from '../capture/open.ts';
import type { CaptureOptions } from '../capture/source.ts';
import type { CameraConfig } from '../config/schema.ts';
import { systemClock } from '../core/clock.ts';
import { asVitrineError, describeError } from '../core/errors.ts';
import { newRandomId } from '../core/ids.ts';
import type { LogFields, Logger } from '../core/logger.ts';
import { FaceWatcher } from '../pipeline/face-watcher.ts';
import type { CameraStats, FromWorker, ToWorker, WorkerSetup } from './camera-protocol.ts';
import { openVision, type Vision } from './vision.ts';

/**
 * The vision thread: captures and watches every camera of this process, so that inference, which blocks its thread,
 * never delays anything else. A camera waits for the answer to each of its frames with news: if the main thread falls
 * behind, live cameras drop frames instead of filling memory.
 */

const setup = workerData as WorkerSetup;
const port = parentPort;
if (port === null) throw new Error('vision-worker.ts is started as a worker thread');
const say = (message: FromWorker) => port.postMessage(message);

const stop = new AbortController();
const answers = new Map<string, (startOver: readonly string[]) => void>();

const logger: Logger = {
  debug: (message, fields) => log('debug', message, fields),
  info: (message, fields) => log('info', message, fields),
  warn: (message, fields) => log('warn', message, fields),
  error: (message, fields) => log('error', message, fields),
};

function log(level: 'debug' | 'info' | 'warn' | 'error', message: string, fields: LogFields = {}): void {
  say({ kind: 'log', level, message, fields });
}

function answerFor(camera: string): Promise<readonly string[]> {
  return new Promise((resolve) => answers.set(camera, resolve));
}

async function watch(camera: CameraConfig, vision: Vision): Promise<void> {
  const { id } = camera;
  const { lookIntervalMs } = setup;
  const prefix = `${newRandomId().slice(0, 4)}-`;
  const watcher = new FaceWatcher(
    { camera: id, trackPrefix: prefix, lookIntervalMs },
    { ...vision, clock: systemClock },
  );
  let stats: CameraStats = { frames: 0, dropped: 0, reopened: 0, faces: 0 };
  let problem: string | undefined;
  const tell = async (updates: Awaited<ReturnType<FaceWatcher['watch']>>) => {
    if (updates.length === 0) return;
    const answer = answerFor(id);
    say({ kind: 'updates', camera: id, updates, stats });
    for (const track of await answer) watcher.startOver(track);
  };
  try {
    const source = await openSource(camera.source, captureOptions(camera), { logger });
    for await (const frame of source.frames(stop.signal)) {
      const updates = await watcher.watch(frame);
      frame.close();
      const { dropped, reopened } = source.stats();
      const seen = updates.filter((update) => update.state === 'live').length;
      stats = { frames: stats.frames + 1, dropped, reopened, faces: stats.faces + seen };
      await tell(updates);
    }
  } catch (error) {
    problem = describeError(error);
  }
  await tell(watcher.flush());
  say({ kind: 'ended', camera: id, problem, stats });
}

function captureOptions(camera: CameraConfig): CaptureOptions {
  const { id, maxFrameRate, maxSide, greyscale, stallTimeoutMs, asCamera } = camera;
  return {
    camera: id,
    greyscale,
    stallTimeoutMs,
    maxMegapixels: setup.maxMegapixels,
    openAttempts: Number.POSITIVE_INFINITY,
    ...(maxFrameRate === undefined ? {} : { maxFrameRate }),
    ...(maxSide === undefined ? {} : { maxSide }),
    ...(asCamera === undefined ? {} : { asCamera }),
  };
}

async function main(): Promise<void> {
  const vision = await openVision(setup.vision);
  const { embedder } = vision;
  say({
    kind: 'ready',
    embedder: embedder && { model: embedder.model, dimensions: embedder.dimensions },
  });
  await started;
  await Promise.all(setup.cameras.map((camera) => watch(camera, vision)));
  await vision.close();
}

let begin = () => {};
const started = new Promise<void>((resolve) => {
  begin = resolve;
});

port.on('message', (message: ToWorker) => {
  if (message.kind === 'start') begin();
  else if (message.kind === 'handled') answers.get(message.camera)?.(message.startOver);
  else {
    stop.abort();
    begin();
  }
});

try {
  await main();
} catch (error) {
  const { code, message } = asVitrineError(error);
  say({ kind: 'failed', code, message });
} finally {
  port.close();
}
