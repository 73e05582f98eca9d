import type { Box, Point } from '../core/geometry.ts';
import { applyAffine, scaleBox } from '../core/geometry.ts';
import type { RgbImage } from '../core/image.ts';
import type { Detection, FaceDescriptor, FaceQuality, HeadPose } from '../core/track.ts';
import { type AttributeReading, readAttributes } from './attributes.ts';
import type { Embedder } from './embedder.ts';
import { poseFromMesh } from './head-pose.ts';
import { type FaceLandmarks, findMesh, findPoints68 } from './landmarks.ts';
import { measureLiveness } from './liveness.ts';
import type { Model } from './models.ts';
import { measureQuality } from './quality.ts';
import { extractPatch, invertAffine, type Patch } from './sampling.ts';

/** Everything that one look at a face tells. */
export interface FaceDescription {
  /** 68 points in the picture's pixels, iBUG order. */
  readonly points68: readonly Point[];
  /** How sure the mesh is of the face, 0 to 1. */
  readonly meshScore: number;
  readonly pose: HeadPose;
  readonly quality: FaceQuality;
  readonly attributes: AttributeReading;
  /** 0 to 1; 1 where liveness is switched off. */
  readonly liveness: number;
  /** Undefined without an embedder. */
  readonly descriptor: FaceDescriptor | undefined;
}

export interface DescriberModels {
  readonly mesh: Model;
  readonly points68: Model;
  readonly ageGender: Model;
  readonly liveness: Model | undefined;
  readonly embedder: Embedder | undefined;
}

/** Side of the patch in widths of the face: room for every crop, turned by any angle. */
const PATCH_FIELD = 2.4;
/** The patch keeps at least this many pixels across, if the picture has them: the face then has 200. */
const PATCH_DETAIL = 480;

export interface DescribeRequest {
  readonly image: RgbImage;
  readonly detection: Detection;
  /** For a still, which is all there is of a face; a track is looked at many times, so each look may be quicker. */
  readonly careful: boolean;
  /** A look of less overall quality is not worth describing. Default 0. */
  readonly minQuality?: number;
}

/** Looks closely at one face: landmarks, pose, quality, attributes, liveness and, if allowed, descriptors. */
export class Describer {
  readonly #models: DescriberModels;

  constructor(models: DescriberModels) {
    this.#models = models;
  }

  /** Undefined for a look that is not worth it. */
  async describe(request: DescribeRequest): Promise<FaceDescription | undefined> {
    const { detection, careful, minQuality = 0 } = request;
    const patch = extractPatch(request.image, scaleBox(squareOf(detection.box), PATCH_FIELD), PATCH_DETAIL);
    const { image } = patch;
    const landmarks = await this.#mesh(patch, detection, careful);
    const pose = poseFromMesh(landmarks.mesh, landmarks.roll);
    const quality = measureQuality({ image, landmarks, pose, width: detection.box.width });
    if (quality.overall < minQuality) return undefined;
    const points68 = await findPoints68(this.#models.points68, image, landmarks);
    return {
      points68: points68.map((p) => applyAffine(patch.toPicture, p)),
      meshScore: landmarks.score,
      pose,
      quality,
      attributes: await readAttributes(this.#models.ageGender, image, { landmarks, careful }),
      liveness: await this.#liveness(image, landmarks),
      descriptor: await this.#models.embedder?.describe(image, { landmarks, points68 }),
    };
  }

  #mesh({ image, toPicture }: Patch, detection: Detection, refine: boolean): Promise<FaceLandmarks> {
    const toPatch = invertAffine(toPicture);
    const [rightEye, leftEye] = detection.keypoints as readonly [Point, Point];
    return findMesh(this.#models.mesh, {
      image,
      box: moveBox(detection.box, toPatch),
      eyes: [applyAffine(toPatch, rightEye), applyAffine(toPatch, leftEye)],
      refine,
    });
  }

  async #liveness(image: RgbImage, landmarks: FaceLandmarks): Promise<number> {
    const { liveness } = this.#models;
    return liveness ? measureLiveness(liveness, image, landmarks) : 1;
  }
}

function squareOf(box: Box): Box {
  const side = Math.max(box.width, box.height);
  return {
    x: box.x + (box.width - side) / 2,
    y: box.y + (box.height - side) / 2,
    width: side,
    height: side,
  };
}

function moveBox(box: Box, map: readonly [number, number, number, number, number, number]): Box {
  const [x, y] = applyAffine(map, [box.x, box.y]);
  return { x, y, width: box.width * map[0], height: box.height * map[4] };
}
