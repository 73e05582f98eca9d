import { setTimeout as delay } from 'node:timers/promises';
import type { Topic } from '../../contract/topics.ts';
import { asVitrineError, describeError, type VitrineError } from '../../core/errors.ts';
import type { Logger } from '../../core/logger.ts';
import type { BatchHandler, SubscribeOptions } from '../transport.ts';
import { pauseAfter, type RetryOptions } from './backoff.ts';
import type { GroupCursor, LogEntry, TopicLog } from './topic-log.ts';

export interface ConsumerOptions<T extends Topic> {
  readonly log: TopicLog<T>;
  readonly handler: BatchHandler<T>;
  readonly subscription: SubscribeOptions;
  readonly retry: RetryOptions;
  readonly random: () => number;
  readonly logger: Logger;
  readonly onRedelivery: (messages: number) => void;
  /** A message that no repetition will help. */
  readonly onSetAside: (entry: LogEntry<T>, error: VitrineError) => void;
}

/** From this attempt on a failure is reported as a warning. */
const TROUBLING_ATTEMPTS = 4;

/** Hands the messages of a log to one handler, batch after batch. */
export class Consumer<T extends Topic> {
  readonly #options: ConsumerOptions<T>;
  readonly #cursor: GroupCursor<T>;

  constructor(options: ConsumerOptions<T>) {
    this.#options = options;
    this.#cursor = options.log.group(options.subscription.group);
  }

  /** Works until `signal` aborts or a batch has failed for good; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { log, subscription } = this.#options;
    while (!signal.aborted && !log.failure) {
      if (this.#cursor.peek(1).length === 0) {
        await log.changed.wait();
        continue;
      }
      await this.#linger(signal);
      const batch = this.#cursor.take(subscription.maxBatch);
      if (await this.#deliver(batch, signal)) this.#cursor.finish(batch);
      else this.#cursor.giveBack(batch);
    }
  }

  async #linger(signal: AbortSignal): Promise<void> {
    const { log, subscription } = this.#options;
    const { lingerMs = 0, maxBatch } = subscription;
    if (lingerMs === 0) return;
    let due = false;
    const timer = setTimeout(() => {
      due = true;
      log.changed.notify();
    }, lingerMs);
    while (!due && !signal.aborted && log.hurried === 0 && this.#cursor.peek(maxBatch).length < maxBatch) {
      await log.changed.wait();
    }
    clearTimeout(timer);
  }

  /** True once each message of the batch has been handled or set aside; false if it must be delivered again later. */
  async #deliver(batch: readonly LogEntry<T>[], signal: AbortSignal): Promise<boolean> {
    const { handler, log, retry, onRedelivery } = this.#options;
    for (let attempt = 0; ; attempt++) {
      if (signal.aborted) return false;
      try {
        await handler(batch.map((entry) => entry.delivery));
        return true;
      } catch (reason) {
        const error = asVitrineError(reason);
        if (!error.retryable) return this.#singleOut(batch, error, signal);
        this.#report(error, attempt, batch.length);
        if (attempt + 1 >= retry.limit) {
          log.failure = error;
          log.changed.notify();
          return false;
        }
        onRedelivery(batch.length);
        await this.#pause(attempt, signal);
      }
    }
  }

  /** One of the batch is at fault: they are delivered one by one, and the one that fails alone is set aside. */
  async #singleOut(
    batch: readonly LogEntry<T>[],
    error: VitrineError,
    signal: AbortSignal,
  ): Promise<boolean> {
    const [first] = batch;
    if (first && batch.length === 1) {
      this.#options.onSetAside(first, error);
      return true;
    }
    this.#options.onRedelivery(batch.length);
    for (const entry of batch) {
      if (!(await this.#deliver([entry], signal))) return false;
    }
    return true;
  }

  async #pause(attempt: number, signal: AbortSignal): Promise<void> {
    const ms = pauseAfter(attempt, this.#options.retry, this.#options.random);
    // An abort ends the pause early, which is all that is wanted of it.
    await delay(ms, undefined, { signal }).catch(() => {});
  }

  /** A line for attempt 1, 2, 4, 8 …: a long failure is to be seen, not to fill the log; a short one is no trouble yet. */
  #report(error: VitrineError, attempt: number, messages: number): void {
    const attempts = attempt + 1;
    if ((attempts & (attempts - 1)) !== 0) return;
    const { log, subscription, logger } = this.#options;
    const fields = { topic: log.topic, group: subscription.group, messages, attempts };
    const level = attempts < TROUBLING_ATTEMPTS ? 'info' : 'warn';
    logger[level]('messages could not be handled and are delivered again', {
      ...fields,
      reason: describeError(error),
    });
  }
}
