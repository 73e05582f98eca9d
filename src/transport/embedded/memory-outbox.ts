import type { Outbox, OutboxEntry, PendingEntry } from '../outbox.ts';

/** For modes in which nothing of a person may touch the disk: what is pending is lost with the process. */
export function createMemoryOutbox(): Outbox {
  return new MemoryOutbox();
}

class MemoryOutbox implements Outbox {
  readonly #entries = new Map<number, OutboxEntry>();
  #lastId = 0;

  async start(): Promise<void> {}

  async stop(): Promise<void> {}

  async append(entry: OutboxEntry): Promise<number> {
    this.#lastId++;
    this.#entries.set(this.#lastId, entry);
    return this.#lastId;
  }

  async remove(ids: readonly number[]): Promise<void> {
    for (const id of ids) this.#entries.delete(id);
  }

  async *pending(): AsyncGenerator<PendingEntry, void, undefined> {
    for (const [id, entry] of this.#entries) yield { id, ...entry };
  }
}
