import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Output } from '../../src/cli/output.ts';
import type { VitrineError } from '../../src/core/errors.ts';

function outputTo(write: (text: string, done: (error?: Error) => void) => void) {
  const stream = new Writable({
    decodeStrings: false,
    write: (chunk: string, _encoding, done) => write(chunk, done),
  });
  const failures: VitrineError[] = [];
  return { output: new Output(stream, (error) => failures.push(error)), failures };
}

const systemError = (code: string) => Object.assign(new Error(code), { code });

describe('standard output', () => {
  it('waits for a slow reader', async () => {
    const read: string[] = [];
    const { output } = outputTo((text, done) => {
      setTimeout(() => {
        read.push(text);
        done();
      }, 20);
    });
    await output.write('one\n');
    assert.deepEqual(read, ['one\n']);
    assert.equal(output.ended, false);
  });

  it('ends quietly when its reader goes away', async () => {
    const { output, failures } = outputTo((_, done) => done(systemError('EPIPE')));
    await output.write('one\n');
    await output.write('two\n');
    await delay(1);
    assert.deepEqual([output.ended, failures], [true, []]);
  });

  for (const [code, expected] of [
    ['ENOSPC', 'DISK_FULL'],
    ['EIO', 'OUTPUT_UNWRITABLE'],
  ] as const)
    it(`tells once of ${code}, and rejects nothing`, async () => {
      const { output, failures } = outputTo((_, done) => done(systemError(code)));
      for (let i = 0; i < 3; i++) await output.write('text\n');
      await delay(1);
      assert.deepEqual(
        failures.map((error) => error.code),
        [expected],
      );
      assert.equal(output.ended, true);
    });
});
