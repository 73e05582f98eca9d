import { setImmediate as nextTurn } from 'node:timers/promises';
import { BoundedQueue } from '../../core/bounded-queue.ts';
import { VitrineError } from '../../core/errors.ts';
import type { Frame } from '../../core/frame.ts';

export type FrameQueue = BoundedQueue<Frame>;

/** Frames decoded ahead of the consumer of a file. */
const PREFETCH = 4;

/** A live source keeps the latest; two, because cameras send in bursts of two or three over a network. */
const LATEST = 2;

export function createFrameQueue(live: boolean): FrameQueue {
  return new BoundedQueue<Frame>({
    capacity: live ? LATEST : PREFETCH,
    overflow: live ? 'drop-oldest' : 'wait',
    onDiscard: (frame) => frame.close(),
  });
}

export interface DeliveryJob {
  readonly queue: FrameQueue;
  readonly signal: AbortSignal;
  /** Fills the queue and ends it; must return soon after its signal is aborted, and not throw. */
  readonly produce: (signal: AbortSignal) => Promise<void>;
  /** Told the milliseconds that the consumer waited for each frame. */
  readonly onWaited: (ms: number) => void;
}

/** Queues that someone reads, or has read. */
const delivered = new WeakSet<FrameQueue>();

/** Runs the producer while the consumer takes frames; stops it when either side has had enough. */
export async function* deliver(job: DeliveryJob): AsyncGenerator<Frame, void, undefined> {
  if (delivered.has(job.queue))
    throw new VitrineError('INTERNAL', 'The frames of a source were asked for twice');
  delivered.add(job.queue);
  const stop = new AbortController();
  const end = () => {
    stop.abort();
    job.queue.abandon();
  };
  job.signal.addEventListener('abort', end);
  if (job.signal.aborted) end();
  const producing = job.produce(stop.signal);
  try {
    yield* taken(job);
  } finally {
    job.signal.removeEventListener('abort', end);
    end();
    await producing;
  }
}

async function* taken({ queue, onWaited }: DeliveryJob): AsyncGenerator<Frame, void, undefined> {
  const frames = queue[Symbol.asyncIterator]();
  try {
    for (;;) {
      const from = performance.now();
      // A consumer that never waits for anything else would leave the decoder's finished work lying.
      await nextTurn();
      const next = await frames.next();
      onWaited(performance.now() - from);
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    await frames.return();
  }
}
