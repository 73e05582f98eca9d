import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Point } from '../../src/core/geometry.ts';
import type { HeadPose } from '../../src/core/track.ts';
import { isLooking, poseFromKeypoints, poseFromMesh } from '../../src/vision/head-pose.ts';
import { DIFFERENT_PEOPLE, edit, mirrored, portrait, turn } from './pictures.ts';
import { onlyFace, realVision } from './real-vision.ts';

const RADIANS = Math.PI / 180;
type Point3 = readonly [x: number, y: number, z: number];

/** A point of a head: turned to the picture's right by `yaw`, then upwards by `pitch`; x right, y down, z away. */
function turned([x, y, z]: Point3, { yaw, pitch }: { yaw: number; pitch: number }): Point3 {
  const [cy, sy] = [Math.cos(yaw * RADIANS), Math.sin(yaw * RADIANS)];
  const [cp, sp] = [Math.cos(pitch * RADIANS), Math.sin(pitch * RADIANS)];
  const [x1, z1] = [x * cy - z * sy, x * sy + z * cy];
  return [x1, y * cp + z1 * sp, -y * sp + z1 * cp];
}

/** Only the four points that the pose is read from. */
function meshAt(angles: { yaw: number; pitch: number }): Float32Array {
  const mesh = new Float32Array(3 * 468);
  const points: readonly (readonly [number, Point3])[] = [
    [234, [-7, 0, 0]],
    [454, [7, 0, 0]],
    [10, [0, -9, 0]],
    [152, [0, 9, 0]],
  ];
  for (const [index, point] of points) mesh.set(turned(point, angles), 3 * index);
  return mesh;
}

/** The detector's key points of a plain head: eyes, nose tip, mouth, ears; half a head is 7 wide, the nose 12 before the ears. */
function keypointsAt(angles: { yaw: number; pitch: number }, roll = 0): Point[] {
  const head: readonly Point3[] = [
    [-3, -3, -9],
    [3, -3, -9],
    [0, 0.7, -12],
    [0, 4, -10],
    [-7, -1, 0],
    [7, -1, 0],
  ];
  const [cos, sin] = [Math.cos(roll * RADIANS), Math.sin(roll * RADIANS)];
  return head.map((point) => {
    const [x, y] = turned(point, angles);
    return [100 + 10 * (x * cos - y * sin), 100 + 10 * (x * sin + y * cos)];
  });
}

const level = { yaw: 0, pitch: 0 };

describe('the pose of a mesh', () => {
  it('is the angle that the mesh is turned by, to the right and upwards positive', () => {
    const neutral = poseFromMesh(meshAt(level), 0);
    for (const angle of [-60, -30, -5, 5, 30, 60]) {
      assert.ok(Math.abs(poseFromMesh(meshAt({ yaw: angle, pitch: 0 }), 0).yaw - angle) < 1e-3);
      const { pitch } = poseFromMesh(meshAt({ yaw: 0, pitch: angle }), 0);
      assert.ok(Math.abs(pitch - neutral.pitch - angle) < 1e-3);
    }
    assert.equal(poseFromMesh(meshAt(level), Math.PI / 6).roll.toFixed(6), '30.000000');
  });
});

describe('the pose of key points', () => {
  it('follows the head to either side, up and down', () => {
    const sees = (angles: { yaw: number; pitch: number }) => poseFromKeypoints(keypointsAt(angles));
    for (const by of [15, 30]) {
      assert.ok(sees({ yaw: by, pitch: 0 }).yaw > 0.6 * by);
      assert.ok(sees({ yaw: -by, pitch: 0 }).yaw < -0.6 * by);
      assert.ok(sees({ yaw: 0, pitch: by }).pitch > sees(level).pitch + 0.5 * by);
      assert.ok(sees({ yaw: 0, pitch: -by }).pitch < sees(level).pitch - 0.5 * by);
    }
    assert.ok(Math.abs(sees(level).yaw) < 3);
  });

  it('does not take a tilted head for a turned one', () => {
    const straight = poseFromKeypoints(keypointsAt({ yaw: 20, pitch: -10 }));
    for (const roll of [-40, 25, 90]) {
      const tilted = poseFromKeypoints(keypointsAt({ yaw: 20, pitch: -10 }, roll));
      assert.ok(Math.abs(tilted.roll - straight.roll - roll) < 1e-6);
      assert.ok(Math.abs(tilted.yaw - straight.yaw) < 1e-6);
      assert.ok(Math.abs(tilted.pitch - straight.pitch) < 1e-6);
    }
  });

  it('does not depend on size and place', () => {
    const at = (scale: number, shift: number) =>
      poseFromKeypoints(
        keypointsAt({ yaw: 12, pitch: 4 }).map(([x, y]): Point => [x * scale + shift, y * scale - shift]),
      );
    for (const part of ['yaw', 'pitch', 'roll'] as const)
      assert.ok(Math.abs(at(1, 0)[part] - at(0.2, 4000)[part]) < 1e-6);
  });

  it('is a number for whatever the points are', () => {
    const heap = Array.from({ length: 6 }, (): Point => [5, 5]);
    for (const points of [[], heap, keypointsAt({ yaw: 90, pitch: 0 }), keypointsAt({ yaw: 0, pitch: 90 })]) {
      const { yaw, pitch, roll } = poseFromKeypoints(points);
      assert.ok([yaw, pitch, roll].every((v) => Number.isFinite(v) && Math.abs(v) <= 180));
    }
  });
});

describe('looking', () => {
  it('is what a head does that is turned little, however tilted', () => {
    const pose = (yaw: number, pitch: number): HeadPose => ({ yaw, pitch, roll: 70 });
    assert.ok(isLooking(pose(0, 0)) && isLooking(pose(20, -20)));
    assert.ok(!isLooking(pose(30, 0)) && !isLooking(pose(-30, 0)));
    assert.ok(!isLooking(pose(0, 30)) && !isLooking(pose(0, -30)));
  });
});

describe('the pose of real faces', async () => {
  const vision = await realVision({ embeds: false });
  const posesOf = async (image: Parameters<typeof onlyFace>[1]) => {
    const { detection, description } = await onlyFace(vision, image);
    return { mesh: description.pose, quick: poseFromKeypoints(detection.keypoints) };
  };
  /** By eye: clearly turned to the picture's left and right. */
  const facing = { left: [12, 65, 71, 104], right: [9, 14, 16, 93] };

  it('is near 0 for people who face the camera, the quick estimate near the careful one', async () => {
    const poses: Awaited<ReturnType<typeof posesOf>>[] = [];
    for (const number of DIFFERENT_PEOPLE) poses.push(await posesOf(await portrait(number)));
    const mean = (values: number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;
    for (const way of ['mesh', 'quick'] as const) {
      assert.ok(Math.abs(mean(poses.map((p) => p[way].yaw))) < 6);
      assert.ok(Math.abs(mean(poses.map((p) => p[way].pitch))) < 10);
    }
    assert.ok(mean(poses.map((p) => Math.abs(p.quick.yaw - p.mesh.yaw))) < 5);
    assert.ok(mean(poses.map((p) => Math.abs(p.quick.pitch - p.mesh.pitch))) < 9);
    assert.ok(poses.filter((p) => isLooking(p.quick)).length >= poses.length - 2);
  });

  it('has the sign of the side that the face is turned to', async () => {
    for (const [side, sign] of [
      ['left', -1],
      ['right', 1],
    ] as const)
      for (const number of facing[side]) {
        const { mesh, quick } = await posesOf(await portrait(number));
        assert.ok(sign * mesh.yaw > 15, `cell ${number}: ${mesh.yaw.toFixed(1)}°`);
        assert.ok(sign * quick.yaw > 12, `cell ${number}: ${quick.yaw.toFixed(1)}°`);
      }
  });

  it('changes the sign of yaw and roll in the mirror, and nothing else', async () => {
    for (const number of [12, 71, 104, 14, 73]) {
      const image = await turn(await portrait(number), 8);
      const [there, back] = [await posesOf(image), await posesOf(mirrored(image))];
      for (const way of ['mesh', 'quick'] as const) {
        assert.ok(
          Math.abs(there[way].yaw + back[way].yaw) < 10,
          `cell ${number}, yaw, ${way}: ${there[way].yaw}, ${back[way].yaw}`,
        );
        assert.ok(Math.abs(there[way].roll + back[way].roll) < 7, `cell ${number}, roll, ${way}`);
        assert.ok(Math.abs(there[way].pitch - back[way].pitch) < 9, `cell ${number}, pitch, ${way}`);
      }
    }
  });

  it('tells by how much a picture is tilted', async () => {
    const upright = await portrait(55);
    const before = (await posesOf(upright)).mesh.roll;
    for (const degrees of [-25, -10, 15]) {
      const after = (await posesOf(await turn(upright, degrees))).mesh.roll;
      assert.ok(Math.abs(after - before - degrees) < 4, `${after - before}° instead of ${degrees}°`);
    }
  });

  it('sees a face from which the chin was cut as one that looks neither away nor up', async () => {
    const image = await portrait(80);
    const half = await edit(image, (picture) =>
      picture.extract({ left: 0, top: 0, width: 320, height: 215 }),
    );
    const { mesh } = await posesOf(half);
    assert.ok(Math.abs(mesh.yaw) < 20 && Math.abs(mesh.pitch) < 35);
  });
});
