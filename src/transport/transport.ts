import type { Topic, TopicMessages } from '../contract/topics.ts';

/**
 * Port: messages between the stages. Order is kept per key; delivery is at least once, so consumers are idempotent
 * (messages carry deterministic ids). Every adapter passes `test/contract/transport.test.ts`.
 */
export interface Transport {
  /** What differs between adapters, so that nobody asks for an adapter's name. */
  readonly capabilities: { readonly crossProcess: boolean };
  start(signal?: AbortSignal): Promise<void>;
  /**
   * Resolves once the message is safe: in the outbox for a durable topic, queued otherwise. Waits while the consumers
   * are behind by more than the adapter's bound.
   */
  publish<T extends Topic>(topic: T, key: string, message: TopicMessages[T]): Promise<void>;
  /**
   * Resolves once subscribed; delivers batches until `stop`. A batch counts as done when the handler's promise
   * resolves; if it rejects with a retryable error the batch is delivered again after a pause, otherwise the offending
   * message is set aside. Subscribe every group before `start`: a later one gets only what others have not finished.
   */
  subscribe<T extends Topic>(topic: T, handler: BatchHandler<T>, options: SubscribeOptions): Promise<void>;
  /**
   * Waits until everything published so far has been handled or set aside by every group. Rejects with the cause if
   * a handler has failed for good, or if the transport is stopped before.
   */
  drain(): Promise<void>;
  stop(): Promise<void>;
}

export interface Delivery<T extends Topic> {
  readonly key: string;
  readonly message: TopicMessages[T];
}

export type BatchHandler<T extends Topic> = (batch: readonly Delivery<T>[]) => Promise<void>;

export interface SubscribeOptions {
  /** Consumers of one group share the messages; each group gets all of them. */
  readonly group: string;
  /** Most messages in one batch, at least 1. */
  readonly maxBatch: number;
  /** How long a batch may wait to become fuller, in ms; default 0. Fewer batches mean fewer writes to the disk. */
  readonly lingerMs?: number;
}
