import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { measureDetection } from '../../src/evaluation/detection.ts';

const box = (x: number) => ({ x, y: 0, width: 10, height: 10 });

describe('measureDetection', () => {
  it('counts recall over labels and precision over found boxes', () => {
    const result = measureDetection([
      { labels: [box(0), box(50), box(100)], complete: true, found: [box(1), box(52), box(300)] },
      { labels: [box(0)], complete: true, found: [box(0)] },
    ]);
    assert.deepEqual(result, { images: 2, faces: 4, recall: 3 / 4, precision: 3 / 4 });
  });

  it('does not call a box wrong in a picture whose faces are not all marked', () => {
    const result = measureDetection([
      { labels: [box(0)], complete: false, found: [box(0), box(50), box(100)] },
      { labels: [box(0)], complete: true, found: [] },
    ]);
    assert.deepEqual(result, { images: 2, faces: 2, recall: 1 / 2, precision: null });
  });

  it('counts boxes in a picture labelled as empty against precision', () => {
    const result = measureDetection([
      { labels: [box(0)], complete: true, found: [box(0)] },
      { labels: [], complete: true, found: [box(0)] },
    ]);
    assert.deepEqual(result, { images: 2, faces: 1, recall: 1, precision: 1 / 2 });
  });

  it('has no result without labelled boxes', () => {
    assert.equal(measureDetection([]), undefined);
  });
});
