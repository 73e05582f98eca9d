import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SightingMessage } from '../../src/contract/sighting.ts';
import type { Gallery } from '../../src/identity/gallery.ts';
import { createSightings } from '../../src/identity/resolve.ts';
import { IdentityStage } from '../../src/pipeline/identity-stage.ts';
import { session } from '../identity/scene.ts';
import { look, lookAt, newPerson, START, seededRandom, update } from '../identity/synthetic-people.ts';

interface Options {
  readonly gallery?: Gallery;
  readonly publish?: (message: SightingMessage) => Promise<void>;
}

function newStage(options: Options = {}) {
  const published: SightingMessage[] = [];
  const stage = new IdentityStage({
    gallery: options.gallery,
    sightings: createSightings({ run: 'run', site: 'shop' }),
    publish: options.publish ?? (async (message) => void published.push(message)),
  });
  return { stage, published };
}

/** Someone who stands there for some seconds, looked at every 300 ms. */
function* presence(options: { readonly seconds: number; readonly looks: boolean }) {
  const random = seededRandom(9);
  const person = newPerson(random);
  for (let ms = 0; ms < options.seconds * 1000; ms += 100) {
    const capturedAt = START + ms;
    const due = options.looks && ms % 300 === 0;
    const looks = due ? [look(lookAt(person, random), { capturedAt })] : [];
    yield update({ track: 't1', startedAt: START, capturedAt, looks });
  }
  const capturedAt = START + options.seconds * 1000;
  yield update({ track: 't1', startedAt: START, capturedAt, state: 'ended' });
}

describe('the identity stage', () => {
  it('names nobody without a gallery, and publishes at once', async () => {
    const { stage, published } = newStage();
    for (const seen of presence({ seconds: 3, looks: false })) {
      assert.equal(await stage.handle(seen), undefined);
      if (seen.capturedAt === START) assert.equal(published.length, 1);
    }
    assert.equal(published.length, 4);
    assert.ok(published.every((message) => message.faceId === null));
    assert.deepEqual(
      published.map((message) => message.state),
      ['live', 'live', 'live', 'ended'],
    );
  });

  it('publishes the rows of before with the id, once there is one', async () => {
    const { gallery } = await session();
    const { stage, published } = newStage({ gallery });
    let known: string | undefined;
    for (const seen of presence({ seconds: 3, looks: true })) {
      const resolution = await stage.handle(seen);
      assert.ok(resolution);
      if (resolution.faceId === undefined) assert.equal(published.length, 0);
      known = resolution.faceId ?? known;
    }
    assert.ok(known);
    assert.equal(published.length, 4);
    assert.ok(published.every((message) => message.faceId === known));
    await gallery.stop();
  });

  it('publishes at the end what it held back', async () => {
    const { gallery } = await session();
    const { stage, published } = newStage({ gallery });
    await stage.handle(update({ track: 't1' }));
    assert.equal(published.length, 0);
    await stage.finish();
    assert.deepEqual(
      published.map((message) => message.faceId),
      [null],
    );
    await stage.finish();
    assert.equal(published.length, 1);
    await gallery.stop();
  });

  it('publishes nothing of a picture of a face, not even its end', async () => {
    const { gallery } = await session();
    const { stage, published } = newStage({ gallery });
    for (const seen of presence({ seconds: 3, looks: true })) {
      const resolution = await stage.handle({ ...seen, flat: true });
      assert.equal(resolution?.faceId, undefined);
    }
    await stage.finish();
    assert.equal(published.length, 0);
    assert.equal(gallery.stats().visitors, 0);
    await gallery.stop();
  });

  it('waits until each message is safe before it goes on', async () => {
    const order: string[] = [];
    const { stage } = newStage({
      publish: async (message) => {
        order.push(`begin ${message.state}`);
        await new Promise((resolve) => setTimeout(resolve, 5));
        order.push(`safe ${message.state}`);
      },
    });
    await stage.handle(update({ track: 't1' }));
    order.push('handled');
    await stage.handle(update({ track: 't1', state: 'ended', capturedAt: START + 100 }));
    assert.deepEqual(order, ['begin live', 'safe live', 'handled', 'begin ended', 'safe ended']);
  });

  it('fails where a message cannot be made safe', async () => {
    const { stage } = newStage({
      publish: async () => {
        throw new Error('the disk is full');
      },
    });
    await assert.rejects(stage.handle(update({ track: 't1' })), /the disk is full/);
  });
});
