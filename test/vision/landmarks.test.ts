import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Affine,
  applyAffine,
  boundingBox,
  distance,
  midpoint,
  type Point,
  scaleBox,
} from '../../src/core/geometry.ts';
import type { Detection } from '../../src/core/track.ts';
import type { FaceDescription } from '../../src/vision/describer.ts';
import { landmarkDisagreement, levelCrop } from '../../src/vision/landmarks.ts';
import { DIFFERENT_PEOPLE, paste, plain, portrait, resize, turn } from './pictures.ts';
import { describeOnly, onlyFace, realVision } from './real-vision.ts';

const vision = await realVision({ embeds: false });

type Points = readonly Point[];
const between = (points: Points, from: number, to: number): Point => {
  const { x, y, width, height } = boundingBox(points.slice(from, to + 1));
  return [x + width / 2, y + height / 2];
};
const rightEye = (points: Points): Point => between(points, 36, 41);
const leftEye = (points: Points): Point => between(points, 42, 47);
const mouth = (points: Points): Point => between(points, 48, 67);

/** Mean and largest distance between points that should be the same, in distances of the eyes. */
function errors(actual: Points, expected: Points): { mean: number; largest: number } {
  const eyes = distance(rightEye(expected), leftEye(expected));
  const each = actual.map((point, i) => distance(point, expected[i] as Point) / eyes);
  return { mean: each.reduce((sum, d) => sum + d, 0) / each.length, largest: Math.max(...each) };
}

function assertFollow(actual: FaceDescription, before: FaceDescription, map: Affine): void {
  const { mean, largest } = errors(
    actual.points68,
    before.points68.map((point) => applyAffine(map, point)),
  );
  assert.ok(
    mean < 0.06 && largest < 0.18,
    `off by ${mean.toFixed(3)} eye distances, at most ${largest.toFixed(3)}`,
  );
}

describe('the 68 points', () => {
  it('lie where a face has them', async () => {
    for (const number of DIFFERENT_PEOPLE) {
      const { detection, description } = await onlyFace(vision, await portrait(number));
      const { points68, meshScore } = description;
      const name = `cell ${number}`;
      assert.equal(points68.length, 68, name);
      assert.ok(meshScore > 0.9, name);
      const around = scaleBox(detection.box, 1.35);
      for (const [x, y] of points68)
        assert.ok(
          x > around.x && x < around.x + around.width && y > around.y && y < around.y + around.height,
          name,
        );
      const eyes = midpoint(rightEye(points68), leftEye(points68));
      const nose = points68[30] as Point;
      const chin = points68[8] as Point;
      assert.ok(rightEye(points68)[0] < leftEye(points68)[0] - 20, `${name}: eyes`);
      assert.ok(eyes[1] < nose[1] && nose[1] < mouth(points68)[1], `${name}: nose between eyes and mouth`);
      assert.ok(mouth(points68)[1] < chin[1], `${name}: chin below mouth`);
      assert.ok(between(points68, 17, 26)[1] < eyes[1], `${name}: brows above eyes`);
      assert.ok((points68[0] as Point)[0] < rightEye(points68)[0], `${name}: jaw on the picture's left`);
      assert.ok((points68[16] as Point)[0] > leftEye(points68)[0], `${name}: jaw on the picture's right`);
    }
  });

  const cells = [35, 55, 73, 95] as const;

  it('follow a face that moves', async () => {
    for (const number of cells) {
      const image = await portrait(number);
      const before = await describeOnly(vision, image);
      for (const [x, y] of [
        [31, 12],
        [400, 95],
      ] as const)
        assertFollow(await describeOnly(vision, paste(plain(800, 450), image, { x, y })), before, [
          1,
          0,
          x,
          0,
          1,
          y,
        ]);
    }
  });

  it('follow a face that comes nearer or goes away', async () => {
    for (const number of cells) {
      const image = await portrait(number);
      const before = await describeOnly(vision, image);
      for (const side of [190, 500, 1100]) {
        const k = side / 320;
        const half = (k - 1) / 2;
        assertFollow(await describeOnly(vision, await resize(image, side)), before, [k, 0, half, 0, k, half]);
      }
    }
  });

  it('follow a head that tilts', async () => {
    for (const number of cells) {
      const image = await portrait(number);
      const before = await describeOnly(vision, image);
      for (const degrees of [-20, -10, 10, 20]) {
        const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
        const middle = 159.5;
        const map: Affine = [
          cos,
          -sin,
          middle - cos * middle + sin * middle,
          sin,
          cos,
          middle - sin * middle - cos * middle,
        ];
        assertFollow(await describeOnly(vision, await turn(image, degrees)), before, map);
      }
    }
  });
});

describe('a levelled crop', () => {
  const landmarks = (roll: number) => ({
    mesh: new Float32Array(3 * 468),
    score: 1,
    box: { x: 40, y: 60, width: 100, height: 140 },
    roll,
  });

  it('is a square around the middle of the mesh, a factor larger than its longer side', () => {
    const map = levelCrop(landmarks(0), 1.5, 70);
    assert.deepEqual(applyAffine(map, [35, 35]), [90, 130]);
    assert.deepEqual(applyAffine(map, [0, 0]), [90 - 105, 130 - 105]);
  });

  it('turns with the eyes', () => {
    const map = levelCrop(landmarks(Math.PI / 2), 1, 100);
    const [x, y] = applyAffine(map, [100, 50]);
    // To the right in the crop is down in a picture whose eye line points down.
    assert.ok(Math.abs(x - 90) < 1e-6 && Math.abs(y - 200) < 1e-6, `${x}, ${y}`);
  });
});

describe('the disagreement of detector and landmarks', () => {
  const points68 = Array.from(
    { length: 68 },
    (_, i): Point => (i < 36 ? [50, 60] : i < 42 ? [30, 40] : i < 48 ? [70, 40] : [50, 80]),
  );
  const detection = (...keypoints: readonly Point[]): Detection => ({
    box: { x: 0, y: 0, width: 100, height: 100 },
    score: 0.7,
    keypoints: [...keypoints, [0, 50], [100, 50]],
  });

  it('is 0 where both see the same, and the largest distance in widths of the face elsewhere', () => {
    const same = detection([30, 40], [70, 40], [50, 60], [50, 80]);
    assert.equal(landmarkDisagreement(same, points68), 0);
    const mouthOff = detection([33, 40], [70, 40], [50, 60], [80, 40]);
    assert.equal(landmarkDisagreement(mouthOff, points68), 0.5);
  });

  it('is small for every face, however turned', async () => {
    for (const number of [0, 12, 14, 65, 93, 104]) {
      const { detection: found, description } = await onlyFace(vision, await portrait(number));
      assert.ok(landmarkDisagreement(found, description.points68) < 0.2, `cell ${number}`);
    }
  });
});
