import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Box, iou } from '../../src/core/geometry.ts';
import type { TrackUpdate } from '../../src/core/track.ts';
import { FaceWatcher, type FaceWatcherOptions } from '../../src/pipeline/face-watcher.ts';
import { cell, edit, portrait } from '../vision/pictures.ts';
import { onlyFace, realVision } from '../vision/real-vision.ts';
import { type Actor, type Film, frozenClock, START, show, updatesOf } from './film.ts';

const vision = await realVision({ embeds: false });
const withDescriptors = await realVision({ embeds: true });

function newWatcher(options: Partial<FaceWatcherOptions> = {}, parts = vision): FaceWatcher {
  const { finder, describer } = parts;
  return new FaceWatcher({ camera: 'door', ...options }, { finder, describer, clock: frozenClock });
}

/** A face of the sheet, and the box around it in that picture. */
async function actor(number: number, side: number): Promise<{ face: Actor['face']; box: Box }> {
  const { detection } = await onlyFace(vision, await portrait(number));
  const k = side / 212;
  const { x, y, width, height } = detection.box;
  const box = { x: (x - 54) * k, y: (y - 54) * k, width: width * k, height: height * k };
  return { face: await cell(number, side), box };
}

const [glasses, woman, man] = [await actor(95, 150), await actor(35, 150), await actor(80, 150)];
const still =
  (x: number, y: number): Actor['at'] =>
  () => ({ x, y });
const live = (told: ReadonlyMap<number, readonly TrackUpdate[]>) =>
  updatesOf(told).filter((update) => update.state === 'live');

describe('following a face', () => {
  /** Comes in at 1 s, walks slowly to the right, is gone from 5 s on. */
  const walk: Film = {
    seconds: 8,
    actors: [
      {
        face: glasses.face,
        at: (ms) => (ms >= 1000 && ms < 5000 ? { x: 60 + ms / 20, y: 90 } : undefined),
      },
    ],
  };
  const whole = (async () => show(newWatcher(), walk))();

  it('begins within half a second of its coming', async () => {
    const told = await whole;
    const first = live(told)[0];
    assert.ok(first);
    assert.ok(first.capturedAt - START >= 1000 && first.capturedAt - START <= 1500, `${first.capturedAt}`);
    assert.ok(first.startedAt >= START + 1000 && first.startedAt < first.capturedAt);
  });

  it('tells of it in every frame under one name, with a box around the face', async () => {
    const told = await whole;
    const seen = live(told);
    assert.equal(new Set(seen.map((update) => update.track)).size, 1);
    const first = (seen[0] as TrackUpdate).capturedAt - START;
    for (let ms = first; ms < 5000; ms += 100) {
      const [update, ...others] = told.get(ms) ?? [];
      assert.ok(update && others.length === 0, `${ms} ms`);
      const truth = { ...glasses.box, x: glasses.box.x + 60 + ms / 20, y: glasses.box.y + 90 };
      assert.ok(iou(update.box, truth) > 0.6, `${ms} ms: ${JSON.stringify(update.box)}`);
      assert.equal(update.camera, 'door');
      assert.equal(update.sequence, ms / 100);
      assert.equal(update.mediaTime, ms / 1000);
      assert.equal(update.capturedAt, START + ms);
      assert.equal(update.keypoints.length, 6);
    }
  });

  it('ends once, some time after it has left, with what was known', async () => {
    const told = await whole;
    const seen = live(told);
    const ended = updatesOf(told).filter((update) => update.state === 'ended');
    assert.equal(ended.length, 1);
    const [end] = ended as [TrackUpdate];
    const last = seen.at(-1) as TrackUpdate;
    assert.equal(end.track, last.track);
    assert.deepEqual({ ...end, state: 'live' }, { ...last, looks: [] });
    assert.ok(end.attributes);
    const at = [...told].find(([, updates]) => updates.includes(end))?.[0] ?? 0;
    assert.ok(at > 5000 && at <= 7500, `${at} ms`);
    assert.ok(!live(new Map([...told].filter(([ms]) => ms >= 5000))).length);
  });

  it('knows age and gender from its first look on', async () => {
    const seen = live(await whole);
    const firstLook = seen.findIndex((update) => update.looks.length > 0);
    assert.ok(firstLook >= 0 && firstLook < 5);
    for (const [i, update] of seen.entries()) assert.equal(update.attributes !== undefined, i >= firstLook);
    const { age, gender } = (seen.at(-1) as TrackUpdate).attributes ?? assert.fail();
    assert.equal(gender.label, 'male');
    assert.ok(age.mean > 35 && age.mean < 70);
  });

  it('takes one who is far away within the time of three searches', async () => {
    const small = await cell(95, 48);
    const film: Film = {
      seconds: 3,
      width: 1280,
      height: 720,
      actors: [{ face: small, at: still(900, 300) }],
    };
    const seen = live(await show(newWatcher(), film));
    assert.ok(seen.length > 0);
    assert.ok((seen[0] as TrackUpdate).capturedAt - START <= 1200);
  });

  it('is the same for the same frames', async () => {
    const film: Film = { ...walk, seconds: 2.5, noise: 3 };
    const [one, two] = [
      await show(newWatcher({}, withDescriptors), film),
      await show(newWatcher({}, withDescriptors), film),
    ];
    assert.ok(live(one).some((update) => update.looks[0]?.descriptor));
    assert.deepEqual(one, two);
  });

  it('says whether they look at the camera', async () => {
    const away = await actor(65, 150);
    const film: Film = {
      seconds: 1.5,
      actors: [
        { face: glasses.face, at: still(60, 90) },
        { face: away.face, at: still(400, 90) },
      ],
    };
    const last = [...(await show(newWatcher(), film)).values()].at(-1) ?? [];
    const looking = last.toSorted((a, b) => a.box.x - b.box.x).map((update) => update.looking);
    assert.deepEqual(looking, [true, false]);
  });
});

describe('several faces', () => {
  const three: Film = {
    seconds: 2,
    width: 900,
    actors: [glasses, woman, man].map(({ face }, i) => ({ face, at: still(40 + 290 * i, 90) })),
  };

  it('have a track each, named after the camera run', async () => {
    const watcher = newWatcher({ trackPrefix: 'a1-' });
    const seen = live(await show(watcher, three));
    const names = new Set(seen.map((update) => update.track));
    assert.equal(names.size, 3);
    for (const name of names) assert.match(name, /^a1-/);
  });

  it('are all ended when the source ends, once', async () => {
    const watcher = newWatcher();
    const seen = live(await show(watcher, three));
    const ended = watcher.flush();
    assert.deepEqual(
      ended.map((update) => update.track).toSorted(),
      [...new Set(seen.map((update) => update.track))].toSorted(),
    );
    assert.ok(ended.every((update) => update.state === 'ended' && update.looks.length === 0));
    assert.deepEqual(watcher.flush(), []);
  });

  it('get new names after that', async () => {
    const watcher = newWatcher();
    const before = new Set(live(await show(watcher, three)).map((update) => update.track));
    watcher.flush();
    const after = live(await show(watcher, { ...three, from: 2100 })).map((update) => update.track);
    assert.ok(after.length > 0 && after.every((track) => !before.has(track)));
  });

  it('get their own age and gender', async () => {
    const last = [...(await show(newWatcher(), three)).values()].at(-1) ?? [];
    const people = last.toSorted((a, b) => a.box.x - b.box.x).map((update) => update.attributes);
    assert.deepEqual(
      people.map((attributes) => attributes?.gender.label),
      ['male', 'female', 'male'],
    );
    assert.equal(new Set(people.map((attributes) => attributes?.age.mean)).size, 3);
  });
});

describe('close looks', () => {
  const times = (told: ReadonlyMap<number, readonly TrackUpdate[]>) =>
    live(told).flatMap((update) => update.looks.map((look) => look.capturedAt - START));
  const gaps = (at: readonly number[]) => at.slice(1).map((t, i) => t - (at[i] as number));

  it('are taken often at first, then rarely', async () => {
    const film: Film = { seconds: 16, actors: [{ face: man.face, at: still(200, 90) }] };
    const between = gaps(times(await show(newWatcher(), film)));
    assert.ok(between.every((gap) => gap >= 250));
    assert.ok(
      between.slice(0, 4).every((gap) => gap <= 400),
      `${between}`,
    );
    assert.ok(
      between.slice(4, 8).every((gap) => gap >= 1500),
      `${between}`,
    );
    assert.ok(
      between.slice(8).every((gap) => gap >= 5000),
      `${between}`,
    );
    assert.ok(between.length >= 8);
  });

  it('keep the interval that is asked for', async () => {
    const film: Film = { seconds: 4, actors: [{ face: man.face, at: still(200, 90) }] };
    const between = gaps(times(await show(newWatcher({ lookIntervalMs: 700 }), film)));
    assert.ok(between.length >= 2 && between.every((gap) => gap >= 700), `${between}`);
  });

  it('begin anew when identity says it is somebody else, and forget the one before', async () => {
    const watcher = newWatcher();
    const film: Film = { seconds: 4, actors: [{ face: man.face, at: still(200, 90) }] };
    const before = live(await show(watcher, film)).at(-1) as TrackUpdate;
    assert.equal(before.attributes?.gender.label, 'male');
    watcher.startOver(before.track);
    watcher.startOver('nobody');
    const other: Film = { seconds: 1, from: 4100, actors: [{ face: woman.face, at: still(200, 90) }] };
    const told = await show(watcher, other);
    const after = live(told);
    assert.deepEqual([...new Set(after.map((update) => update.track))], [before.track]);
    assert.ok(times(told).length >= 3, 'looks come at the pace of a new face');
    for (const { attributes } of after)
      assert.ok(attributes === undefined || attributes.gender.label === 'female');
    assert.ok(after.at(-1)?.attributes);
  });

  it('are not taken of two faces that cover each other', async () => {
    const tight = async (number: number) =>
      edit(await cell(number, 212), (picture) =>
        picture.extract({ left: 35, top: 25, width: 150, height: 170 }),
      );
    const [one, two] = [await tight(80), await tight(107)];
    const apart = {
      seconds: 2,
      actors: [one, two].map((face, i) => ({ face, at: still(60 + 300 * i, 90) })),
    };
    const close = {
      seconds: 2,
      actors: [one, two].map((face, i) => ({ face, at: still(150 + 75 * i, 90) })),
    };
    assert.ok(times(await show(newWatcher(), apart)).length >= 6);
    const told = await show(newWatcher(), close);
    const both = [...told].filter(([, updates]) => updates.length === 2);
    assert.ok(both.length >= 10, `both are seen in ${both.length} frames`);
    assert.deepEqual(times(new Map(both)), []);
  });

  it('are taken of three faces in one frame at most, and of all in turn', async () => {
    const faces = [glasses, woman, man];
    const film: Film = {
      width: 1000,
      height: 420,
      seconds: 2,
      actors: Array.from({ length: 6 }, (_, i) => ({
        face: (faces[i % 3] as typeof man).face,
        at: still(20 + 320 * (i % 3), i < 3 ? 20 : 230),
      })),
    };
    const told = await show(newWatcher(), film);
    for (const updates of told.values())
      assert.ok(updates.reduce((sum, update) => sum + update.looks.length, 0) <= 3);
    const looked = new Set(live(told).flatMap((update) => (update.looks.length > 0 ? [update.track] : [])));
    assert.equal(looked.size, 6);
  });
});

describe('a picture of a face', () => {
  const film = (at: Actor['at']): Film => ({
    width: 420,
    height: 300,
    seconds: 15,
    everyMs: 200,
    noise: 4,
    actors: [{ face: woman.face, at }],
  });
  const flatTimes = (told: ReadonlyMap<number, readonly TrackUpdate[]>) =>
    [...told].flatMap(([ms, updates]) => (updates.some((update) => update.flat) ? [ms] : []));

  it('that hangs still before a noisy camera is noticed, and stays so', async () => {
    const flat = flatTimes(await show(newWatcher(), film(still(120, 60))));
    assert.ok((flat[0] ?? Number.POSITIVE_INFINITY) < 12_000, `from ${flat[0]} ms`);
    assert.equal(flat.at(-1), 15_000);
    assert.ok((flat[0] ?? 0) >= 8000);
  });

  it('is not what a person is who sways a little', async () => {
    // 2 px of a face 85 px wide: 3 to 4 mm.
    const sway: Actor['at'] = (ms) => ({
      x: 120 + Math.round(2 * Math.sin(ms / 530)),
      y: 60 + Math.round(Math.sin(ms / 710)),
    });
    assert.deepEqual(flatTimes(await show(newWatcher(), film(sway))), []);
  });
});
