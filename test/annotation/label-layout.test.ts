import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { placeLabels } from '../../src/annotation/label-layout.ts';
import { intersectionArea } from '../../src/core/geometry.ts';

const picture = { width: 1280, height: 720, gap: 4 };

function label(x: number, y: number, side = 60) {
  return { face: { x, y, width: side, height: side }, width: 200, height: 24 };
}

describe('placeLabels', () => {
  it('puts a label above its face, starting where the face starts', () => {
    const places = placeLabels({ ...picture, requests: [label(300, 300)] });
    assert.deepEqual(places, [{ x: 300, y: 272, width: 200, height: 24 }]);
  });

  it('puts it below where there is no room above, and left where there is none to the right', () => {
    const [top] = placeLabels({ ...picture, requests: [label(300, 2)] });
    assert.equal(top?.y, 66);
    const [right] = placeLabels({ ...picture, requests: [label(1210, 300)] });
    assert.equal(right?.x, 1080);
    assert.equal(right.y, 272);
  });

  it('does not hide a neighbouring face if it can be helped', () => {
    const requests = [label(300, 300), label(320, 225)];
    for (const [i, place] of placeLabels({ ...picture, requests }).entries()) {
      assert.equal(intersectionArea(place, requests[1 - i]?.face ?? place), 0);
    }
  });

  it('keeps labels in the picture and apart, wherever a few faces stand', () => {
    const face = fc
      .tuple(
        fc.integer({ min: -30, max: 1260 }),
        fc.integer({ min: -30, max: 700 }),
        fc.integer({ min: 8, max: 300 }),
      )
      .map(([x, y, side]) => label(x, y, side));
    fc.assert(
      fc.property(fc.array(face, { minLength: 1, maxLength: 6 }), (requests) => {
        const places = placeLabels({ ...picture, requests });
        assert.equal(places.length, requests.length);
        for (const [i, place] of places.entries()) {
          assert.ok(place.x >= 0 && place.x + place.width <= 1280);
          assert.ok(place.y >= 0 && place.y + place.height <= 720);
          for (const other of places.slice(i + 1)) assert.equal(intersectionArea(place, other), 0);
        }
      }),
    );
  });

  it('still places a label that is as large as the picture', () => {
    const requests = [{ face: { x: 0, y: 0, width: 50, height: 50 }, width: 100, height: 30 }];
    assert.deepEqual(placeLabels({ width: 100, height: 30, gap: 2, requests }), [
      { x: 0, y: 0, width: 100, height: 30 },
    ]);
  });
});
