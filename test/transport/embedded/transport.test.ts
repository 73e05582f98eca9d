import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { VitrineError } from '../../../src/core/errors.ts';
import type { LogFields, Logger } from '../../../src/core/logger.ts';
import { createMemoryOutbox } from '../../../src/transport/embedded/memory-outbox.ts';
import { createEmbeddedTransport } from '../../../src/transport/embedded/transport.ts';
import type { Outbox, PendingEntry } from '../../../src/transport/outbox.ts';
import { collect, MORNING, sighting } from '../../contract/records.ts';

const retry = { initialMs: 1, maxMs: 2, limit: 20 };
const group = { group: 'sink', maxBatch: 10 };

function noteLines(): { lines: string[]; logger: Logger } {
  const lines: string[] = [];
  const note = (level: string) => (message: string, fields?: LogFields) => {
    lines.push(`${level} ${message} ${JSON.stringify(fields ?? {})}`);
  };
  return {
    lines,
    logger: { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') },
  };
}

describe('embedded transport', () => {
  it('lists what it has set aside, counts it, says so in one line, and tries it again at the next start', async () => {
    const { lines, logger } = noteLines();
    const outbox = createMemoryOutbox();
    const clock = { now: () => MORNING, monotonic: () => 0 };
    const first = createEmbeddedTransport({ outbox, logger, clock, retry });
    await first.subscribe('sightings', () => Promise.reject(new TypeError('cannot digest this')), group);
    await first.start();
    await first.publish('sightings', 'shop', sighting());
    await first.drain();
    assert.deepEqual(first.deadLetters, [
      { topic: 'sightings', group: 'sink', key: 'shop', at: MORNING, code: 'INTERNAL', message: sighting() },
    ]);
    assert.deepEqual(first.counters(), {
      published: 1,
      finished: 1,
      redelivered: 0,
      setAside: 1,
      waiting: 0,
    });
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? '', /^error .*set aside.*cannot digest this/);
    await first.stop();

    const second = createEmbeddedTransport({ outbox, retry });
    const seen: unknown[] = [];
    await second.subscribe(
      'sightings',
      async (batch) => void seen.push(...batch.map((d) => d.message)),
      group,
    );
    await second.start();
    await second.drain();
    await second.stop();
    assert.deepEqual(seen, [sighting()]);
    assert.deepEqual(await collect(outbox.pending()), []);
  });

  it('keeps at most 100 dead letters and counts all', async () => {
    const transport = createEmbeddedTransport({ outbox: createMemoryOutbox(), retry });
    await transport.subscribe('sightings', () => Promise.reject(new TypeError('no')), group);
    await transport.start();
    for (let i = 0; i < 130; i++) await transport.publish('sightings', 'shop', sighting({ at: MORNING + i }));
    await transport.drain();
    assert.equal(transport.deadLetters.length, 100);
    assert.equal(transport.counters().setAside, 130);
    await transport.stop();
  });

  it('says in few lines that it repeats', async () => {
    const { lines, logger } = noteLines();
    let attempts = 0;
    const transport = createEmbeddedTransport({ outbox: createMemoryOutbox(), logger, retry });
    const handler = async () => {
      if (++attempts <= 15) throw new VitrineError('DISK_FULL', 'no space for the test');
    };
    await transport.subscribe('sightings', handler, group);
    await transport.start();
    await transport.publish('sightings', 'shop', sighting());
    await transport.drain();
    await transport.stop();
    assert.equal(lines.length, 4, 'after attempts 1, 2, 4 and 8');
    assert.equal(transport.counters().redelivered, 15);
  });

  it('leaves a message in the outbox that it cannot read, and delivers the others', async () => {
    const { lines, logger } = noteLines();
    const outbox = createMemoryOutbox();
    await outbox.append({ topic: 'sightings', key: 'shop', payload: '{"version":77}' });
    await outbox.append({ topic: 'from-tomorrow', key: 'shop', payload: '{}' });
    await outbox.append({ topic: 'sightings', key: 'shop', payload: JSON.stringify(sighting()) });
    const transport = createEmbeddedTransport({ outbox, logger });
    const seen: unknown[] = [];
    await transport.subscribe(
      'sightings',
      async (batch) => void seen.push(...batch.map((d) => d.message)),
      group,
    );
    await transport.start();
    await transport.drain();
    await transport.stop();
    assert.deepEqual(seen, [sighting()]);
    assert.equal((await collect(outbox.pending())).length, 2);
    assert.equal(lines.filter((line) => line.startsWith('error')).length, 2);
  });

  it('tells the publisher when the outbox cannot take the message, and does not deliver it', async () => {
    const outbox = failingOutbox({ append: true });
    const transport = createEmbeddedTransport({ outbox });
    const seen: unknown[] = [];
    await transport.subscribe('sightings', async (batch) => void seen.push(...batch), group);
    await transport.start();
    const isFull = (error: unknown) => error instanceof VitrineError && error.code === 'DISK_FULL';
    await assert.rejects(transport.publish('sightings', 'shop', sighting()), isFull);
    outbox.broken.append = false;
    await transport.publish('sightings', 'shop', sighting({ at: MORNING + 1 }));
    await transport.drain();
    await transport.stop();
    assert.equal(seen.length, 1);
  });

  it('removes later what it could not remove from the outbox at once', async () => {
    const outbox = failingOutbox({ remove: true });
    const transport = createEmbeddedTransport({ outbox });
    await transport.subscribe('sightings', async () => {}, group);
    await transport.start();
    await transport.publish('sightings', 'shop', sighting());
    await transport.drain();
    assert.equal((await collect(outbox.pending())).length, 1);
    outbox.broken.remove = false;
    await transport.publish('sightings', 'shop', sighting({ at: MORNING + 1 }));
    await transport.drain();
    await transport.stop();
    assert.deepEqual(await collect(outbox.pending()), []);
  });

  it('does not wait for ever for a handler that hangs', async () => {
    const { lines, logger } = noteLines();
    const outbox = createMemoryOutbox();
    const transport = createEmbeddedTransport({ outbox, logger, stopTimeoutMs: 20 });
    await transport.subscribe('sightings', () => new Promise(() => {}), group);
    await transport.start();
    await transport.publish('sightings', 'shop', sighting());
    await delay(5);
    await transport.stop();
    assert.equal((await collect(outbox.pending())).length, 1, 'its message stays in the outbox');
    assert.match(lines.join(), /did not end in time/);
  });

  it('holds messages for the first group to come, and says when it can hold no more', async () => {
    const transport = createEmbeddedTransport({ outbox: createMemoryOutbox(), capacity: 3 });
    await transport.start();
    for (let i = 0; i < 3; i++) await transport.publish('sightings', 'shop', sighting({ at: MORNING + i }));
    const isClear = (error: unknown) =>
      error instanceof VitrineError && /nobody has subscribed/.test(error.message);
    await assert.rejects(transport.publish('sightings', 'shop', sighting()), isClear);
    const seen: unknown[] = [];
    await transport.subscribe('sightings', async (batch) => void seen.push(...batch), group);
    await transport.drain();
    await transport.stop();
    assert.equal(seen.length, 3);
  });

  it('rejects a drain that waits when the transport is stopped', async () => {
    const transport = createEmbeddedTransport({ outbox: createMemoryOutbox(), retry });
    await transport.subscribe(
      'sightings',
      () => Promise.reject(new VitrineError('STORE_BUSY', 'never')),
      group,
    );
    await transport.start();
    await transport.publish('sightings', 'shop', sighting());
    const drained = assert.rejects(transport.drain(), VitrineError);
    await transport.stop();
    await drained;
  });
});

function failingOutbox(broken: { append?: boolean; remove?: boolean }): Outbox & { broken: typeof broken } {
  const inner = createMemoryOutbox();
  const full = () => new VitrineError('DISK_FULL', 'no space for the test');
  return {
    broken,
    start: () => inner.start(),
    stop: () => inner.stop(),
    append: async (entry) => (broken.append ? Promise.reject(full()) : inner.append(entry)),
    remove: async (ids) => (broken.remove ? Promise.reject(full()) : inner.remove(ids)),
    pending: (): AsyncIterable<PendingEntry> => inner.pending(),
  };
}
