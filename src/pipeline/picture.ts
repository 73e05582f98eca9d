import type { Attributes, Detection } from '../core/track.ts';
import { decideAttributes } from '../vision/attributes.ts';
import type { Describer, FaceDescription } from '../vision/describer.ts';
import type { FaceFinder, PictureSource } from '../vision/face-finder.ts';
import { landmarkDisagreement } from '../vision/landmarks.ts';

/** A face in a still picture, with all that is known of it. */
export interface PictureFace {
  readonly detection: Detection;
  readonly description: FaceDescription;
  readonly attributes: Attributes;
}

/** Below this the mesh does not take its crop for a face, and the detector was mistaken. */
const MIN_MESH_SCORE = 0.5;
/** Real faces have up to 0.32, nearly all less than 0.12; concentric rings, which fool each network, mostly more. */
const MAX_DISAGREEMENT = 0.35;

/** Every face of a picture, best first. */
export async function analyzePicture(
  picture: PictureSource,
  vision: { readonly finder: FaceFinder; readonly describer: Describer },
): Promise<PictureFace[]> {
  const faces: PictureFace[] = [];
  for (const detection of await vision.finder.findAll(picture)) {
    const description = await vision.describer.describe({ image: picture.rgb(), detection, careful: true });
    if (description === undefined || !isFace(detection, description)) continue;
    const weight = description.quality.overall;
    const attributes = decideAttributes([{ ...description.attributes, weight }]);
    if (attributes !== undefined) faces.push({ detection, description, attributes });
  }
  return faces;
}

function isFace(detection: Detection, { meshScore, points68 }: FaceDescription): boolean {
  return meshScore >= MIN_MESH_SCORE && landmarkDisagreement(detection, points68) <= MAX_DISAGREEMENT;
}
