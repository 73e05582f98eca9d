import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import { confirm } from '../../src/cli/confirm.ts';

/** Asks with these lines typed; what was shown as well. */
async function ask(typed: string, signal = new AbortController().signal) {
  const input = new PassThrough();
  const output = new PassThrough();
  input.end(typed);
  const yes = await confirm({ question: 'Erase it?', input, output, signal });
  return { yes, shown: String(output.read() ?? '') };
}

describe('asking', () => {
  for (const typed of ['y\n', 'Yes\n', ' y \r\n', 'what?\ny\n'])
    it(`takes ${JSON.stringify(typed)} for a yes`, async () => assert.equal((await ask(typed)).yes, true));
  for (const typed of ['n\n', 'no\n', '\n', '', 'what?\n', 'what?\nN\n'])
    it(`takes ${JSON.stringify(typed)} for a no`, async () => assert.equal((await ask(typed)).yes, false));

  it('shows the question, again after an answer that is none', async () => {
    assert.equal((await ask('perhaps\ny\n')).shown, 'Erase it? [y/N] Erase it? [y/N] ');
  });

  it('takes Ctrl-C for a no', async () => {
    const controller = new AbortController();
    const input = new PassThrough();
    const answer = confirm({
      question: 'Erase it?',
      input,
      output: new PassThrough(),
      signal: controller.signal,
    });
    controller.abort();
    assert.equal(await answer, false);
  });
});
