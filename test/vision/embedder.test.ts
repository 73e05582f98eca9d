import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { SAME_PERSON_DISTANCE } from '../../src/app/face-analyzer.ts';
import { affineScale, applyAffine, type Point } from '../../src/core/geometry.ts';
import type { RgbImage } from '../../src/core/image.ts';
import type { FaceDescriptor } from '../../src/core/track.ts';
import { isFiniteVector, l2Distance, norm } from '../../src/core/vector.ts';
import { mainFace } from '../../src/evaluation/subject.ts';
import { chipMap } from '../../src/vision/embedder.ts';
import { Random } from '../simulation/random.ts';
import {
  DIFFERENT_PEOPLE,
  jpeg,
  mapValues,
  mirrored,
  paste,
  plain,
  portrait,
  read,
  resize,
  SAME_MAN,
  samples,
  turn,
  withNoise,
} from './pictures.ts';
import { describeOnly, facesOf, realVision } from './real-vision.ts';

const vision = await realVision({ appearance: true });

async function descriptorOf(image: RgbImage): Promise<FaceDescriptor> {
  const { descriptor } = await describeOnly(vision, image);
  assert.ok(descriptor);
  return descriptor;
}

async function facesOfCells(cells: readonly number[]): Promise<Float32Array[]> {
  const faces: Float32Array[] = [];
  for (const number of cells) faces.push((await descriptorOf(await portrait(number))).face);
  return faces;
}

/** All pairs of different elements. */
function* pairs<T>(items: readonly T[]): Generator<readonly [T, T]> {
  for (const [i, a] of items.entries()) for (const b of items.slice(i + 1)) yield [a, b];
}

describe('the chip', () => {
  /** dlib: outer and inner corner of the eye on the picture's right, of that on its left, base of the nose; 150 px chip. */
  const template: readonly (readonly [index: number, x: number, y: number])[] = [
    [45, 110.96, 46.35],
    [42, 89.61, 47.9],
    [36, 37.06, 46.37],
    [39, 58.41, 47.91],
    [33, 74.01, 87.78],
  ];
  const points68 = (place: (point: Point) => Point): Point[] => {
    const points = Array.from({ length: 68 }, (): Point => [9999, -9999]);
    for (const [index, x, y] of template) points[index] = place([x, y]);
    return points;
  };

  it('has the eyes and the nose where the embedder was trained to find them', () => {
    const map = chipMap(points68((point) => point));
    for (const [i, value] of [1, 0, 0, 0, 1, 0].entries())
      assert.ok(Math.abs((map[i] as number) - value) < 5e-3, `${map}`);
  });

  it('is cut levelled and in the size of the face, wherever that is', () => {
    const [cos, sin] = [2.5 * Math.cos(0.7), 2.5 * Math.sin(0.7)];
    const place = ([x, y]: Point): Point => [cos * x - sin * y + 400, sin * x + cos * y - 30];
    const map = chipMap(points68(place));
    assert.ok(Math.abs(affineScale(map) - 2.5) < 1e-3);
    for (const [, x, y] of template) {
      const [mx, my] = applyAffine(map, [x, y]);
      const [ex, ey] = place([x, y]);
      assert.ok(Math.hypot(mx - ex, my - ey) < 0.05);
    }
  });
});

describe('a descriptor', () => {
  it('holds 128 numbers, and 1024 of the second network in unit length', async () => {
    const { face, appearance } = await descriptorOf(await portrait(55));
    assert.equal(face.length, 128);
    assert.equal(vision.embedder?.dimensions, 128);
    assert.ok(isFiniteVector(face) && norm(face) > 0.5);
    assert.ok(appearance);
    assert.equal(appearance.length, 1024);
    assert.ok(Math.abs(norm(appearance) - 1) < 1e-5);
  });

  it('names the models that made it', () => {
    assert.match(vision.embedder?.model ?? '', /^face_recognition@[0-9a-f]{8}\+faceres@[0-9a-f]{8}$/);
  });

  it('of the same picture is the same', async () => {
    const [one, two] = [await descriptorOf(await portrait(80)), await descriptorOf(await portrait(80))];
    assert.ok(l2Distance(one.face, two.face) <= 1e-5);
    assert.ok(one.appearance && two.appearance && l2Distance(one.appearance, two.appearance) <= 1e-5);
  });

  it('stays nearly the same when the same face is moved, enlarged, turned, compressed, lit otherwise or mirrored', async () => {
    const random = new Random(2);
    for (const number of [23, 35, 73, 99]) {
      const image = await portrait(number);
      const { face } = await descriptorOf(image);
      const changed: readonly (readonly [string, RgbImage, number])[] = [
        ['moved', paste(plain(700, 500), image, { x: 303, y: 117 }), 0.06],
        ['enlarged', await resize(image, 700), 0.06],
        ['shrunk', await resize(image, 180), 0.12],
        ['tilted', await turn(image, 14), 0.12],
        ['compressed', await jpeg(image, 40), 0.25],
        ['darkened', mapValues(image, (v) => v * 0.5), 0.25],
        ['brightened', mapValues(image, (v) => 60 + v * 0.9), 0.2],
        ['noisy', withNoise(image, 8, random), 0.25],
        ['mirrored', mirrored(image), 0.15],
      ];
      for (const [how, other, most] of changed) {
        const away = l2Distance(face, (await descriptorOf(other)).face);
        assert.ok(away < most, `cell ${number} ${how}: ${away.toFixed(3)}`);
      }
    }
  });

  it('of different people lies apart', async () => {
    const near = [...pairs(await facesOfCells(DIFFERENT_PEOPLE))]
      .map(([a, b]) => l2Distance(a, b))
      .filter((away) => away <= SAME_PERSON_DISTANCE);
    assert.deepEqual(near, []);
  });

  it('of one man in different photos lies together', async () => {
    const far = [...pairs(await facesOfCells(SAME_MAN))]
      .map(([a, b]) => l2Distance(a, b))
      .filter((away) => away > 0.5);
    assert.deepEqual(far, []);
  });
});

/** The main face of each photo, and which person it is. */
async function people(dir: string): Promise<{ face: Float32Array; identity: string }[]> {
  const rows = readFileSync(join(dir, 'labels.csv'), 'utf8').trim().split('\n').slice(1);
  const found: { face: Float32Array; identity: string }[] = [];
  for (const row of rows) {
    const [path = '', identity = ''] = row.split(',');
    if (identity === '') continue;
    const image = await read(join(dir, path));
    const faces = (await facesOf(vision, image)).map(({ detection, description, attributes }) => ({
      ...attributes,
      ...detection,
      descriptor: description.descriptor,
    }));
    const main = mainFace({ width: image.width, height: image.height, faces });
    assert.ok(main?.descriptor, path);
    found.push({ face: main.descriptor.face, identity });
  }
  return found;
}

function errorsAt(threshold: number, looks: readonly { face: Float32Array; identity: string }[]) {
  const all = [...pairs(looks)];
  const wrong = all.filter(
    ([a, b]) => l2Distance(a.face, b.face) <= threshold !== (a.identity === b.identity),
  );
  return { pairs: all.length, wrong: wrong.length };
}

describe('ten men of LFW (../shared/samples/lfw10)', () => {
  const { dir, skip } = samples('lfw10');

  it('are told apart in at least 99.6 % of the pairs', { skip }, async () => {
    const { pairs: n, wrong } = errorsAt(SAME_PERSON_DISTANCE, await people(dir));
    assert.equal(n, (100 * 99) / 2);
    assert.ok(wrong / n <= 0.004, `${wrong} of ${n} pairs are wrong`);
  });
});

describe('five men of dlib (../shared/samples/dlib)', () => {
  const { dir, skip } = samples('dlib');

  it('are told apart in every pair', { skip }, async () => {
    const { pairs: n, wrong } = errorsAt(SAME_PERSON_DISTANCE, await people(dir));
    assert.equal(n, (55 * 54) / 2);
    assert.equal(wrong, 0);
  });
});
