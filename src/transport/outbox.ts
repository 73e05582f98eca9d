/**
 * Port: where durable messages wait until every consumer has handled them. What has been appended and not removed is
 * pending, also after the process was killed.
 */
export interface Outbox {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Resolves with the entry's id once it is safe. Ids grow. */
  append(entry: OutboxEntry): Promise<number>;
  /** Removing what is not there does no harm. */
  remove(ids: readonly number[]): Promise<void>;
  /** In the order in which they were appended. */
  pending(): AsyncIterable<PendingEntry>;
}

export interface OutboxEntry {
  readonly topic: string;
  readonly key: string;
  /** The encoded message. */
  readonly payload: string;
}

export interface PendingEntry extends OutboxEntry {
  readonly id: number;
}
