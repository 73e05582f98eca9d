import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Box, iou } from '../../src/core/geometry.ts';
import { FaceTracker } from '../../src/vision/tracker.ts';
import { distanceBetween, Film, face, idAt } from './tracking/film.ts';

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
