import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { RgbImage } from '../../src/core/image.ts';
import type { Detection, FaceQuality } from '../../src/core/track.ts';
import { measureQuality, ramp } from '../../src/vision/quality.ts';
import { blur, mapValues, noise, paint, plain, portrait, resize } from './pictures.ts';
import { describeOnly, onlyFace, realVision } from './real-vision.ts';

const level = { yaw: 0, pitch: 0, roll: 0 };
/** Landmarks of a face in the middle of a 100 px picture. */
const landmarks = {
  mesh: new Float32Array(3 * 468),
  score: 1,
  box: { x: 20, y: 20, width: 60, height: 60 },
  roll: 0,
};
const parts = ['overall', 'pose', 'sharpness', 'light'] as const;

describe('quality', () => {
  it('is between 0 and 1 in all its parts, whatever the picture and the pose', () => {
    const angle = fc.double({ min: -180, max: 180, noNaN: true });
    fc.assert(
      fc.property(
        fc.constantFrom('noise', 'black', 'white', 'stripes'),
        fc.record({ yaw: angle, pitch: angle, roll: angle }),
        fc.double({ min: 0, max: 5000, noNaN: true }),
        (kind, pose, width) => {
          const quality = measureQuality({ image: picture(kind), landmarks, pose, width });
          for (const part of parts) assert.ok(quality[part] >= 0 && quality[part] <= 1, `${part} of ${kind}`);
          assert.equal(quality.size, width);
        },
      ),
      { seed: 1, numRuns: 60 },
    );
  });

  it('is nothing where one part is nothing', () => {
    const image = picture('noise');
    assert.equal(measureQuality({ image, landmarks, pose: { ...level, yaw: 80 }, width: 200 }).overall, 0);
    assert.equal(measureQuality({ image, landmarks, pose: level, width: 5 }).overall, 0);
    for (const flat of ['black', 'white'] as const)
      assert.equal(measureQuality({ image: picture(flat), landmarks, pose: level, width: 200 }).overall, 0);
  });

  it('falls with the turn to either side, up and down alike', () => {
    const turned = (yaw: number, pitch: number) =>
      measureQuality({ image: picture('noise'), landmarks, pose: { yaw, pitch, roll: 0 }, width: 200 }).pose;
    for (const [one, other] of [
      [turned(30, 0), turned(-30, 0)],
      [turned(30, 0), turned(0, -30)],
    ])
      assert.equal(one, other);
    const falling = [0, 20, 30, 45, 59].map((yaw) => turned(yaw, 0));
    assert.deepEqual(
      falling,
      falling.toSorted((a, b) => b - a),
    );
    assert.equal(new Set(falling).size, falling.length);
  });
});

describe('a ramp', () => {
  it('rises or falls between its bounds and stays flat beyond them', () => {
    assert.deepEqual(
      [1, 2, 3, 4, 5].map((v) => ramp(v, [2, 4])),
      [0, 0, 0.5, 1, 1],
    );
    assert.deepEqual(
      [1, 2, 3, 4, 5].map((v) => ramp(v, [4, 2])),
      [1, 1, 0.5, 0, 0],
    );
  });
});

const pictures = {
  noise: noise(100, 100, 3),
  black: plain(100, 100, [0, 0, 0]),
  white: plain(100, 100, [255, 255, 255]),
  stripes: paint(100, 100, (x) => (x % 2 ? [255, 255, 255] : [0, 0, 0])),
};

function picture(kind: keyof typeof pictures): RgbImage {
  return pictures[kind];
}

describe('the quality of real faces', async () => {
  const vision = await realVision({ embeds: false });
  const qualityOf = async (image: RgbImage): Promise<FaceQuality> =>
    (await describeOnly(vision, image)).quality;
  /** Where the face is known to be, so that a picture can be spoiled beyond finding it. */
  const qualityAt = async (image: RgbImage, detection: Detection): Promise<FaceQuality> => {
    const description = await vision.describer.describe({ image, detection, careful: true });
    assert.ok(description);
    return description.quality;
  };
  const cells = [11, 73, 80, 99] as const;

  /** Asserts that `part` and the whole fall with every step of `spoil`, and how far the whole falls in all. */
  async function assertFalls(
    part: 'sharpness' | 'light',
    spoil: readonly ((image: RgbImage) => RgbImage | Promise<RgbImage>)[],
    lost: number,
  ): Promise<void> {
    for (const number of cells) {
      const image = await resize(await portrait(number), 480);
      const { detection } = await onlyFace(vision, image);
      const steps = [await qualityAt(image, detection)];
      for (const step of spoil) steps.push(await qualityAt(await step(image), detection));
      const told = `cell ${number}: ${steps.map((q) => `${q[part].toFixed(2)}/${q.overall.toFixed(2)}`).join(' ')}`;
      for (const [i, quality] of steps.slice(1).entries()) {
        const before = steps[i] as FaceQuality;
        assert.ok(quality[part] <= before[part] + 0.02, `${part}, ${told}`);
        assert.ok(quality.overall <= before.overall + 0.03, `overall, ${told}`);
      }
      assert.ok((steps.at(-1) as FaceQuality).overall <= (steps[0] as FaceQuality).overall - lost, told);
    }
  }

  it('is good where a face is large, clear and turned to the camera', async () => {
    for (const number of cells) {
      const { overall } = await qualityOf(await resize(await portrait(number), 480));
      assert.ok(overall > 0.7, `cell ${number}: ${overall.toFixed(2)}`);
    }
  });

  it('falls with blur', () =>
    assertFalls(
      'sharpness',
      [3, 6, 10].map((sigma) => (image: RgbImage) => blur(image, sigma)),
      0.3,
    ));

  it('falls in the dark', () =>
    assertFalls(
      'light',
      [0.4, 0.15, 0.06].map((gain) => (image: RgbImage) => mapValues(image, (v) => v * gain)),
      0.3,
    ));

  it('falls with too much light', () =>
    assertFalls(
      'light',
      [60, 120, 190].map((more) => (image: RgbImage) => mapValues(image, (v) => v + more)),
      0.2,
    ));

  it('falls with distance', async () => {
    for (const number of cells) {
      const image = await resize(await portrait(number), 480);
      const steps: number[] = [];
      for (const side of [480, 200, 110, 70])
        steps.push((await qualityOf(await resize(image, side))).overall);
      const told = `cell ${number}: ${steps.map((v) => v.toFixed(2)).join(' ')}`;
      assert.deepEqual(
        steps,
        steps.toSorted((a, b) => b - a),
        told,
      );
      assert.ok((steps.at(-1) as number) < (steps[0] as number) - 0.15, told);
    }
  });

  it('is lower for those who look aside', async () => {
    for (const [straight, aside] of [
      [73, 65],
      [0, 16],
      [35, 104],
    ] as const) {
      const [facing, turned] = [
        await qualityOf(await portrait(straight)),
        await qualityOf(await portrait(aside)),
      ];
      assert.ok(turned.pose < facing.pose - 0.2, `cells ${straight} and ${aside}`);
    }
  });
});
