import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { duration, Progress } from '../../src/cli/progress.ts';

const ESCAPE = '\u001b';

function progressOn(output: { isTTY?: boolean; columns?: number }) {
  const written: string[] = [];
  let time = 1000;
  const progress = new Progress({
    label: 'analyze',
    output: { ...output, write: (text) => void written.push(text) },
    now: () => time,
  });
  const at = (ms: number) => {
    time = 1000 + ms;
  };
  return { progress, written, at };
}

describe('progress on a terminal', () => {
  it('draws a bar with the time that is left, at most ten times a second', () => {
    const { progress, written, at } = progressOn({ isTTY: true, columns: 100 });
    progress.update(0, 200);
    at(50);
    progress.update(10, 200);
    at(20_000);
    progress.update(100, 200, '80 frames/s');
    assert.deepEqual(written, [
      `\r${ESCAPE}[Kanalyze  ${'░'.repeat(24)} 0 %`,
      `\r${ESCAPE}[Kanalyze  ${'█'.repeat(12)}${'░'.repeat(12)} 50 %  20 s left  80 frames/s`,
    ]);
  });

  it('counts where the end is not known, and never shows more than all', () => {
    const { progress, written, at } = progressOn({ isTTY: true, columns: 100 });
    progress.update(7, undefined, 'x');
    at(200);
    progress.update(12, 10);
    assert.deepEqual(written, [
      `\r${ESCAPE}[Kanalyze  7  x`,
      `\r${ESCAPE}[Kanalyze  ${'█'.repeat(24)} 100 %`,
    ]);
  });

  it('is never wider than the terminal, of 80 columns if it does not tell', () => {
    for (const [columns, longest] of [
      [30, 29],
      [0, 79],
      [undefined, 79],
    ] as const) {
      const { progress, written } = progressOn({
        isTTY: true,
        ...(columns === undefined ? {} : { columns }),
      });
      progress.update(50, 100, 'x'.repeat(200));
      assert.equal(written[0]?.length, `\r${ESCAPE}[K`.length + longest);
    }
  });

  it('goes away without a trace, once', () => {
    const { progress, written } = progressOn({ isTTY: true });
    progress.clear();
    assert.deepEqual(written, [], 'nothing was drawn');
    progress.update(1, 2);
    progress.clear();
    progress.clear();
    assert.deepEqual(written.slice(1), [`\r${ESCAPE}[K`]);
  });

  it('lets no name of a file move the cursor', () => {
    const { progress, written } = progressOn({ isTTY: true, columns: 200 });
    progress.update(1, 2, `a${ESCAPE}[2J\u0007.jpg`);
    assert.ok(written[0]?.endsWith('  a\ufffd[2J\ufffd.jpg'));
  });
});

describe('progress elsewhere', () => {
  it('is a plain line every quarter of a minute', () => {
    const { progress, written, at } = progressOn({});
    for (let seconds = 0; seconds <= 40; seconds++) {
      at(seconds * 1000);
      progress.update(seconds, 100);
    }
    progress.clear();
    assert.deepEqual(written, ['analyze  15 %  1 min 25 s left\n', 'analyze  30 %  1 min 10 s left\n']);
  });
});

describe('a duration', () => {
  it('is written in the units that matter', () => {
    const seconds = [-1, 0.4, 59.4, 59.6, 125, 3599.7, 3720, 90_000];
    const texts = [
      '0 s',
      '0 s',
      '59 s',
      '1 min 00 s',
      '2 min 05 s',
      '1 h 00 min',
      '1 h 02 min',
      '25 h 00 min',
    ];
    assert.deepEqual(seconds.map(duration), texts);
  });
});
