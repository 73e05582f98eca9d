import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Point } from '../../../src/core/geometry.ts';
import type { Detection } from '../../../src/core/track.ts';
import { associate, candidateOf } from '../../../src/vision/tracking/association.ts';
import { frameStep } from '../../../src/vision/tracking/motion.ts';
import { TrackRecord } from '../../../src/vision/tracking/track-record.ts';
import { defaultTuning as tuning } from '../../../src/vision/tracking/tuning.ts';

const INTERVAL = 50;

function face(cx: number, size = 100, keypoints: readonly Point[] = []): Detection {
  return { box: { x: cx - size / 2, y: 200 - size / 2, width: size, height: size }, score: 0.9, keypoints };
}

/** A confirmed track that was seen at each of the places, 20 per second, and is ready for the next frame. */
function trackOf(places: readonly Detection[]): TrackRecord {
  const track = new TrackRecord({ id: 't', detection: places[0] as Detection, now: 0, tuning });
  track.confirmed = true;
  for (const [i, place] of places.slice(1).entries()) {
    track.motion.advance(frameStep(INTERVAL / 1000, tuning));
    track.see(place, { now: (i + 1) * INTERVAL, jitter: 1 });
  }
  track.motion.advance(frameStep(INTERVAL / 1000, tuning));
  return track;
}

const course = (from: number, pace: number) => Array.from({ length: 10 }, (_, i) => face(from + pace * i));
const options = { now: 10 * INTERVAL, tuning, gate: tuning.gate, jitter: 1 };

/** Which detection each track gets. */
function pairing(tracks: readonly TrackRecord[], detections: readonly Detection[]): (number | undefined)[] {
  const pairs = associate(tracks, detections.map(candidateOf), options);
  return tracks.map((track) => {
    const pair = pairs.find((one) => one.track === track);
    return pair === undefined ? undefined : detections.indexOf(pair.candidate.detection);
  });
}

describe('associate', () => {
  it('gives each track the detection its course leads to, though the other one is nearer to its last place', () => {
    const right = trackOf(course(100, 30));
    const left = trackOf(course(700, -33));
    assert.deepEqual(pairing([right, left], [face(370), face(403)]), [1, 0]);
  });

  it('leaves a detection that is too far or of another size', () => {
    const track = trackOf(course(400, 0));
    assert.deepEqual(pairing([track], [face(600)]), [undefined]);
    assert.deepEqual(pairing([track], [face(400, 250)]), [undefined]);
  });

  it('gives one detection to the track that fits it better, and nothing to the other', () => {
    const standing = trackOf(course(400, 0));
    const passing = trackOf(course(100, 30));
    assert.deepEqual(pairing([passing, standing], [face(401)]), [undefined, 0]);
  });

  it('prefers the face that looks the same way', () => {
    const looking = (cx: number, shift: number): Detection =>
      face(cx, 100, [
        [cx - 20 + shift, 180],
        [cx + 20 + shift, 180],
        [cx + shift, 210],
      ]);
    const track = trackOf(Array.from({ length: 10 }, () => looking(400, -25)));
    assert.deepEqual(pairing([track], [looking(388, 25), looking(412, -25)]), [1]);
    assert.deepEqual(pairing([track], [looking(388, -25), looking(412, 25)]), [0]);
  });

  it('says when another pairing would have been as good', () => {
    const tracks = [trackOf(course(395, 0)), trackOf(course(405, 0))];
    const close = associate(tracks, [face(398), face(402)].map(candidateOf), options);
    assert.deepEqual(
      close.map((pair) => pair.ambiguous),
      [true, true],
    );
    const apart = associate(
      [trackOf(course(300, 0)), trackOf(course(500, 0))],
      [face(300), face(500)].map(candidateOf),
      options,
    );
    assert.deepEqual(
      apart.map((pair) => pair.ambiguous),
      [false, false],
    );
  });

  it('has nothing to do without tracks or detections', () => {
    assert.deepEqual(associate([], [candidateOf(face(1))], options), []);
    assert.deepEqual(associate([trackOf(course(400, 0))], [], options), []);
  });
});
