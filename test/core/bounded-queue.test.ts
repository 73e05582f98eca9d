import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { BoundedQueue } from '../../src/core/bounded-queue.ts';

async function collect<T>(queue: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of queue) items.push(item);
  return items;
}

/** Lets everything that can run now run. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('a bounded queue that waits', () => {
  it('delivers everything in order and then ends', async () => {
    const queue = new BoundedQueue<number>({ capacity: 2, overflow: 'wait' });
    const consumed = collect(queue);
    for (let i = 0; i < 10; i++) assert.equal(await queue.push(i), true);
    queue.end();
    assert.deepEqual(await consumed, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert.equal(queue.dropped, 0);
  });

  it('makes the producer wait at capacity until an item is taken', async () => {
    const queue = new BoundedQueue<number>({ capacity: 2, overflow: 'wait' });
    await queue.push(1);
    await queue.push(2);
    let third: boolean | undefined;
    const pushing = queue.push(3).then((accepted) => {
      third = accepted;
    });
    await settle();
    assert.equal(third, undefined);
    assert.equal(queue.size, 2);
    const iterator = queue[Symbol.asyncIterator]();
    assert.equal((await iterator.next()).value, 1);
    await pushing;
    assert.equal(third, true);
  });

  it('lets a waiting producer go when the queue is abandoned, and frees its item', async () => {
    const freed: number[] = [];
    const queue = new BoundedQueue<number>({
      capacity: 1,
      overflow: 'wait',
      onDiscard: (n) => freed.push(n),
    });
    await queue.push(1);
    const waiting = queue.push(2);
    queue.abandon();
    assert.equal(await waiting, false);
    assert.deepEqual(freed.toSorted(), [1, 2]);
    assert.equal(queue.size, 0);
  });
});

describe('a bounded queue that drops the oldest', () => {
  it('never makes the producer wait, keeps the latest and counts the rest', async () => {
    const freed: number[] = [];
    const queue = new BoundedQueue<number>({
      capacity: 2,
      overflow: 'drop-oldest',
      onDiscard: (n) => freed.push(n),
    });
    for (let i = 0; i < 5; i++) assert.equal(await queue.push(i), true);
    queue.end();
    assert.deepEqual(await collect(queue), [3, 4]);
    assert.equal(queue.dropped, 3);
    assert.deepEqual(freed, [0, 1, 2]);
  });
});

for (const overflow of ['wait', 'drop-oldest'] as const) {
  describe(`a bounded queue (${overflow})`, () => {
    it('wakes a consumer that came before the first item', async () => {
      const queue = new BoundedQueue<string>({ capacity: 1, overflow });
      const iterator = queue[Symbol.asyncIterator]();
      const next = iterator.next();
      await settle();
      await queue.push('late');
      assert.deepEqual(await next, { value: 'late', done: false });
    });

    it('delivers what is queued before it throws the error it ended with', async () => {
      const queue = new BoundedQueue<number>({ capacity: 4, overflow });
      await queue.push(1);
      await queue.push(2);
      const fault = new Error('cable pulled');
      queue.end(fault);
      queue.end(new Error('a second end is ignored'));
      const seen: number[] = [];
      await assert.rejects(
        async () => {
          for await (const item of queue) seen.push(item);
        },
        (error) => error === fault,
      );
      assert.deepEqual(seen, [1, 2]);
    });

    it('ends a consumer that is waiting', async () => {
      const queue = new BoundedQueue<number>({ capacity: 1, overflow });
      const consumed = collect(queue);
      await settle();
      queue.end();
      assert.deepEqual(await consumed, []);
    });

    it('refuses and frees items after its end', async () => {
      const freed: number[] = [];
      const queue = new BoundedQueue<number>({ capacity: 1, overflow, onDiscard: (n) => freed.push(n) });
      queue.end();
      assert.equal(await queue.push(7), false);
      assert.deepEqual(freed, [7]);
    });

    it('frees what is left and stops the producer when the consumer leaves early', async () => {
      const freed: number[] = [];
      const queue = new BoundedQueue<number>({ capacity: 3, overflow, onDiscard: (n) => freed.push(n) });
      for (const n of [1, 2, 3]) await queue.push(n);
      for await (const item of queue) {
        assert.equal(item, 1);
        break;
      }
      assert.deepEqual(freed, [2, 3]);
      assert.equal(await queue.push(4), false);
    });

    it('loses nothing and delivers nothing twice, however producer and consumer interleave', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 1, max: 5 }),
          fc.array(fc.constantFrom('push', 'take', 'pause'), { maxLength: 60 }),
          fc.boolean(),
          async (capacity, steps, leavesEarly) => {
            const ends: number[] = [];
            const queue = new BoundedQueue<number>({ capacity, overflow, onDiscard: (n) => ends.push(n) });
            const iterator = queue[Symbol.asyncIterator]();
            const pushes: Promise<boolean>[] = [];
            const takes: Promise<unknown>[] = [];
            const delivered: number[] = [];
            let pushed = 0;
            let pending: Promise<unknown> = Promise.resolve();
            for (const step of steps) {
              if (step === 'pause') await settle();
              else if (step === 'take') {
                takes.push(
                  iterator.next().then(({ value, done }) => {
                    if (!done) delivered.push(value);
                  }),
                );
              } else {
                // One producer: the next push begins when the one before it is done.
                const item = pushed++;
                const push = pending.then(() => queue.push(item));
                pending = push;
                pushes.push(push);
              }
              assert.ok(queue.size <= capacity);
            }
            await settle();
            if (leavesEarly) queue.abandon();
            else {
              const rest = (async () => {
                for (;;) {
                  const { value, done } = await iterator.next();
                  if (done) return;
                  delivered.push(value);
                }
              })();
              await pending;
              queue.end();
              await rest;
            }
            await Promise.all([...pushes, ...takes]);
            const all = [...delivered, ...ends];
            assert.deepEqual(
              all.toSorted((a, b) => a - b),
              Array.from({ length: pushed }, (_, i) => i),
            );
            assert.deepEqual(
              delivered,
              delivered.toSorted((a, b) => a - b),
            );
            if (overflow === 'wait' && !leavesEarly) assert.deepEqual(ends, []);
          },
        ),
        { numRuns: 300 },
      );
    });
  });
}
