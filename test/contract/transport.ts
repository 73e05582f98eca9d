import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { SightingMessage } from '../../src/contract/sighting.ts';
import { VitrineError } from '../../src/core/errors.ts';
import type { BatchHandler, Transport } from '../../src/transport/transport.ts';
import { MORNING, sighting } from './records.ts';

export interface TransportHarness {
  /**
   * A transport, not started, on the topics of this harness. Retries at once (a pause of a few ms) and gives up after
   * `retryLimit` attempts; at most `capacity` messages may wait.
   */
  open(options: { capacity: number; retryLimit: number }): Transport;
  dispose(): Promise<void>;
}

type Handler = BatchHandler<'sightings'>;

/** What every adapter of `transport/transport.ts` promises. */
export function transportContract(name: string, makeHarness: () => Promise<TransportHarness>): void {
  describe(`transport contract: ${name}`, { timeout: 60_000 }, () => {
    let harness: TransportHarness;
    let transport: Transport;
    const open = () => harness.open({ capacity: 50, retryLimit: 50 });

    beforeEach(async () => {
      harness = await makeHarness();
      transport = open();
    });

    afterEach(async () => {
      await transport.stop();
      await harness.dispose();
    });

    const publish = (i: number, key = 'shop') => transport.publish('sightings', key, numbered(i, key));

    /** Subscribes a handler that notes what it gets. */
    async function note(
      group: string,
      maxBatch = 10,
      before: Handler = async () => {},
    ): Promise<SightingMessage[]> {
      const seen: SightingMessage[] = [];
      const handler: Handler = async (batch) => {
        await before(batch);
        seen.push(...batch.map((delivery) => delivery.message));
      };
      await transport.subscribe('sightings', handler, { group, maxBatch });
      return seen;
    }

    it('delivers what was published, whole, with its key', async () => {
      const keys: string[] = [];
      const seen = await note('sink', 10, async (batch) => void keys.push(...batch.map((d) => d.key)));
      await transport.start();
      await publish(1, 'shop');
      await publish(2, 'other');
      await transport.drain();
      assert.deepEqual(seen, [numbered(1, 'shop'), numbered(2, 'other')]);
      assert.deepEqual(keys, ['shop', 'other']);
    });

    it('keeps the order of messages with one key, also when publishing is not awaited', async () => {
      const seen = await note('sink', 7, async () => delay(Math.random() * 2));
      await transport.start();
      const keys = ['a', 'b', 'c'];
      const publications = Array.from({ length: 300 }, (_, i) => publish(i, keys[i % 3]));
      await Promise.all(publications);
      await transport.drain();
      assert.equal(seen.length, 300);
      for (const key of keys) {
        const numbers = seen.filter((message) => message.site === key).map(numberOf);
        assert.deepEqual(
          numbers,
          numbers.toSorted((a, b) => a - b),
        );
      }
    });

    it('never makes a batch larger than asked for', async () => {
      const sizes: number[] = [];
      await note('sink', 4, async (batch) => {
        sizes.push(batch.length);
        await delay(1);
      });
      await transport.start();
      await Promise.all(Array.from({ length: 30 }, (_, i) => publish(i)));
      await transport.drain();
      assert.ok(Math.max(...sizes) <= 4 && Math.min(...sizes) >= 1);
      assert.equal(
        sizes.reduce((a, b) => a + b, 0),
        30,
      );
    });

    it('gives every group all messages', async () => {
      const first = await note('sink');
      const second = await note('audience', 3, async () => delay(1));
      await transport.start();
      for (let i = 0; i < 20; i++) await publish(i);
      await transport.drain();
      assert.deepEqual(first.map(numberOf), range(20));
      assert.deepEqual(second.map(numberOf), range(20));
    });

    it('shares the messages among the consumers of one group, a key with one at a time', async () => {
      const busy = new Set<string>();
      const share: string[] = [];
      const handler = (who: string): Handler => {
        return async (batch) => {
          const keys = new Set(batch.map((delivery) => delivery.key));
          for (const key of keys) assert.ok(!busy.has(key), 'two consumers have the same key');
          for (const key of keys) busy.add(key);
          await delay(2);
          for (const key of keys) busy.delete(key);
          for (const { message } of batch) share.push(`${who} ${message.site} ${numberOf(message)}`);
        };
      };
      await transport.subscribe('sightings', handler('x'), { group: 'sink', maxBatch: 1 });
      await transport.subscribe('sightings', handler('y'), { group: 'sink', maxBatch: 1 });
      await transport.start();
      for (let i = 0; i < 40; i++) await publish(i, i % 2 === 0 ? 'even' : 'odd');
      await transport.drain();
      const messages = share.map((line) => line.slice(2));
      assert.equal(new Set(messages).size, 40, 'each message once');
      for (const site of ['even', 'odd']) {
        const order = messages
          .filter((line) => line.startsWith(`${site} `))
          .map((line) => Number(line.split(' ')[1]));
        assert.deepEqual(
          order,
          order.toSorted((a, b) => a - b),
        );
      }
    });

    it('delivers a batch again after a retryable error, and in order', async () => {
      let failures = 3;
      const seen = await note('sink', 5, async () => {
        if (failures-- > 0) throw new VitrineError('DISK_FULL', 'no space for the test');
      });
      await transport.start();
      for (let i = 0; i < 12; i++) await publish(i);
      await transport.drain();
      assert.deepEqual(seen.map(numberOf), range(12));
    });

    it('sets aside only the message that fails by itself', async () => {
      const poison = new Set([3, 7]);
      const seen = await note('sink', 5, async (batch) => {
        if (batch.some((delivery) => poison.has(numberOf(delivery.message))))
          throw new TypeError('cannot digest this');
      });
      await transport.start();
      for (let i = 0; i < 12; i++) await publish(i);
      await transport.drain();
      assert.deepEqual(
        seen.map(numberOf),
        range(12).filter((i) => !poison.has(i)),
      );
    });

    it('goes on with the other groups while one repeats', async () => {
      let blocked = true;
      const slow = await note('slow', 5, async () => {
        if (blocked) throw new VitrineError('STORE_BUSY', 'not yet');
      });
      const fast = await note('fast');
      await transport.start();
      for (let i = 0; i < 10; i++) await publish(i);
      await until(() => fast.length === 10);
      assert.equal(slow.length, 0);
      blocked = false;
      await transport.drain();
      assert.deepEqual(slow.map(numberOf), range(10));
    });

    it('makes the publisher wait while the consumers are behind', async () => {
      let open = false;
      const seen = await note('sink', 10, async () => {
        while (!open) await delay(1);
      });
      await transport.start();
      let published = 0;
      const publisher = (async () => {
        for (let i = 0; i < 500; i++) {
          await publish(i);
          published++;
        }
      })();
      await delay(150);
      const held = published;
      await delay(50);
      const later = published;
      open = true;
      await publisher;
      assert.equal(later, held, 'it had come to rest');
      assert.ok(held > 0 && held < 500, `${held} were let in`);
      await transport.drain();
      assert.deepEqual(seen.map(numberOf), range(500));
    });

    it('fails publishers and drain with the cause once a handler has failed for good', async () => {
      transport = harness.open({ capacity: 50, retryLimit: 3 });
      await note('sink', 5, async () => {
        throw new VitrineError('DISK_FULL', 'no space for the test');
      });
      await transport.start();
      await publish(1);
      const isCause = (error: unknown) => error instanceof VitrineError && error.code === 'DISK_FULL';
      await assert.rejects(transport.drain(), isCause);
      await assert.rejects(publish(2), isCause);
    });

    it('delivers after a stop and a new start what was not handled, and nothing twice that was', async () => {
      const before = await note('sink', 1, async ([delivery]) => {
        if (delivery && numberOf(delivery.message) >= 4) throw new VitrineError('STORE_BUSY', 'not now');
      });
      await transport.start();
      for (let i = 0; i < 8; i++) await publish(i);
      await until(() => before.length === 4);
      await transport.stop();
      transport = open();
      const after = await note('sink');
      await transport.start();
      await publish(8);
      await transport.drain();
      assert.deepEqual(before.map(numberOf), range(4));
      assert.deepEqual(after.map(numberOf), [4, 5, 6, 7, 8]);
    });

    it('lets a handler finish that is at work when the transport is stopped', async () => {
      let entered = false;
      const seen = await note('sink', 10, async () => {
        entered = true;
        await delay(50);
      });
      await transport.start();
      await publish(1);
      await until(() => entered);
      await transport.stop();
      assert.deepEqual(seen.map(numberOf), [1]);
      transport = open();
      const again = await note('sink');
      await transport.start();
      await transport.drain();
      assert.deepEqual(again, [], 'and what it has finished is not delivered again');
    });

    it('loses nothing that was published, even by publishers that were made to wait when it stopped', async () => {
      await note('sink', 10, async () => {
        throw new VitrineError('STORE_BUSY', 'never');
      });
      await transport.start();
      const acknowledged: number[] = [];
      const publications = range(120).map(async (i) => {
        await publish(i);
        acknowledged.push(i);
      });
      await delay(30);
      await transport.stop();
      await Promise.allSettled(publications);
      transport = harness.open({ capacity: 500, retryLimit: 50 });
      const seen = await note('sink', 50);
      await transport.start();
      await transport.drain();
      assert.ok(acknowledged.length > 0);
      assert.deepEqual(seen.map(numberOf), acknowledged);
    });

    it('drains at once when nothing was published or nobody has subscribed', async () => {
      await transport.start();
      await transport.drain();
      await publish(1);
      await transport.drain();
      const seen = await note('late');
      await transport.drain();
      assert.deepEqual(seen.map(numberOf), [1], 'the first group gets what waited for it');
    });

    it('does not hold back a batch that lingers while someone drains', async () => {
      const seen: number[] = [];
      const handler: Handler = async (batch) => void seen.push(...batch.map((d) => numberOf(d.message)));
      await transport.subscribe('sightings', handler, { group: 'sink', maxBatch: 100, lingerMs: 20_000 });
      await transport.start();
      await publish(1);
      await publish(2);
      const started = performance.now();
      await transport.drain();
      assert.deepEqual(seen, [1, 2]);
      assert.ok(performance.now() - started < 10_000);
    });

    it('makes fewer, fuller batches with a linger', async () => {
      const sizes: number[] = [];
      const handler: Handler = async (batch) => void sizes.push(batch.length);
      await transport.subscribe('sightings', handler, { group: 'sink', maxBatch: 10, lingerMs: 20_000 });
      await transport.start();
      for (let i = 0; i < 20; i++) {
        await publish(i);
        await delay(1);
      }
      await until(() => sizes.length === 2);
      assert.deepEqual(sizes, [10, 10]);
    });

    it('refuses to publish before the start and after the stop', async () => {
      await assert.rejects(publish(1), VitrineError);
      await transport.start();
      await publish(2);
      await transport.stop();
      await assert.rejects(publish(3), VitrineError);
    });

    it('stops when its signal aborts', async () => {
      const seen = await note('sink');
      const abort = new AbortController();
      await transport.start(abort.signal);
      await publish(1);
      await transport.drain();
      abort.abort();
      await assert.rejects(publish(2), VitrineError);
      assert.deepEqual(seen.map(numberOf), [1]);
    });
  });
}

function numbered(i: number, site: string): SightingMessage {
  return sighting({ at: MORNING + i, site });
}

function numberOf(message: SightingMessage): number {
  return Date.parse(message.timestamp) - MORNING;
}

function range(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 5_000 && !condition(); i++) await delay(1);
  assert.ok(condition(), 'it came about in time');
}
