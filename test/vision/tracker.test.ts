import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Box } from '../../src/core/geometry.ts';
import type { Detection } from '../../src/core/track.ts';
import { FaceTracker } from '../../src/vision/tracker.ts';

const frameSize = { width: 1280, height: 720 };

function face(box: Partial<Box> = {}, score = 0.9): Detection {
  return { box: { x: 100, y: 100, width: 80, height: 100, ...box }, score, keypoints: [] };
}

describe('FaceTracker', () => {
  it('surfaces a face from its second detection, with the time of the first', () => {
    const tracker = new FaceTracker();
    assert.equal(tracker.update({ detections: [face()], capturedAt: 1000, frameSize }).live.length, 0);
    const { live } = tracker.update({ detections: [face({ x: 103 })], capturedAt: 1080, frameSize });
    assert.equal(live.length, 1);
    assert.equal(live[0]?.startedAt, 1000);
    assert.equal(live[0]?.detections, 2);
  });
});
