import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import sharp from 'sharp';
import { openSource } from '../../src/capture/open.ts';
import { imageAnalysisSchema, type VideoAnalysis, videoAnalysisSchema } from '../../src/contract/analysis.ts';
import { type Box, scaleBox } from '../../src/core/geometry.ts';
import type { RgbImage } from '../../src/core/image.ts';
import { truthAt } from '../../src/demo/truth.ts';
import { type CliResult, runCli, temporaryFolder } from '../cli/run-cli.ts';
import { startFaceCamera } from './face-camera.ts';
import { sample, shopClip } from './material.ts';
import { assertGood, assertRefused, documentIn, documentsIn } from './program.ts';

const folder = temporaryFolder('clips');
after(() => folder[Symbol.dispose]());
const cwd = folder.path;
const run = (...args: string[]) => runCli(['analyze', ...args], { cwd });
const clip = await shopClip(8);

/** The frames of a clip at these seconds. */
async function framesAt(path: string, seconds: readonly number[]): Promise<RgbImage[]> {
  const source = await openSource(path, { camera: 'test' });
  const found: RgbImage[] = [];
  for await (const frame of source.frames(new AbortController().signal)) {
    if (seconds.some((second) => Math.abs(frame.mediaTime - second) < 0.02)) found.push(frame.rgb());
    frame.close();
  }
  return found;
}

/** The part of the pixels in and around a box that are clearly another colour. */
function changedPart(box: Box, a: RgbImage, b: RgbImage): number {
  let [changed, all] = [0, 0];
  const right = Math.min(a.width, box.x + box.width);
  const lower = Math.min(a.height, box.y + box.height);
  for (let y = Math.max(0, Math.round(box.y)); y < lower; y++)
    for (let x = Math.max(0, Math.round(box.x)); x < right; x++) {
      const at = (y * a.width + x) * 3;
      const differs = [0, 1, 2].some((c) => Math.abs((a.data[at + c] ?? 0) - (b.data[at + c] ?? 0)) > 60);
      if (differs) changed++;
      all++;
    }
  return changed / all;
}

describe('analyze a clip', () => {
  let result: CliResult;
  let document: VideoAnalysis;
  before(async () => {
    result = await run(
      clip.path,
      '--json',
      '--annotate',
      'new/seen.mp4',
      '--out',
      'report',
      '--camera',
      'door',
    );
    document = documentIn(result.stdout, videoAnalysisSchema);
  });

  it('prints one document with the visitor who is in it', () => {
    assertGood(result, [/^Written to report$/, /^Written to new\/seen\.mp4$/]);
    const { source, frames, durationSeconds, fps, faces, visitors, sightings, performance } = document;
    assert.deepEqual([source, frames, durationSeconds, fps], [clip.path, clip.truth.frames, 8, 12]);
    const { faces: whole, doubtfulFaces, uniqueVisitors } = clip.truth;
    assert.ok(faces >= whole * 0.9 && faces <= whole + doubtfulFaces + 2, `${faces} of ${whole} faces`);
    assert.equal(visitors.length, uniqueVisitors);
    const [person] = clip.truth.people;
    assert.equal(visitors[0]?.gender.label, person?.genderByEye);
    assert.ok(sightings.every(({ faceId, camera }) => faceId === visitors[0]?.faceId && camera === 'door'));
    assert.equal(visitors[0]?.sightings, sightings.length);
    for (const stage of ['decode', 'detect', 'describe', 'identify', 'write'])
      assert.ok((performance.stages[stage] ?? -1) >= 0, stage);
  });

  it('gives a sighting a second and one at the end', () => {
    const times = document.sightings.map(({ timestamp }) => Date.parse(timestamp));
    const gaps = times.slice(1, -1).map((time, i) => time - (times[i] ?? 0));
    assert.ok(gaps.length >= 4 && gaps.every((gap) => gap > 850 && gap < 1150), String(gaps));
    assert.equal(document.visitors[0]?.lastSeen, document.sightings.at(-1)?.timestamp);
  });

  it('draws the boxes into a clip that can be read', async () => {
    const drawn = await framesAt(join(cwd, 'new/seen.mp4'), [0.5, 4, 5, 6]);
    const original = await framesAt(clip.path, [0.5, 4, 5, 6]);
    assert.equal(drawn.length, 4);
    for (const [i, second] of [0.5, 4, 5, 6].entries()) {
      const [seen, before] = [drawn[i] as RgbImage, original[i] as RgbImage];
      const everywhere = { x: 0, y: 0, width: before.width, height: before.height };
      const [face] = truthAt(second);
      if (face === undefined) assert.ok(changedPart(everywhere, seen, before) < 1e-3, 'nobody, no box');
      else assert.ok(changedPart(scaleBox(face.box, 1.6), seen, before) > 0.01, `a box at ${second} s`);
    }
  });

  it('writes a report, the document and the rows', () => {
    const name = 'first-8-seconds.mp4';
    const text = (ending: string) => readFileSync(join(cwd, 'report', `${name}${ending}`), 'utf8');
    assert.deepEqual(readdirSync(join(cwd, 'report')).sort(), [
      `${name}.csv`,
      `${name}.html`,
      `${name}.json`,
    ]);
    assert.equal(text('.json'), result.stdout);
    assert.equal(text('.csv').trimEnd().split('\n').length, 1 + document.sightings.length);
    assert.ok(text('.html').includes(document.visitors[0]?.faceId ?? 'nobody'));
  });
});

describe('analyze with options', () => {
  it('gives a row for every frame at a lower rate and size, and tells two clips of a run apart', async () => {
    const result = await run(
      clip.path,
      clip.path,
      '--json',
      '--every-frame',
      '--max-fps',
      '6',
      '--max-side',
      '640',
    );
    assertGood(result);
    const documents = documentsIn(result.stdout, videoAnalysisSchema);
    assert.equal(documents.length, 2);
    for (const { frames, fps, faces, sightings } of documents) {
      assert.deepEqual([frames, fps], [48, 6]);
      const tracks = new Set(sightings.map(({ track }) => track));
      assert.equal(sightings.length, faces + tracks.size, 'one a frame and one at the end of each track');
      assert.ok(sightings.every(({ box }) => box.x + box.width < 680));
    }
    const [one, other] = documents.map(({ sightings }) => new Set(sightings.map(({ track }) => track)));
    assert.deepEqual(
      [...(one ?? [])].filter((track) => other?.has(track)),
      [],
    );
    assert.equal(documents[0]?.visitors[0]?.faceId, documents[1]?.visitors[0]?.faceId, 'one session, one id');
  });

  it('knows nobody in anonymous mode, and has no use for the models that could', async () => {
    const result = await run(clip.path, '--mode', 'anonymous', '--csv', '--max-fps', '6');
    assertGood(result);
    const [header, ...rows] = result.stdout.trimEnd().split('\n');
    assert.equal(header, 'timestamp,age,gender,faceId,camera,track,x,y,width,height,confidence');
    assert.ok(rows.length >= 5 && rows.every((row) => row.split(',')[3] === ''), 'no face id');
  });

  it('takes a moving GIF for a clip and a still one for a picture', async () => {
    const [frame] = await framesAt(clip.path, [5]);
    assert.ok(frame);
    const { width, height, data } = frame;
    const raw = { raw: { width, height, channels: 3 as const } };
    const still = await sharp(data, raw).resize(640).png().toBuffer();
    await sharp(still).gif().toFile(join(cwd, 'still.gif'));
    const steps = [0, 8, 16, 24, 32, 40].map((left) =>
      sharp(still).extract({ left, top: 0, width: 600, height: 360 }).png().toBuffer(),
    );
    await sharp(await Promise.all(steps), { join: { animated: true } })
      .gif({ delay: steps.map(() => 200) })
      .toFile(join(cwd, 'moving.gif'));
    const result = await run('moving.gif', 'still.gif', '--json');
    assertGood(result);
    const [first = '', second = ''] = result.stdout.trimEnd().split('\n');
    const moving = videoAnalysisSchema.parse(JSON.parse(first));
    assert.deepEqual([moving.frames, moving.fps], [6, 5]);
    assert.ok(moving.faces >= 4, 'the face is seen once it was there in more than one frame');
    assert.equal(imageAnalysisSchema.parse(JSON.parse(second)).faces.length, 1);
  });
});

describe('analyze a live source', () => {
  it('ends after --duration with what was seen, and keeps the credentials to itself', async () => {
    const camera = await startFaceCamera();
    const started = Date.now();
    const address = camera.url.replace('//', '//clerk:s3cret@');
    const result = await run(address, '--duration', '4', '--json', '--every-frame');
    assertGood(result);
    assert.ok(Date.now() - started < 15_000);
    const { source, frames, faces, durationSeconds } = documentIn(result.stdout, videoAnalysisSchema);
    assert.equal(source, camera.url);
    assert.ok(frames > 5 && faces > 3, `${frames} frames, ${faces} faces`);
    assert.ok(durationSeconds > 1 && durationSeconds < 6);
    assert.doesNotMatch(result.stdout + result.stderr, /s3cret|clerk/);
  });

  it('says so in one line where there is none', async () => {
    const result = await run('http://127.0.0.1:1/video', '--json');
    assertRefused(result, { exit: 1, code: 'SOURCE_UNREACHABLE', names: 'http://127.0.0.1:1/video' });
    assert.equal(result.stdout, '');
  });
});

describe('the sample clips of people who turn their heads', () => {
  const clips = [
    ['head-pose-face-detection-female.gif', 1],
    ['head-pose-face-detection-female-and-male.gif', 2],
  ] as const;
  const found = clips.map(([name, people]) => ({ path: sample(`intel-clips/${name}`), people }));
  const skip = found.some(({ path }) => path === undefined) && 'the samples are not beside this checkout';

  it('hold exactly one and exactly two visitors', { skip }, async () => {
    for (const { path = '', people } of found) {
      const result = await run(path, '--json');
      assertGood(result);
      assert.equal(documentIn(result.stdout, videoAnalysisSchema).visitors.length, people, path);
    }
  });
});
