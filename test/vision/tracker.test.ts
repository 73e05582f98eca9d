import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Box, center, iou } from '../../src/core/geometry.ts';
import type { Detection } from '../../src/core/track.ts';
import { FaceTracker, type TrackerInput, type TrackerOutput } from '../../src/vision/tracker.ts';

const frameSize = { width: 1280, height: 720 };

/** A face of 80 × 100 around (cx, cy). */
function face(cx: number, cy: number, options: { score?: number; scale?: number } = {}): Detection {
  const width = 80 * (options.scale ?? 1);
  const height = 100 * (options.scale ?? 1);
  return {
    box: { x: cx - width / 2, y: cy - height / 2, width, height },
    score: options.score ?? 0.9,
    keypoints: [],
  };
}

/** A tracker with its clock: each call of `frame` is one frame later. */
class Film {
  readonly tracker: FaceTracker;
  readonly #interval: number;
  time = 10_000;
  readonly ended: string[] = [];

  constructor(options: { tracker?: FaceTracker; framesPerSecond?: number } = {}) {
    this.tracker = options.tracker ?? new FaceTracker();
    this.#interval = 1000 / (options.framesPerSecond ?? 20);
  }

  frame(detections: readonly Detection[], searched: TrackerInput['searched'] = 'whole'): TrackerOutput {
    this.time += this.#interval;
    const output = this.tracker.update({ detections, capturedAt: this.time, frameSize, searched });
    this.ended.push(...output.ended.map((track) => track.id));
    return output;
  }

  frames(
    count: number,
    of: (i: number) => readonly Detection[],
    searched?: TrackerInput['searched'],
  ): TrackerOutput {
    let output: TrackerOutput = { live: [], ended: [] };
    for (let i = 0; i < count; i++) output = this.frame(of(i), searched);
    return output;
  }
}

function idAt(output: TrackerOutput, detection: Detection): string | undefined {
  return output.live.find((track) => track.detection === detection)?.id;
}

function distanceBetween(a: Box, b: Box): number {
  const [ax, ay] = center(a);
  const [bx, by] = center(b);
  return Math.hypot(ax - bx, ay - by);
}

describe('a face becomes a track', () => {
  it('surfaces from its second detection, with the time of the first', () => {
    const film = new Film();
    assert.deepEqual(film.frame([face(200, 200)]).live, []);
    const first = film.time;
    const detection = face(202, 200);
    const [track] = film.frame([detection]).live;
    assert.equal(track?.id, 't1');
    assert.equal(track?.startedAt, first);
    assert.equal(track?.lastDetectedAt, film.time);
    assert.equal(track?.detections, 2);
    assert.equal(track?.missedMs, 0);
    assert.equal(track?.confirmed, true);
    assert.equal(track?.detection, detection);
  });

  it('surfaces at once where one detection is enough', () => {
    const film = new Film({ tracker: new FaceTracker({ confirmAfter: 1, idPrefix: 'door-' }) });
    assert.deepEqual(
      film.frame([face(200, 200), face(600, 200)]).live.map((track) => track.id),
      ['door-t1', 'door-t2'],
    );
  });

  it('never surfaces, live or ended, where it flickered up once', () => {
    const film = new Film();
    film.frame([face(200, 200)]);
    for (let i = 0; i < 60; i++) assert.deepEqual(film.frame([]), { live: [], ended: [] });
    assert.deepEqual(film.tracker.flush(), []);
  });

  it('is not started or confirmed by weak detections, but continued', () => {
    const film = new Film();
    const weak = () => [face(200, 200, { score: 0.3 })];
    assert.equal(film.frames(10, weak).live.length, 0);
    film.frames(3, () => [face(200, 200)]);
    const { live } = film.frames(60, weak);
    assert.equal(live.length, 1);
    assert.equal(live[0]?.missedMs, 0);
    assert.equal(live[0]?.detections, 63);
  });

  it('is one track, however many boxes the detector puts on it', () => {
    const film = new Film();
    const { live } = film.frames(20, (i) => [
      face(300, 300),
      face(300 + 6 * (i % 3), 304, { score: 0.8, scale: 1.1 }),
      face(310, 310, { score: 0.6, scale: 0.5 }),
    ]);
    assert.equal(live.length, 1);
    assert.deepEqual(film.tracker.flush().length, 1);
  });

  it('has a steadier box than the detector', () => {
    const film = new Film();
    const truth = face(300, 300).box;
    let raw = 0;
    let filtered = 0;
    for (let i = 0; i < 60; i++) {
      const detection = face(300 + 5 * Math.sin(i * 2.4), 300 + 5 * Math.cos(i * 1.7));
      const [track] = film.frame([detection]).live;
      if (track === undefined || i < 10) continue;
      raw += 1 - iou(detection.box, truth);
      filtered += 1 - iou(track.box, truth);
    }
    assert.ok(filtered < 0.7 * raw, `${filtered} against ${raw}`);
  });
});

describe('a track goes on', () => {
  it('through a head turned away for 1.2 s', () => {
    const film = new Film();
    film.frames(20, () => [face(400, 300)]);
    const missed = film.frames(23, () => []);
    assert.equal(missed.live[0]?.detection, undefined);
    assert.equal(missed.live[0]?.missedMs, 23 * 50);
    const back = film.frame([face(405, 304)]);
    assert.deepEqual(
      back.live.map((track) => track.id),
      ['t1'],
    );
    assert.equal(back.live[0]?.missedMs, 0);
  });

  it('along the path of a walker who is hidden for 0.6 s', () => {
    const film = new Film();
    const at = (i: number) => [face(100 + 16 * i, 300)];
    film.frames(20, at);
    const { live } = film.frames(12, () => []);
    assert.ok(distanceBetween(live[0]?.box as Box, face(100 + 16 * 31, 300).box) < 60);
    assert.deepEqual(
      film.frame(at(32)).live.map((track) => track.id),
      ['t1'],
    );
  });

  it('while frames are dropped', () => {
    const film = new Film();
    const at = (i: number) => [face(100 + 14 * i, 300)];
    film.frames(10, at);
    film.time += 50 * 8;
    assert.deepEqual(
      film.frame(at(18)).live.map((track) => track.id),
      ['t1'],
    );
  });

  it('when somebody comes close fast', () => {
    const film = new Film({ framesPerSecond: 12 });
    const { live } = film.frames(40, (i) => [face(600 + i * 2, 200 + 5 * i, { scale: 0.4 * 1.06 ** i })]);
    assert.deepEqual(
      live.map((track) => track.id),
      ['t1'],
    );
    assert.ok((live[0]?.box.width as number) > 0.85 * 80 * 0.4 * 1.06 ** 39);
  });

  it('where a walker appears at five frames a second', () => {
    const film = new Film({ framesPerSecond: 5 });
    const { live } = film.frames(8, (i) => [face(100 + 110 * i, 300)]);
    assert.deepEqual(
      live.map((track) => track.id),
      ['t1'],
    );
    assert.ok(Math.abs((live[0]?.velocity.x as number) - 550) < 80);
  });

  it('where frames come only every two seconds', () => {
    const film = new Film({ framesPerSecond: 0.5 });
    const { live } = film.frames(20, () => [face(300, 300)]);
    assert.equal(live.length, 1);
    assert.ok((live[0]?.detections as number) >= 10);
  });

  it('but not onto a face that is too far or of another size', () => {
    for (const other of [face(700, 300), face(400, 520), face(400, 300, { scale: 3 })]) {
      const film = new Film();
      film.frames(20, () => [face(400, 300)]);
      film.frames(4, () => []);
      const output = film.frames(4, () => [other]);
      assert.deepEqual(
        output.live.map((track) => track.id),
        ['t1', 't2'],
      );
      assert.equal(output.live[0]?.detection, undefined);
    }
  });
});

describe('a track ends', () => {
  it('once, after 1.5 s without a detection, where it was last seen', () => {
    const film = new Film();
    film.frames(20, () => [face(400, 300)]);
    const seenAt = film.time;
    let endedAt = 0;
    for (let i = 0; i < 60; i++) {
      const { live, ended } = film.frame([]);
      if (ended.length === 0) continue;
      assert.equal(endedAt, 0);
      endedAt = film.time;
      assert.deepEqual(live, []);
      assert.equal(ended[0]?.id, 't1');
      assert.equal(ended[0]?.lastDetectedAt, seenAt);
      assert.equal(ended[0]?.detection, undefined);
      assert.ok(iou(ended[0]?.box as Box, face(400, 300).box) > 0.95);
    }
    assert.ok(endedAt - seenAt > 1500 && endedAt - seenAt <= 1600);
  });

  it('sooner on its way out of the picture', () => {
    const film = new Film();
    film.frames(20, (i) => [face(900 + 18 * i, 300)]);
    film.frames(10, () => []);
    assert.deepEqual(film.ended, ['t1']);
  });

  it('later where only the surroundings of known faces were searched', () => {
    const film = new Film();
    film.frames(20, () => [face(400, 300)]);
    film.frames(40, () => [], 'regions');
    assert.deepEqual(film.ended, []);
    film.frame([]);
    assert.deepEqual(film.ended, ['t1']);
    film.frames(3, () => [face(400, 300)]);
    film.frames(60, () => [], 'regions');
    assert.deepEqual(film.ended, ['t1', 't2']);
  });

  it('before anybody else can take it, however long no frame came', () => {
    const film = new Film();
    film.frames(20, () => [face(400, 300)]);
    film.time += 5000;
    film.frames(2, () => [face(400, 300)]);
    assert.deepEqual(film.ended, ['t1']);
    assert.deepEqual(
      film.tracker.flush().map((track) => track.id),
      ['t2'],
    );
  });

  it('with the source, and the tracker can start again under new ids', () => {
    const film = new Film();
    film.frames(3, () => [face(400, 300), face(800, 300)]);
    assert.deepEqual(
      film.tracker.flush().map((track) => track.id),
      ['t1', 't2'],
    );
    assert.deepEqual(film.tracker.flush(), []);
    film.time = 500;
    assert.deepEqual(
      film.frames(2, () => [face(400, 300)]).live.map((track) => track.id),
      ['t3'],
    );
  });
});

describe('two people', () => {
  it('keep their ids when they walk past each other, and are crowded while they overlap', () => {
    const film = new Film();
    let crowded = 0;
    let ids = new Map<string, string | undefined>();
    for (let i = 0; i < 60; i++) {
      const right = face(200 + 12 * i, 300);
      const left = face(900 - 12 * i, 310);
      const overlap = iou(right.box, left.box) > 0.1;
      const output = film.frame([right, left].filter((d) => d === right || !overlap));
      if (output.live.some((track) => track.crowded)) crowded++;
      if (overlap) assert.ok(output.live.every((track) => track.crowded));
      if (i === 5)
        ids = new Map([
          ['right', idAt(output, right)],
          ['left', idAt(output, left)],
        ]);
      if (i === 59)
        assert.deepEqual([idAt(output, right), idAt(output, left)], [ids.get('right'), ids.get('left')]);
    }
    assert.ok(crowded >= 4 && crowded <= 25, `${crowded}`);
    assert.deepEqual(film.ended, []);
  });

  it('do not swap when the one in front is all that is seen', () => {
    const film = new Film();
    const front = face(500, 300, { scale: 1.3 });
    film.frames(20, (i) => [front, face(200 + 12 * i, 280)]);
    const frontId = film.frame([front, face(440, 280)]).live.find((track) => track.detection === front)?.id;
    for (let i = 0; i < 10; i++) {
      const output = film.frame([front]);
      assert.equal(idAt(output, front), frontId);
    }
    const behind = face(200 + 12 * 31, 280);
    const output = film.frame([front, behind]);
    assert.equal(idAt(output, front), frontId);
    assert.equal(idAt(output, behind), frontId === 't1' ? 't2' : 't1');
  });

  it('side by side stay apart when one looks away', () => {
    const film = new Film();
    const [a, b] = [face(400, 300), face(520, 300)];
    film.frames(20, () => [a, b]);
    const { live } = film.frames(20, () => [b]);
    assert.equal(live.find((track) => track.detection === b)?.id, 't2');
    const back = film.frame([a, b]);
    assert.deepEqual([idAt(back, a), idAt(back, b)], ['t1', 't2']);
    assert.ok(back.live.every((track) => !track.crowded));
  });
});

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
