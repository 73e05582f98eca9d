import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CAST } from '../../src/demo/cast.ts';
import { cellLabel, cellOrigin, SHEET } from '../../src/demo/cells.ts';

const cells = CAST.flatMap((person) => person.cells);

/** Where the sheet's captions lie in a cell: upper left, and along the lower edge. */
const inUpperCaption = (x: number, y: number) => x < 40 && y < 16;
const LOWER_CAPTION = 99;

describe('the labels of the cells', () => {
  it('exist for every cell of the cast and for no person twice', () => {
    assert.equal(new Set(cells).size, cells.length);
    for (const cell of cells) assert.ok(cellLabel(cell).outline.length >= 12);
    assert.throws(() => cellLabel(49), RangeError);
  });

  it('cut cells that lie inside the sheet', () => {
    for (const cell of [...cells, 0, 17, 107]) {
      const [x, y] = cellOrigin(cell);
      assert.ok(x >= 0 && x + SHEET.cellWidth <= SHEET.width, `cell ${cell}`);
      assert.ok(y >= SHEET.top && y + SHEET.cellHeight <= SHEET.height, `cell ${cell}`);
    }
  });

  it('keep clear of the captions and hold the whole face', () => {
    for (const cell of cells) {
      const { outline, face } = cellLabel(cell);
      const xs = outline.map(([x]) => x);
      const ys = outline.map(([, y]) => y);
      for (const [x, y] of outline) assert.ok(!inUpperCaption(x, y) && y < LOWER_CAPTION, `cell ${cell}`);
      assert.ok(Math.min(...xs) <= face.x + 3 && Math.max(...xs) >= face.x + face.width - 3, `cell ${cell}`);
      assert.ok(Math.min(...ys) <= face.y && Math.max(...ys) >= face.y + face.height - 3, `cell ${cell}`);
    }
  });

  it('take the colours of hair and skin from inside the photo', () => {
    for (const cell of cells) {
      const { outline, hairAt, skinAt } = cellLabel(cell);
      const xs = outline.map(([x]) => x);
      const ys = outline.map(([, y]) => y);
      for (const [x, y] of [hairAt, skinAt]) {
        assert.ok(x > Math.min(...xs) && x < Math.max(...xs), `cell ${cell}`);
        assert.ok(y >= Math.min(...ys) && y < Math.max(...ys), `cell ${cell}`);
      }
    }
  });
});
