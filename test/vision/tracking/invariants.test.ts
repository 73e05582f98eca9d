import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Point } from '../../../src/core/geometry.ts';
import type { Detection } from '../../../src/core/track.ts';
import { FaceTracker, type TrackedFace } from '../../../src/vision/tracker.ts';

/** Whatever detectors, clocks and callers do, these hold. */

const oddNumber = fc.constantFrom(
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  0,
  -1,
  1e308,
  1e-308,
);
const coordinate = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: -50, max: 350 }) },
  { weight: 1, arbitrary: fc.oneof(oddNumber, fc.double()) },
);
const side = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: 20, max: 90 }) },
  { weight: 1, arbitrary: oddNumber },
);
const score = fc.oneof(
  { weight: 12, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }) },
  { weight: 1, arbitrary: oddNumber },
);

const detection: fc.Arbitrary<Detection> = fc
  .record({
    x: coordinate,
    y: coordinate,
    width: side,
    height: side,
    score,
    keypoints: fc.array(fc.tuple(coordinate, coordinate), { maxLength: 6 }),
  })
  .map(({ score, keypoints, ...box }) => ({ box, score, keypoints: keypoints as Point[] }));

type Action =
  | { kind: 'frame'; elapsed: number; detections: Detection[]; searched: 'whole' | 'regions' }
  | { kind: 'split'; which: number }
  | { kind: 'predict'; elapsed: number }
  | { kind: 'flush' };

const elapsed = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: 0, max: 200 }) },
  { weight: 2, arbitrary: fc.integer({ min: -4000, max: 4000 }) },
  { weight: 1, arbitrary: oddNumber },
);
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record({
      kind: fc.constant('frame' as const),
      elapsed,
      detections: fc.array(detection, { maxLength: 8 }),
      searched: fc.constantFrom('whole' as const, 'regions' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('split' as const), which: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('predict' as const), elapsed }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'flush' as const }) },
);

/** Keeps book of the ids that came and went. */
class Witness {
  readonly live = new Set<string>();
  readonly gone = new Set<string>();

  present(tracks: readonly TrackedFace[], detections: readonly Detection[]): void {
    const ids = tracks.map((track) => track.id);
    assert.equal(new Set(ids).size, ids.length, 'an id is live twice');
    for (const id of ids) assert.ok(!this.gone.has(id), `${id} came back`);
    const used = tracks.flatMap((track) => (track.detection === undefined ? [] : [track.detection]));
    assert.equal(new Set(used).size, used.length, 'a detection was used twice');
    for (const one of used) assert.ok(detections.includes(one), 'a detection was made up');
    for (const track of tracks) this.#check(track);
    for (const id of this.live) assert.ok(ids.includes(id), `${id} vanished without an end`);
    for (const id of ids) this.live.add(id);
  }

  /** What `split` returns is live from then on. */
  renamed(id: string): void {
    assert.ok(!this.live.has(id) && !this.gone.has(id));
    this.live.add(id);
  }

  absent(tracks: readonly TrackedFace[]): void {
    for (const track of tracks) {
      assert.ok(this.live.delete(track.id), `${track.id} ended without having been live`);
      assert.equal(track.detection, undefined);
      this.gone.add(track.id);
      this.#check(track);
    }
  }

  #check(track: TrackedFace): void {
    const { x, y, width, height } = track.box;
    assert.ok(Number.isFinite(x + y) && width > 0 && height > 0 && Number.isFinite(width * height));
    assert.ok(track.confirmed && track.detections >= 1 && track.missedMs >= 0);
    assert.ok(track.startedAt <= track.lastDetectedAt);
    assert.ok(Number.isFinite(track.velocity.x + track.velocity.y));
  }
}

function play(actions: readonly Action[], tracker: FaceTracker): void {
  const witness = new Witness();
  let time = 1_700_000_000_000;
  for (const step of actions) {
    if (step.kind === 'frame') {
      if (Number.isFinite(step.elapsed) && Math.abs(step.elapsed) < 1e9) time += step.elapsed;
      const capturedAt = Number.isFinite(step.elapsed) ? time : step.elapsed;
      const { detections, searched } = step;
      const output = tracker.update({
        detections,
        capturedAt,
        frameSize: { width: 300, height: 300 },
        searched,
      });
      witness.absent(output.ended);
      witness.present(output.live, detections);
    } else if (step.kind === 'split') {
      const id = [...witness.live][step.which] ?? 'none';
      const next = tracker.split(id);
      if (id === 'none') assert.equal(next, 'none');
      else witness.renamed(next);
    } else if (step.kind === 'predict') {
      for (const { box } of tracker.predict(time + step.elapsed))
        assert.ok(Number.isFinite(box.x + box.width));
    } else {
      witness.absent(tracker.flush());
    }
  }
  witness.absent(tracker.flush());
  assert.equal(witness.live.size, 0, 'a track never ended');
}

describe('FaceTracker, whatever it is given', () => {
  it('keeps its books: unique ids, each live one ends once, each detection used once, numbers finite', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => play(actions, new FaceTracker())),
      { numRuns: 400 },
    );
  });

  it('keeps them with room for three faces and at the first detection, too', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 40 }), (actions) =>
        play(actions, new FaceTracker({ confirmAfter: 1, maxFaces: 3 })),
      ),
      { numRuns: 200 },
    );
  });
});
