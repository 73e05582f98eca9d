import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Box } from '../../../src/core/geometry.ts';
import type { Detection } from '../../../src/core/track.ts';
import { FaceTracker } from '../../../src/vision/tracker.ts';
import { distanceBetween, Film, face, frameSize } from './film.ts';

/** What the tracker does apart from following: predicting, splitting, and bearing what it should not be given. */

describe('predict', () => {
  it('says where to look, unconfirmed faces included, and changes nothing', () => {
    const film = new Film();
    film.frames(20, (i) => [face(100 + 10 * i, 300)]);
    film.frame([face(300, 300), face(900, 500)]);
    const first = film.tracker.predict(film.time + 100);
    assert.deepEqual(film.tracker.predict(film.time + 100), first);
    assert.deepEqual(
      first.map((region) => region.id),
      ['t1', 't2'],
    );
    assert.ok(distanceBetween(first[0]?.box as Box, face(320, 300).box) < 8);
    assert.ok(distanceBetween(first[1]?.box as Box, face(900, 500).box) < 1);
  });

  it('is empty before the first frame and does not mind a time in the past', () => {
    const tracker = new FaceTracker();
    assert.deepEqual(tracker.predict(1000), []);
    const film = new Film({ tracker });
    film.frames(3, () => [face(300, 300)]);
    assert.equal(tracker.predict(film.time - 5000).length, 1);
    assert.equal(tracker.predict(Number.NaN).length, 1);
  });
});

describe('split', () => {
  it('ends the old id once and goes on under a new one', () => {
    const film = new Film();
    film.frames(10, () => [face(400, 300)]);
    const splitAt = film.time;
    assert.equal(film.tracker.split('t1'), 't2');
    const { live, ended } = film.frame([face(400, 300)]);
    assert.deepEqual(
      ended.map((track) => track.id),
      ['t1'],
    );
    assert.equal(ended[0]?.detections, 10);
    assert.deepEqual(
      live.map((track) => track.id),
      ['t2'],
    );
    assert.equal(live[0]?.startedAt, splitAt);
    assert.equal(live[0]?.detections, 2);
    film.frames(60, () => []);
    assert.deepEqual(film.ended, ['t1', 't2']);
  });

  it('leaves alone what is not live', () => {
    const film = new Film();
    film.frame([face(400, 300)]);
    assert.equal(film.tracker.split('t1'), 't1');
    assert.equal(film.tracker.split('no such track'), 'no such track');
    assert.deepEqual(film.frame([face(400, 300)]).ended, []);
  });

  it('is still reported when the source ends before the next frame', () => {
    const film = new Film();
    film.frames(3, () => [face(400, 300)]);
    film.tracker.split('t1');
    assert.deepEqual(
      film.tracker.flush().map((track) => track.id),
      ['t1', 't2'],
    );
  });
});

describe('bad input', () => {
  it('of broken boxes is ignored', () => {
    const film = new Film();
    const broken = (x: number): Detection => ({
      box: { x, y: 1, width: 10, height: Number.NaN },
      score: 0.9,
      keypoints: [],
    });
    const { live } = film.frames(5, () => [broken(1), broken(Number.NaN), face(400, 300)]);
    assert.equal(live.length, 1);
  });

  it('of broken key points still leaves the box', () => {
    const film = new Film();
    const detection = { ...face(400, 300), keypoints: [[Number.NaN, 1] as const] };
    assert.equal(film.frames(5, () => [detection]).live.length, 1);
  });

  it('of the same time again is no further evidence', () => {
    const tracker = new FaceTracker();
    for (let i = 0; i < 5; i++) {
      assert.equal(
        tracker.update({ detections: [face(400, 300)], capturedAt: 1000, frameSize }).live.length,
        0,
      );
    }
    assert.equal(
      tracker.update({ detections: [face(400, 300)], capturedAt: 1050, frameSize }).live.length,
      1,
    );
  });

  it('of a clock set back a little does not disturb', () => {
    const film = new Film();
    film.frames(10, () => [face(400, 300)]);
    film.time -= 800;
    const { live, ended } = film.frames(30, () => [face(400, 300)]);
    assert.deepEqual([live.length, ended.length, live[0]?.id], [1, 0, 't1']);
    assert.deepEqual(film.ended, []);
  });

  it('of a clock set back far begins a new timeline', () => {
    const film = new Film();
    film.frames(10, () => [face(400, 300)]);
    film.time -= 3_600_000;
    const first = film.frame([face(400, 300)]);
    assert.deepEqual(
      first.ended.map((track) => track.id),
      ['t1'],
    );
    assert.deepEqual(
      film.frame([face(400, 300)]).live.map((track) => track.id),
      ['t2'],
    );
  });

  it('of times that are no numbers stands still', () => {
    const tracker = new FaceTracker();
    tracker.update({ detections: [face(400, 300)], capturedAt: Number.NaN, frameSize });
    tracker.update({ detections: [face(400, 300)], capturedAt: Number.NaN, frameSize });
    assert.deepEqual(tracker.flush(), []);
  });

  it('of thousands of boxes is bounded in tracks and in time', () => {
    const film = new Film();
    const detections = Array.from({ length: 5000 }, (_, i) =>
      face(30 + 90 * (i % 100), 60 + 110 * Math.floor(i / 100)),
    );
    film.frame(detections);
    const started = performance.now();
    const { live } = film.frame(detections);
    assert.ok(performance.now() - started < 500);
    assert.equal(live.length, 200);
  });
});

describe('cost', () => {
  it('of 50 faces is under a millisecond a frame', () => {
    const film = new Film();
    const crowd = (i: number) =>
      Array.from({ length: 50 }, (_, k) =>
        face(60 + 120 * (k % 10) + 3 * Math.sin(i + k), 70 + 130 * Math.floor(k / 10)),
      );
    film.frames(200, crowd);
    const times: number[] = [];
    for (let i = 0; i < 200; i++) {
      const detections = crowd(i);
      const started = performance.now();
      film.tracker.predict(film.time + 50);
      film.frame(detections);
      times.push(performance.now() - started);
    }
    times.sort((a, b) => a - b);
    assert.ok((times[100] as number) < 1, `${times[100]} ms`);
  });
});
