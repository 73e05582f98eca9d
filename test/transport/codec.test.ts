import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { VitrineError } from '../../src/core/errors.ts';
import { decodeMessage, encodeMessage, isTopic } from '../../src/transport/codec.ts';
import { sighting } from '../contract/records.ts';

describe('codec', () => {
  it('gives back the message that went in', () => {
    for (const message of [sighting(), sighting({ age: null, faceId: null, gender: 'unknown' })]) {
      assert.deepEqual(decodeMessage('sightings', encodeMessage('sightings', message)), message);
    }
  });

  it('refuses what is not a message of the topic, and repeating will not help', () => {
    const valid = sighting();
    const texts = ['', '{', 'null', '[]', '{}', JSON.stringify({ ...valid, version: 2 })];
    const cut = encodeMessage('sightings', valid).slice(0, -1);
    const more = JSON.stringify({ ...valid, embedding: [1, 2, 3] });
    for (const text of [...texts, cut, more]) {
      assert.throws(
        () => decodeMessage('sightings', text),
        (error: unknown) => error instanceof VitrineError && !error.retryable,
        text,
      );
    }
  });

  it('knows its topics', () => {
    assert.equal(isTopic('sightings'), true);
    for (const name of ['', 'frames', 'toString', '__proto__']) assert.equal(isTopic(name), false, name);
  });
});
