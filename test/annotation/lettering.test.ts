import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Lettering, letteringOf, simplify } from '../../src/annotation/lettering.ts';

describe('Lettering', () => {
  it('covers the strokes of a glyph fully and the ground not at all', () => {
    const stem = new Lettering(20).glyph('I');
    const row = 10 - stem.top;
    const covered = [...stem.coverage.subarray(row * stem.width, (row + 1) * stem.width)];
    assert.equal(Math.max(...covered), 255);
    assert.equal(covered[0], 0);
    // A stroke of 2 × 0.66 units at 2 pixels a unit.
    const width = covered.reduce((sum, value) => sum + value / 255, 0);
    assert.ok(Math.abs(width - 2.64) < 0.1, `${width}`);
  });

  it('gives all digits the same room', () => {
    const lettering = new Lettering(13);
    const widths = new Set([...'0123456789'].map((digit) => lettering.glyph(digit).advance));
    assert.equal(widths.size, 1);
  });

  it('stays readable at its smallest: every letter leaves a clear mark', () => {
    const lettering = new Lettering(7);
    for (const character of 'abcdefghijklmnopqrstuvwxyz0123456789%') {
      const darkest = Math.max(...lettering.glyph(character).coverage);
      assert.ok(darkest > 150, `${character} reaches ${darkest}`);
    }
  });

  it('draws a box for what it lacks and plain letters for accents', () => {
    const lettering = new Lettering(10);
    assert.deepEqual(lettering.glyph('漢').coverage, lettering.glyph('字').coverage);
    assert.equal(simplify('Zoë Ålesund'), 'Zoe Alesund');
    assert.equal(lettering.measure('é'), lettering.measure('e'));
  });

  it('cuts text to any width and marks the cut', () => {
    const lettering = new Lettering(10);
    assert.equal(lettering.fit('female', 1000), 'female');
    assert.equal(lettering.fit('female', 0), '');
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), fc.integer({ min: 0, max: 300 }), (text, width) => {
        const fitted = lettering.fit(text, width);
        assert.ok(lettering.measure(fitted) <= width || fitted === '');
        assert.ok(fitted === text || fitted === '' || fitted.endsWith('…'));
      }),
    );
  });
});

describe('letteringOf', () => {
  it('draws each size once', () => {
    assert.equal(letteringOf(13), letteringOf(13));
  });

  it('forgets sizes that were not used for long', () => {
    const first = letteringOf(100);
    for (let size = 101; size < 120; size++) letteringOf(size);
    assert.notEqual(letteringOf(100), first);
  });
});
