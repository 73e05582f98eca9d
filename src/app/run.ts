import { SHARE_ENV, Worker } from 'node:worker_threads';
import type { Config } from '../config/schema.ts';
import type { SightingMessage } from '../contract/sighting.ts';
import { VitrineError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import type { CameraStats, FromWorker, ToWorker, WorkerSetup } from './camera-protocol.ts';
import { keepRetention } from './retention.ts';
import { openShop, type Shop } from './shop.ts';
import { isErrorCode } from './talk.ts';
import { visionOptionsFrom } from './vision.ts';

export interface RunOptions {
  readonly config: Config;
  readonly environment: NodeJS.ProcessEnv;
  readonly logger: Logger;
  /** Models and data folder are there; the cameras are opened now. */
  readonly onStart?: () => void;
  readonly onSighting: (message: SightingMessage) => void;
  /** Aborted: stops the cameras, stores what is under way, and returns. */
  readonly signal: AbortSignal;
}

export interface RunResult {
  readonly cameras: ReadonlyMap<string, CameraStats>;
  /** One line per camera that could not go on. */
  readonly problems: readonly string[];
}

/** The whole system in one process: cameras and vision in a thread of their own, everything else here. */
export async function runEmbedded(options: RunOptions): Promise<RunResult> {
  const run = new EmbeddedRun(options);
  return run.untilEnd();
}

class EmbeddedRun {
  readonly #options: RunOptions;
  readonly #cameras = new Map<string, CameraStats>();
  readonly #problems: string[] = [];
  #worker: Worker | undefined;
  #shop: Shop | undefined;

  constructor(options: RunOptions) {
    this.#options = options;
  }

  async untilEnd(): Promise<RunResult> {
    const { config, signal } = this.#options;
    const workerData: WorkerSetup = {
      cameras: config.cameras,
      vision: visionOptionsFrom(config),
      lookIntervalMs: config.vision.lookIntervalMs,
      maxMegapixels: config.capture.maxMegapixels,
    };
    // With a copy of the environment the thread could not tell the engine, which is not JavaScript, to report nothing.
    const worker = new Worker(new URL('./vision-worker.ts', import.meta.url), { workerData, env: SHARE_ENV });
    this.#worker = worker;
    const stop = () => this.#tell({ kind: 'stop' });
    signal.addEventListener('abort', stop, { once: true });
    try {
      await this.#listen(worker);
      await this.#shop?.drain();
    } finally {
      signal.removeEventListener('abort', stop);
      await this.#shop?.close();
      await worker.terminate();
    }
    return { cameras: this.#cameras, problems: this.#problems };
  }

  /** Until the worker is done. Messages are worked on one at a time, in their order. */
  #listen(worker: Worker): Promise<void> {
    return new Promise((resolve, reject) => {
      let work: Promise<void> = Promise.resolve();
      worker.on('message', (message: FromWorker) => {
        work = work.then(() => this.#receive(message));
        work.catch(reject);
      });
      worker.on('error', (cause) =>
        reject(new VitrineError('INTERNAL', 'the vision thread failed', { cause })),
      );
      worker.on('exit', () => work.then(resolve, reject));
    });
  }

  async #receive(message: FromWorker): Promise<void> {
    switch (message.kind) {
      case 'ready':
        await this.#open(message.embedder);
        this.#tell({ kind: this.#options.signal.aborted ? 'stop' : 'start' });
        return;
      case 'updates':
        await this.#identify(message);
        return;
      case 'log':
        this.#options.logger[message.level](message.message, message.fields);
        return;
      case 'ended':
        this.#cameras.set(message.camera, message.stats);
        if (message.problem !== undefined) this.#fail(`camera ${message.camera}: ${message.problem}`);
        return;
      case 'failed':
        throw new VitrineError(isErrorCode(message.code) ? message.code : 'INTERNAL', message.message);
    }
  }

  async #open(embedder: Extract<FromWorker, { kind: 'ready' }>['embedder']): Promise<void> {
    const { config, environment, logger, onSighting } = this.#options;
    this.#shop = await openShop({ config, persists: true, embedder, environment, logger, onSighting });
    await keepRetention({ config, shop: this.#shop, logger });
    this.#options.onStart?.();
  }

  async #identify({ camera, updates, stats }: Extract<FromWorker, { kind: 'updates' }>): Promise<void> {
    this.#cameras.set(camera, stats);
    const startOver: string[] = [];
    for (const update of updates) {
      const resolution = await this.#shop?.stage.handle(update);
      if (resolution?.contradiction) startOver.push(update.track);
    }
    this.#tell({ kind: 'handled', camera, startOver });
  }

  #fail(problem: string): void {
    this.#problems.push(problem);
    this.#options.logger.error(problem);
  }

  #tell(message: ToWorker): void {
    this.#worker?.postMessage(message);
  }
}
