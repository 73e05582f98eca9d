import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { demoClipPath } from '../../src/app/demo.ts';
import { VideoWriter } from '../../src/capture/ffmpeg/writer.ts';
import { composeDemoClip, type DemoClip } from '../../src/demo/clip.ts';
import { demoTruth } from '../../src/demo/truth.ts';

/** Pictures and clips of real faces that every checkout has, and the samples that some machines have beside it. */

const assets = join(dirname(fileURLToPath(import.meta.resolve('@vladmandic/human'))), '../assets');

/** 800×718 pixels; with the middles of five faces that are large and frontal. */
export const groupPhoto = {
  path: join(assets, 'screenshot-facedetect.jpg'),
  width: 800,
  height: 718,
  middles: [
    [82, 420],
    [397, 423],
    [240, 417],
    [549, 420],
    [707, 423],
  ],
} as const;

/** 1280×1158 pixels, other people. */
export const otherPhoto = join(assets, 'samples.jpg');

/** One of the group's faces on a plain wall. */
export async function portrait(path: string, who: 0 | 1 | 2 | 3 | 4 = 0, mirrored = false): Promise<string> {
  const [x, y] = groupPhoto.middles[who];
  const left = Math.max(0, x - 75);
  const crop = { left, top: y - 75, width: Math.min(150, groupPhoto.width - left), height: 150 };
  const face = await sharp(groupPhoto.path).extract(crop).flop(mirrored).resize(360, 360).toBuffer();
  await sharp({ create: { width: 480, height: 400, channels: 3, background: '#8d8a86' } })
    .composite([{ input: face }])
    .jpeg({ quality: 92 })
    .toFile(path);
  return path;
}

/** The first seconds of the demo, kept beside it; test files that run side by side may ask for the same. */
export async function shopClip(seconds: number): Promise<DemoClip> {
  const folder = dirname(demoClipPath());
  const path = join(folder, `first-${seconds}-seconds.mp4`);
  if (existsSync(`${path}.stamp`)) return compose(path, seconds);
  await mkdir(folder, { recursive: true });
  const own = await mkdtemp(join(folder, 'composing-'));
  try {
    const draft = await compose(join(own, 'clip.mp4'), seconds);
    await rename(draft.path, path);
    await rename(`${draft.path}.stamp`, `${path}.stamp`);
  } finally {
    await rm(own, { recursive: true, force: true });
  }
  return { path, truth: demoTruth(seconds), cached: false };
}

function compose(path: string, seconds: number): Promise<DemoClip> {
  return composeDemoClip({ path, seconds, openWriter: (options) => VideoWriter.open(options) });
}

/** A file of the development samples; undefined where the checkout stands alone. */
export function sample(path: string): string | undefined {
  const found = fileURLToPath(new URL(`../../../shared/samples/${path}`, import.meta.url));
  return existsSync(found) ? found : undefined;
}
