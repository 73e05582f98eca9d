import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { l2Distance } from '../../src/core/vector.ts';
import { nearestLookGallery } from '../../src/evaluation/analyzer.ts';
import { measureReidentification, type ReidentificationCase } from '../../src/evaluation/reidentification.ts';

/** A face on a line: its place is all there is to it. */
function shown(
  role: ReidentificationCase['role'],
  identity: string,
  place: number | undefined,
): ReidentificationCase {
  const descriptor =
    place === undefined ? undefined : { face: Float32Array.of(place), appearance: undefined };
  return { role, identity, descriptor };
}

function measure(cases: readonly ReidentificationCase[]) {
  const gallery = nearestLookGallery((a, b) => l2Distance(a.face, b.face));
  return measureReidentification(cases, { gallery, threshold: 1 });
}

describe('measureReidentification', () => {
  it('measures a set worked out by hand', () => {
    const result = measure([
      shown('enrol', 'ann', 0),
      shown('enrol', 'ann', 10),
      shown('enrol', 'bob', 20),
      shown('returning', 'ann', 9.5),
      shown('returning', 'ann', 5),
      shown('returning', 'bob', 0.5),
      shown('returning', 'bob', 21),
      shown('new', 'eve', 19),
      shown('new', 'eve', 30),
    ]);
    assert.deepEqual(result, {
      enrolled: 2,
      returning: 4,
      new: 2,
      threshold: 1,
      // 5 is near nobody, 0.5 is taken for ann.
      missedReturn: 2 / 4,
      wrongId: 1 / 4,
      falseReturn: 1 / 2,
    });
  });

  it('counts a picture without a face as a wrong answer', () => {
    const result = measure([
      shown('enrol', 'ann', 0),
      shown('returning', 'ann', undefined),
      shown('new', 'eve', undefined),
    ]);
    assert.equal(result?.missedReturn, 1);
    assert.equal(result?.wrongId, 0);
    assert.equal(result?.falseReturn, 1);
  });

  it('misses everybody whose enrolment showed no face', () => {
    const result = measure([shown('enrol', 'ann', undefined), shown('returning', 'ann', 0)]);
    assert.equal(result?.enrolled, 1);
    assert.equal(result?.missedReturn, 1);
  });

  it('leaves out the rates for which nothing is shown', () => {
    const result = measure([shown('enrol', 'ann', 0), shown('returning', 'ann', 0)]);
    assert.equal(result?.falseReturn, null);
    assert.equal(measure([shown('enrol', 'ann', 0)]), undefined);
  });
});
