import type { Topic } from '../../contract/topics.ts';
import type { Delivery } from '../transport.ts';
import { Signal } from './signal.ts';

export interface LogEntry<T extends Topic> {
  /** 0, 1, 2 … within the log. */
  readonly offset: number;
  readonly delivery: Delivery<T>;
  /** Undefined for a topic that is not durable. */
  readonly outboxId: number | undefined;
}

/**
 * The messages of one topic that some group has not finished, in the order of their arrival. Holds at most `capacity`
 * messages, apart from those that the outbox brings at the start.
 */
export class TopicLog<T extends Topic> {
  readonly topic: T;
  readonly changed = new Signal();
  /** Set when a group has given up: nothing more is accepted. */
  failure: Error | undefined;
  /** While someone waits for the log to be empty, no batch waits to become fuller. */
  hurried = 0;
  readonly #capacity: number;
  readonly #onFinished: (entries: readonly LogEntry<T>[]) => void;
  readonly #groups = new Map<string, GroupCursor<T>>();
  /** `#entries[0]` has offset `#base`. */
  readonly #entries: LogEntry<T>[] = [];
  #base = 0;

  /** `onFinished` gets the messages that all groups have finished, once each. */
  constructor(topic: T, capacity: number, onFinished: (entries: readonly LogEntry<T>[]) => void) {
    this.topic = topic;
    this.#capacity = capacity;
    this.#onFinished = onFinished;
  }

  get full(): boolean {
    return this.#entries.length >= this.#capacity;
  }

  get hasGroups(): boolean {
    return this.#groups.size > 0;
  }

  get size(): number {
    return this.#entries.length;
  }

  /** The offset that the next message gets. */
  get end(): number {
    return this.#base + this.#entries.length;
  }

  append(delivery: Delivery<T>, outboxId: number | undefined): void {
    this.#entries.push({ offset: this.end, delivery, outboxId });
    this.changed.notify();
  }

  group(name: string): GroupCursor<T> {
    const known = this.#groups.get(name);
    if (known) return known;
    const cursor = new GroupCursor<T>(this, this.#base);
    this.#groups.set(name, cursor);
    return cursor;
  }

  /** Whether every group has finished all before `offset`. */
  finishedUntil(offset: number): boolean {
    return [...this.#groups.values()].every((group) => group.low >= offset);
  }

  *from(offset: number): Generator<LogEntry<T>, void, undefined> {
    for (let i = offset - this.#base; i < this.#entries.length; i++) {
      const entry = this.#entries[i];
      if (entry) yield entry;
    }
  }

  /** Lets go of what all groups have finished. */
  release(): void {
    const low = Math.min(...[...this.#groups.values()].map((group) => group.low));
    const finished = this.#entries.splice(0, low - this.#base);
    this.#base = low;
    if (finished.length > 0) this.#onFinished(finished);
    this.changed.notify();
  }

  /** Forgets all messages; groups stay. */
  clear(): void {
    const end = this.end;
    this.#entries.length = 0;
    this.#base = end;
    for (const group of this.#groups.values()) group.reset(end);
  }
}

/** Where one group stands in a log. Its consumers share the messages; a key is with one consumer at a time. */
export class GroupCursor<T extends Topic> {
  readonly #log: TopicLog<T>;
  readonly #busyKeys = new Set<string>();
  /** Finished offsets at or above `low`. */
  readonly #finished = new Set<number>();
  #low: number;

  constructor(log: TopicLog<T>, low: number) {
    this.#log = log;
    this.#low = low;
  }

  /** All before this offset is finished. */
  get low(): number {
    return this.#low;
  }

  /** The next messages, at most `max`, whose keys no other consumer of the group is working on. */
  peek(max: number): readonly LogEntry<T>[] {
    const batch: LogEntry<T>[] = [];
    for (const entry of this.#log.from(this.#low)) {
      if (batch.length >= max) break;
      if (!this.#finished.has(entry.offset) && !this.#busyKeys.has(entry.delivery.key)) batch.push(entry);
    }
    return batch;
  }

  /** As `peek`; the keys are taken until `finish` or `giveBack`. */
  take(max: number): readonly LogEntry<T>[] {
    const batch = this.peek(max);
    for (const entry of batch) this.#busyKeys.add(entry.delivery.key);
    return batch;
  }

  finish(batch: readonly LogEntry<T>[]): void {
    // A handler that outlives `stop` finishes what has been forgotten by then.
    for (const { offset } of batch) if (offset >= this.#low) this.#finished.add(offset);
    while (this.#finished.delete(this.#low)) this.#low++;
    this.giveBack(batch);
    this.#log.release();
  }

  giveBack(batch: readonly LogEntry<T>[]): void {
    for (const entry of batch) this.#busyKeys.delete(entry.delivery.key);
  }

  reset(low: number): void {
    this.#low = low;
    this.#finished.clear();
    this.#busyKeys.clear();
  }
}
