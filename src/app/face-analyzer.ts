import { imageFrame } from '../capture/images/image-frame.ts';
import { readImage } from '../capture/images/read-image.ts';
import type { Config } from '../config/schema.ts';
import { VitrineError } from '../core/errors.ts';
import type { FaceDescriptor } from '../core/track.ts';
import { l2Distance } from '../core/vector.ts';
import type { EvaluationGallery, FaceAnalyzer } from '../evaluation/analyzer.ts';
import { meanDescriptor, type TemplateDescriptor, toTemplateDescriptor } from '../identity/descriptor.ts';
import { fusedDistance, type MatchRules } from '../identity/matching.ts';
import { analyzePicture } from '../pipeline/picture.ts';
import { identityRulesFrom } from './rules.ts';
import type { Vision } from './vision.ts';

/**
 * Two pictures whose face embeddings lie at most so far apart show the same person. From the feasibility study on
 * pairs of LFW that are not in our development sets; dlib's own 0.6 is for embeddings that are not averaged with
 * their mirror image's.
 */
export const SAME_PERSON_DISTANCE = 0.55;

/** The path of `analyze`, as the evaluation wants it. */
export function createFaceAnalyzer({ config, vision }: { config: Config; vision: Vision }): FaceAnalyzer {
  const rules = identityRulesFrom(config).matching;
  return {
    thresholds: { verification: SAME_PERSON_DISTANCE, reidentification: rules.accept },
    analyzeFile: async (path) => {
      const image = await readImage(path, { maxMegapixels: config.capture.maxMegapixels });
      const faces = await analyzePicture(imageFrame(image, { camera: 'evaluation' }), vision);
      return {
        width: image.width,
        height: image.height,
        faces: faces.map(({ detection, description, attributes }) => ({
          box: detection.box,
          score: detection.score,
          age: attributes.age,
          gender: attributes.gender,
          descriptor: description.descriptor,
        })),
      };
    },
    distance: (a, b) => l2Distance(a.face, b.face),
    createGallery: () => new EnrolledGallery(rules),
  };
}

/** Compares as the product's gallery does: fused distances to the mean of the looks at a person. */
class EnrolledGallery implements EvaluationGallery {
  readonly #rules: MatchRules;
  readonly #people = new Map<string, TemplateDescriptor>();

  constructor(rules: MatchRules) {
    this.#rules = rules;
  }

  enrol(identity: string, looks: readonly FaceDescriptor[]): void {
    const mean = meanDescriptor(
      looks,
      looks.map(() => 1),
    );
    this.#people.set(identity, mean);
  }

  nearest(descriptor: FaceDescriptor): { identity: string; distance: number } | undefined {
    const probe = toTemplateDescriptor(descriptor);
    let best: { identity: string; distance: number } | undefined;
    for (const [identity, person] of this.#people) {
      const distance = fusedDistance(probe, person, this.#rules.fusion);
      if (best === undefined || distance < best.distance) best = { identity, distance };
    }
    return best;
  }
}

/** The largest face of a picture. Throws NO_FACE. */
export async function describeMainFace(
  path: string,
  { config, vision }: { config: Config; vision: Vision },
): Promise<FaceDescriptor> {
  const image = await readImage(path, { maxMegapixels: config.capture.maxMegapixels });
  const faces = await analyzePicture(imageFrame(image, { camera: 'compare' }), vision);
  const [largest] = faces.sort((a, b) => b.detection.box.width - a.detection.box.width);
  const descriptor = largest?.description.descriptor;
  if (descriptor === undefined) throw new VitrineError('NO_FACE', `No face was found in ${path}`);
  return descriptor;
}
