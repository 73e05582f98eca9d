/** What happens to an item that arrives at a full queue. */
export type OverflowPolicy =
  /** The producer waits: nothing is lost (files). */
  | 'wait'
  /** The oldest item is dropped and counted: the consumer sees the latest (live sources). */
  | 'drop-oldest';

export interface BoundedQueueOptions<T> {
  /** Most items held at once, at least 1. */
  readonly capacity: number;
  readonly overflow: OverflowPolicy;
  /** Called for each item that leaves the queue unread (overflow or `abandon`), to free what it holds. */
  readonly onDiscard?: (item: T) => void;
}

/** A queue between one producer and one consumer that never holds more than `capacity` items. */
export class BoundedQueue<T> implements AsyncIterable<T> {
  readonly #options: BoundedQueueOptions<T>;
  readonly #items: T[] = [];
  #dropped = 0;
  #ended = false;
  #failure: { error: unknown } | undefined;
  #wakeConsumer: (() => void) | undefined;
  #wakeProducer: (() => void) | undefined;

  constructor(options: BoundedQueueOptions<T>) {
    this.#options = options;
  }

  get size(): number {
    return this.#items.length;
  }

  /** Items lost to overflow so far. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Adds an item; resolves once there is room (`wait`). False if the queue has ended and the item was discarded. */
  async push(item: T): Promise<boolean> {
    while (!this.#ended && this.#items.length >= this.#options.capacity) {
      if (this.#options.overflow === 'drop-oldest') this.#dropOldest();
      else await new Promise<void>((resolve) => (this.#wakeProducer = resolve));
    }
    if (this.#ended) {
      this.#options.onDiscard?.(item);
      return false;
    }
    this.#items.push(item);
    this.#wake('consumer');
    return true;
  }

  /** No more items; what is queued is still delivered, then the iteration ends or throws `error`. */
  end(error?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    if (error !== undefined) this.#failure = { error };
    this.#wake('consumer');
    this.#wake('producer');
  }

  /** Ends the queue and discards what it holds. */
  abandon(): void {
    this.end();
    for (const item of this.#items.splice(0)) this.#options.onDiscard?.(item);
    this.#wake('consumer');
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    try {
      for (;;) {
        const item = this.#items.shift();
        if (item !== undefined) {
          this.#wake('producer');
          yield item;
        } else if (this.#ended) {
          if (this.#failure) throw this.#failure.error;
          return;
        } else {
          await new Promise<void>((resolve) => (this.#wakeConsumer = resolve));
        }
      }
    } finally {
      this.abandon();
    }
  }

  #dropOldest(): void {
    const oldest = this.#items.shift();
    if (oldest === undefined) return;
    this.#dropped++;
    this.#options.onDiscard?.(oldest);
  }

  #wake(side: 'consumer' | 'producer'): void {
    if (side === 'consumer') {
      this.#wakeConsumer?.();
      this.#wakeConsumer = undefined;
    } else {
      this.#wakeProducer?.();
      this.#wakeProducer = undefined;
    }
  }
}
