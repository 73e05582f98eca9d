import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RgbImage } from '../../src/core/image.ts';
import type { Detection } from '../../src/core/track.ts';
import type { FaceDescription } from '../../src/vision/describer.ts';
import { asPicture, cell, paste, plain, portrait, resize } from './pictures.ts';
import { realVision } from './real-vision.ts';

const anonymous = await realVision({ embeds: false, liveness: true });
const session = await realVision({ embeds: true });

async function detect(image: RgbImage): Promise<Detection> {
  const [detection] = await anonymous.finder.findAll(asPicture(image));
  assert.ok(detection);
  return detection;
}

describe('a look at a face', () => {
  it('is not described where it is worse than asked for', async () => {
    const image = await portrait(73);
    const detection = await detect(image);
    const described = await anonymous.describer.describe({ image, detection, careful: false });
    assert.ok(described);
    const { overall } = described.quality;
    const minimum = (minQuality: number) =>
      anonymous.describer.describe({ image, detection, careful: false, minQuality });
    assert.equal(await minimum(overall + 0.001), undefined);
    assert.ok(await minimum(overall - 0.001));
  });

  it('has a descriptor only where an embedder is there', async () => {
    const image = await portrait(73);
    const detection = await detect(image);
    const without = await anonymous.describer.describe({ image, detection, careful: false });
    const given = await session.describer.describe({ image, detection, careful: false });
    assert.equal(without?.descriptor, undefined);
    assert.equal(given?.descriptor?.face.length, 128);
    assert.equal(given?.descriptor?.appearance, undefined);
  });

  it('has a liveness between 0 and 1, and 1 where it is not measured', async () => {
    const image = await portrait(73);
    const detection = await detect(image);
    const measured = await anonymous.describer.describe({ image, detection, careful: false });
    const { liveness = -1 } = measured ?? {};
    assert.ok(liveness > 0 && liveness < 1, `${liveness}`);
    const unmeasured = await session.describer.describe({ image, detection, careful: false });
    assert.equal(unmeasured?.liveness, 1);
  });

  it('tells nearly the same quickly and carefully', async () => {
    for (const number of [35, 80, 95]) {
      const image = await portrait(number);
      const detection = await detect(image);
      const looks: FaceDescription[] = [];
      for (const careful of [true, false]) {
        const look = await session.describer.describe({ image, detection, careful });
        assert.ok(look);
        looks.push(look);
      }
      const [slow, quick] = looks as [FaceDescription, FaceDescription];
      assert.ok(Math.abs(slow.attributes.age - quick.attributes.age) < 8, `cell ${number}: age`);
      assert.ok(Math.abs(slow.attributes.female - quick.attributes.female) < 0.3, `cell ${number}: gender`);
      assert.ok(Math.abs(slow.pose.yaw - quick.pose.yaw) < 6, `cell ${number}: yaw`);
    }
  });

  it('does not depend on how large the picture around the face is', async () => {
    const face = await cell(95, 212);
    const near = paste(plain(330, 330), face, { x: 60, y: 60 });
    const far = paste(plain(3000, 1500), face, { x: 2400, y: 900 });
    const detection = await detect(near);
    const moved: Detection = {
      score: detection.score,
      box: { ...detection.box, x: detection.box.x + 2340, y: detection.box.y + 840 },
      keypoints: detection.keypoints.map(([x, y]) => [x + 2340, y + 840]),
    };
    const here = await session.describer.describe({ image: near, detection, careful: true });
    const there = await session.describer.describe({ image: far, detection: moved, careful: true });
    assert.ok(here?.descriptor && there?.descriptor);
    assert.ok(Math.abs(here.attributes.age - there.attributes.age) < 0.5);
    assert.ok(Math.abs(here.quality.overall - there.quality.overall) < 0.02);
  });

  it('reads a large face as the same person of the same age', async () => {
    const small = await portrait(55);
    const large = await resize(small, 1600);
    const [a, b] = [
      await session.describer.describe({ image: small, detection: await detect(small), careful: true }),
      await session.describer.describe({ image: large, detection: await detect(large), careful: true }),
    ];
    assert.ok(a && b);
    assert.ok(Math.abs(a.attributes.age - b.attributes.age) < 4);
    assert.ok(Math.abs(a.attributes.female - b.attributes.female) < 0.1);
  });
});
