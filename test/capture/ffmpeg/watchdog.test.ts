import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Watchdog } from '../../../src/capture/ffmpeg/watchdog.ts';

function watchdog(timeoutMs: number): { dog: Watchdog; barks: () => number } {
  let barks = 0;
  return { dog: new Watchdog(timeoutMs, () => barks++), barks: () => barks };
}

describe('the watchdog', () => {
  it('barks once when it is not fed', async () => {
    const { dog, barks } = watchdog(30);
    dog.feed();
    await delay(120);
    assert.equal(barks(), 1);
    dog.stop();
  });

  it('is quiet while it is fed, and after it was stopped', async () => {
    const { dog, barks } = watchdog(200);
    for (let i = 0; i < 5; i++) {
      dog.feed();
      await delay(20);
    }
    dog.stop();
    await delay(250);
    assert.equal(barks(), 0);
  });

  it('does not blame the food for a thread that was busy', async () => {
    const { dog, barks } = watchdog(20);
    dog.feed();
    // Food arrives while the thread computes; it is seen after the timers of the same turn.
    setImmediate(() => dog.feed());
    const until = performance.now() + 60;
    while (performance.now() < until);
    await new Promise((resolve) => setImmediate(resolve));
    dog.feed();
    dog.stop();
    assert.equal(barks(), 0);
  });
});
