import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Detection } from '../../src/core/track.ts';
import { analyzePicture } from '../../src/pipeline/picture.ts';
import { cautiousAge } from '../../src/vision/attributes.ts';
import type { FaceFinder } from '../../src/vision/face-finder.ts';
import {
  asPicture,
  cell,
  noise,
  paste,
  plain,
  portrait,
  read,
  samplePhoto,
  samples,
} from '../vision/pictures.ts';
import { realVision } from '../vision/real-vision.ts';

const vision = await realVision({ embeds: false });

/** A finder that says what it is told to. */
function finds(...detections: readonly Detection[]): FaceFinder {
  return { findAll: async () => [...detections] } as unknown as FaceFinder;
}

describe('a picture', () => {
  it('tells everything of each face, the surest first', async () => {
    const faces = await analyzePicture(asPicture(await read(samplePhoto(3))), vision);
    assert.equal(faces.length, 3);
    const scores = faces.map(({ detection }) => detection.score);
    assert.deepEqual(
      scores,
      scores.toSorted((a, b) => b - a),
    );
    for (const { detection, description, attributes } of faces) {
      assert.equal(description.points68.length, 68);
      assert.equal(description.descriptor, undefined);
      const { x, y, width, height } = detection.box;
      const [noseX, noseY] = description.points68[30] ?? [0, 0];
      assert.ok(noseX > x && noseX < x + width && noseY > y && noseY < y + height, 'its own nose');
      assert.ok(
        Math.abs(attributes.age.mean - cautiousAge(description.attributes.age)) < 1e-6,
        'its own age',
      );
      // By eye: three young women.
      assert.equal(attributes.gender.label, 'female');
      assert.ok(attributes.age.mean > 18 && attributes.age.mean < 45);
    }
  });

  it('without a face gives none', async () => {
    assert.deepEqual(await analyzePicture(asPicture(plain(200, 100)), vision), []);
  });

  it('gives no face that the mesh does not see', async () => {
    const image = noise(300, 300, 4);
    const detection: Detection = {
      box: { x: 100, y: 100, width: 90, height: 90 },
      score: 0.99,
      keypoints: [
        [125, 130],
        [165, 130],
        [145, 150],
        [145, 170],
        [105, 140],
        [185, 140],
      ],
    };
    assert.deepEqual(await analyzePicture(asPicture(image), { ...vision, finder: finds(detection) }), []);
  });

  it('gives no face of which the networks see different eyes, nose and mouth', async () => {
    const picture = asPicture(await portrait(80));
    const [right] = await vision.finder.findAll(picture);
    assert.ok(right);
    const agreed = await analyzePicture(picture, { ...vision, finder: finds(right) });
    assert.equal(agreed.length, 1);
    // The mouth where the brow is.
    const [rightEye, leftEye, nose, , ...ears] = right.keypoints;
    assert.ok(rightEye && leftEye && nose);
    const mouth = [nose[0], nose[1] - right.box.height / 2] as const;
    const wrong = { ...right, keypoints: [rightEye, leftEye, nose, mouth, ...ears] };
    assert.deepEqual(await analyzePicture(picture, { ...vision, finder: finds(wrong) }), []);
  });

  it('holds the same face for the smallest and the largest', async () => {
    let image = plain(1500, 1000);
    image = paste(image, await cell(107, 900), { x: 30, y: 50 });
    image = paste(image, await cell(107, 60), { x: 1200, y: 500 });
    const faces = await analyzePicture(asPicture(image), vision);
    assert.equal(faces.length, 2);
    const [a, b] = faces.map(({ attributes }) => attributes.gender.label);
    assert.deepEqual([a, b], ['female', 'female']);
  });
});

describe('one photo in six formats (../shared/samples/compreface)', () => {
  const { dir, skip } = samples('compreface');

  it('shows the same face', { skip }, async () => {
    const base = `${dir}embedding-calculator/src/services/imgtools/test/files/einstein.`;
    const boxes: Detection['box'][] = [];
    for (const format of ['png', 'jpeg', 'webp', 'gif', 'bmp', 'tiff']) {
      const faces = await analyzePicture(asPicture(await read(base + format)), vision);
      assert.equal(faces.length, 1, format);
      boxes.push(...faces.map(({ detection }) => detection.box));
    }
    const [first] = boxes;
    assert.ok(first);
    for (const { x, width } of boxes) {
      assert.ok(Math.abs(x - first.x) < 0.05 * first.width);
      assert.ok(Math.abs(width - first.width) < 0.08 * first.width);
    }
  });
});
