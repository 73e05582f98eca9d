import { setTimeout as delay } from 'node:timers/promises';
import { type Topic, type TopicMessages, topicTraits } from '../../contract/topics.ts';
import { type Clock, systemClock } from '../../core/clock.ts';
import { describeError, type ErrorCode, VitrineError } from '../../core/errors.ts';
import { type Logger, silentLogger } from '../../core/logger.ts';
import { decodeMessage, encodeMessage, isTopic } from '../codec.ts';
import type { Outbox, PendingEntry } from '../outbox.ts';
import type { BatchHandler, SubscribeOptions, Transport } from '../transport.ts';
import { defaultRetry, type RetryOptions } from './backoff.ts';
import { Consumer } from './consumer.ts';
import { type LogEntry, TopicLog } from './topic-log.ts';

export interface EmbeddedTransportOptions {
  /** Where durable messages wait; the transport starts and stops it. */
  readonly outbox: Outbox;
  readonly logger?: Logger;
  readonly clock?: Clock;
  /** Messages per topic that may wait to be handled before `publish` waits; default 10 000. */
  readonly capacity?: number;
  readonly retry?: RetryOptions;
  /** How long `stop` waits for handlers that are at work, in ms; default 10 000. */
  readonly stopTimeoutMs?: number;
  /** 0 to 1, for the jitter of pauses. */
  readonly random?: () => number;
}

/** A message that could not be handled. Of a durable topic it stays in the outbox and is tried again at the next start. */
export interface DeadLetter {
  readonly topic: Topic;
  readonly group: string;
  readonly key: string;
  readonly at: number;
  readonly code: ErrorCode;
  readonly message: unknown;
}

export interface TransportCounters {
  readonly published: number;
  /** Messages that all groups have finished. */
  readonly finished: number;
  /** Deliveries after the first. */
  readonly redelivered: number;
  readonly setAside: number;
  /** Messages that some group has not finished. */
  readonly waiting: number;
}

export interface EmbeddedTransport extends Transport {
  /** The latest messages that were set aside, at most 100; `counters` has their number. */
  readonly deadLetters: readonly DeadLetter[];
  counters(): TransportCounters;
}

const MAX_DEAD_LETTERS = 100;

/**
 * Messages within one process. `start` may fail as the outbox does; `publish` with DISK_FULL, with the cause of a
 * handler that has failed for good, or with INTERNAL if the transport is not running.
 */
export function createEmbeddedTransport(options: EmbeddedTransportOptions): EmbeddedTransport {
  return new InProcessTransport(options);
}

type Logs = { readonly [T in Topic]: TopicLog<T> };

interface Subscription {
  readonly run: (signal: AbortSignal) => Promise<void>;
}

class InProcessTransport implements EmbeddedTransport {
  readonly capabilities = { crossProcess: false };
  readonly deadLetters: DeadLetter[] = [];
  readonly #options: Required<EmbeddedTransportOptions>;
  readonly #logs: Logs;
  readonly #subscriptions: Subscription[] = [];
  readonly #counters = { published: 0, finished: 0, redelivered: 0, setAside: 0 };
  /** Outbox ids of messages that were set aside: they stay there. */
  readonly #kept = new Set<number>();
  /** Outbox ids whose removal has failed; tried again with the next ones. */
  #unremoved: number[] = [];
  #running: AbortController | undefined;
  #consumers: Promise<void>[] = [];
  /** The last publication per topic: the next one goes after it, so that the order of calls is kept. */
  readonly #tails = new Map<Topic, Promise<void>>();
  #removal: Promise<void> = Promise.resolve();

  constructor(options: EmbeddedTransportOptions) {
    this.#options = {
      logger: silentLogger,
      clock: systemClock,
      capacity: 10_000,
      retry: defaultRetry,
      stopTimeoutMs: 10_000,
      random: Math.random,
      ...options,
    };
    this.#logs = { sightings: this.#makeLog('sightings') };
  }

  async start(signal?: AbortSignal): Promise<void> {
    if (this.#running) return;
    await this.#options.outbox.start();
    await this.#loadPending();
    const running = new AbortController();
    this.#running = running;
    this.#consumers = this.#subscriptions.map((subscription) => subscription.run(running.signal));
    signal?.addEventListener('abort', () => void this.stop(), { once: true, signal: running.signal });
    if (signal?.aborted) await this.stop();
  }

  async publish<T extends Topic>(topic: T, key: string, message: TopicMessages[T]): Promise<void> {
    if (!this.#running) throw notRunning(topic);
    const before = this.#tails.get(topic) ?? Promise.resolve();
    const publication = before.then(() => this.#append(topic, key, message));
    this.#tails.set(
      topic,
      publication.catch(() => {}),
    );
    return publication;
  }

  async subscribe<T extends Topic>(
    topic: T,
    handler: BatchHandler<T>,
    subscription: SubscribeOptions,
  ): Promise<void> {
    const { retry, random, logger } = this.#options;
    const log = this.#log(topic);
    const consumer = new Consumer<T>({
      log,
      handler,
      subscription,
      retry,
      random,
      logger,
      onRedelivery: (messages) => {
        this.#counters.redelivered += messages;
      },
      onSetAside: (entry, error) => this.#setAside(topic, subscription.group, entry, error),
    });
    this.#subscriptions.push(consumer);
    if (this.#running) this.#consumers.push(consumer.run(this.#running.signal));
  }

  async drain(): Promise<void> {
    await Promise.all(this.#eachLog((log) => this.#drainLog(log)));
    await this.#removal;
  }

  counters(): TransportCounters {
    const waiting = this.#eachLog((log) => log.size).reduce((sum, size) => sum + size, 0);
    return { ...this.#counters, waiting };
  }

  async stop(): Promise<void> {
    const running = this.#running;
    if (!running) return;
    this.#running = undefined;
    running.abort();
    this.#eachLog((log) => log.changed.notify());
    await this.#consumersAtRest();
    await Promise.all(this.#tails.values());
    await this.#removal;
    this.#eachLog((log) => {
      log.clear();
      log.failure = undefined;
    });
    await this.#options.outbox.stop();
  }

  async #append<T extends Topic>(topic: T, key: string, message: TopicMessages[T]): Promise<void> {
    const log = this.#log(topic);
    const { durable } = topicTraits[topic];
    while (this.#running && log.full && !log.failure) {
      // Waiting would have no end.
      if (!log.hasGroups) throw new VitrineError('INTERNAL', `nobody has subscribed to topic ${topic}`);
      await log.changed.wait();
    }
    if (log.failure) throw log.failure;
    // Stopped while it waited: a durable message is still safe in the outbox, any other one cannot be kept.
    if (!this.#running && !durable) throw notRunning(topic);
    const payload = durable ? encodeMessage(topic, message) : '';
    const outboxId = durable ? await this.#options.outbox.append({ topic, key, payload }) : undefined;
    this.#counters.published++;
    log.append({ key, message }, outboxId);
  }

  async #drainLog<T extends Topic>(log: TopicLog<T>): Promise<void> {
    await this.#tails.get(log.topic);
    const { end } = log;
    log.hurried++;
    log.changed.notify();
    try {
      while (!log.finishedUntil(end)) {
        if (log.failure) throw log.failure;
        if (!this.#running) throw notRunning(log.topic);
        await log.changed.wait();
      }
    } finally {
      log.hurried--;
    }
  }

  async #loadPending(): Promise<void> {
    for await (const entry of this.#options.outbox.pending()) {
      try {
        this.#loadEntry(entry);
      } catch (error) {
        const fields = { topic: entry.topic, reason: describeError(error) };
        this.#options.logger.error('a message in the outbox cannot be read and is left there', fields);
        this.#counters.setAside++;
      }
    }
  }

  #loadEntry({ id, topic, key, payload }: PendingEntry): void {
    if (!isTopic(topic)) throw new VitrineError('INTERNAL', `there is no topic ${topic}`);
    this.#log(topic).append({ key, message: decodeMessage(topic, payload) }, id);
  }

  #setAside<T extends Topic>(topic: T, group: string, entry: LogEntry<T>, error: VitrineError): void {
    const { key, message } = entry.delivery;
    this.#counters.setAside++;
    this.deadLetters.push({ topic, group, key, at: this.#options.clock.now(), code: error.code, message });
    if (this.deadLetters.length > MAX_DEAD_LETTERS) this.deadLetters.shift();
    if (entry.outboxId !== undefined) this.#kept.add(entry.outboxId);
    this.#options.logger.error('a message cannot be handled and is set aside', {
      topic,
      group,
      key,
      reason: describeError(error),
    });
  }

  #finished<T extends Topic>(entries: readonly LogEntry<T>[]): void {
    this.#counters.finished += entries.length;
    const ids = entries.flatMap(({ outboxId }) => outboxId ?? []).filter((id) => !this.#kept.delete(id));
    if (ids.length > 0) this.#removal = this.#removal.then(() => this.#remove(ids));
  }

  /** Never rejects: what stays in the outbox is delivered once more after the next start, which does no harm. */
  async #remove(ids: readonly number[]): Promise<void> {
    const all = [...this.#unremoved, ...ids];
    try {
      await this.#options.outbox.remove(all);
      this.#unremoved = [];
    } catch (error) {
      if (this.#unremoved.length === 0) {
        this.#options.logger.warn('handled messages could not be removed from the outbox', {
          reason: describeError(error),
        });
      }
      this.#unremoved = all;
    }
  }

  async #consumersAtRest(): Promise<void> {
    const { stopTimeoutMs, logger } = this.#options;
    const timer = new AbortController();
    const late = delay(stopTimeoutMs, 'late' as const, { signal: timer.signal }).catch(() => undefined);
    const outcome = await Promise.race([Promise.all(this.#consumers), late]);
    timer.abort();
    this.#consumers = [];
    if (outcome === 'late') logger.warn('a handler did not end in time; its messages stay in the outbox');
  }

  #log<T extends Topic>(topic: T): TopicLog<T> {
    return this.#logs[topic];
  }

  #makeLog<T extends Topic>(topic: T): TopicLog<T> {
    return new TopicLog<T>(topic, this.#options.capacity, (entries) => this.#finished(entries));
  }

  #eachLog<R>(visit: (log: TopicLog<Topic>) => R): R[] {
    return Object.values(this.#logs).map(visit);
  }
}

function notRunning(topic: Topic): VitrineError {
  return new VitrineError('INTERNAL', `the transport is not running (topic ${topic})`);
}
