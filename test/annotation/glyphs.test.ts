import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { glyphPaths } from '../../src/annotation/glyphs.ts';
import { flattenPath } from '../../src/annotation/strokes.ts';

describe('the typeface', () => {
  it('has every printable ASCII character and the signs of our labels', () => {
    for (let code = 33; code < 127; code++) {
      assert.ok(glyphPaths.has(String.fromCharCode(code)), String.fromCharCode(code));
    }
    for (const sign of '–…·°±×') assert.ok(glyphPaths.has(sign), sign);
  });

  it('keeps every stroke within the room of a line', () => {
    for (const [character, path] of glyphPaths) {
      const points = flattenPath(path).flatMap(({ from, to }) => [from, to]);
      assert.ok(points.length > 0, `${character} is empty`);
      for (const [x, y] of points) {
        assert.ok(x >= -0.2 && x <= 10 && y >= -1 && y <= 13.01, `${character} reaches (${x}, ${y})`);
      }
    }
  });

  it('draws no two characters alike', () => {
    const seen = new Map<string, string>();
    for (const [character, path] of glyphPaths) {
      const other = seen.get(path);
      assert.equal(other, undefined, `${character} looks like ${other}`);
      seen.set(path, character);
    }
  });
});
