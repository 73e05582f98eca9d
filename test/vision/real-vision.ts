import { after } from 'node:test';
import { openVision, type Vision, type VisionOptions } from '../../src/app/vision.ts';
import type { RgbImage } from '../../src/core/image.ts';
import { analyzePicture, type PictureFace } from '../../src/pipeline/picture.ts';
import type { FaceDescription } from '../../src/vision/describer.ts';
import { asPicture } from './pictures.ts';

/** The shipped models, opened once per test file. */
export async function realVision(options: Partial<VisionOptions> = {}): Promise<Vision> {
  const all = { embeds: true, appearance: false, liveness: false, minFacePixels: 20, threads: 2 };
  const vision = await openVision({ ...all, ...options });
  after(() => vision.close());
  return vision;
}

/** The faces of a picture, from left to right. */
export async function facesOf(vision: Vision, image: RgbImage): Promise<PictureFace[]> {
  const faces = await analyzePicture(asPicture(image), vision);
  return faces.sort((a, b) => a.detection.box.x - b.detection.box.x);
}

/** The only face of a picture; fails where there is another number of them. */
export async function onlyFace(vision: Vision, image: RgbImage): Promise<PictureFace> {
  const faces = await facesOf(vision, image);
  const [face] = faces;
  if (face === undefined || faces.length > 1) throw new Error(`${faces.length} faces instead of one`);
  return face;
}

export async function describeOnly(vision: Vision, image: RgbImage): Promise<FaceDescription> {
  return (await onlyFace(vision, image)).description;
}
