import type { Config } from '../config/schema.ts';
import { l2Distance } from '../core/vector.ts';
import { describeMainFace, SAME_PERSON_DISTANCE } from './face-analyzer.ts';
import { openVision, visionOptionsFrom } from './vision.ts';

export interface Comparison {
  /** L2 distance of the face embeddings. */
  readonly distance: number;
  readonly same: boolean;
  readonly threshold: number;
}

/** Compares the largest faces of two pictures. Throws NO_FACE and what reading a picture throws. */
export async function comparePictures(options: {
  readonly a: string;
  readonly b: string;
  readonly config: Config;
}): Promise<Comparison> {
  const { a, b, config } = options;
  const vision = await openVision({ ...visionOptionsFrom(config), appearance: false });
  try {
    const first = await describeMainFace(a, { config, vision });
    const second = await describeMainFace(b, { config, vision });
    const distance = l2Distance(first.face, second.face);
    return { distance, same: distance <= SAME_PERSON_DISTANCE, threshold: SAME_PERSON_DISTANCE };
  } finally {
    await vision.close();
  }
}
