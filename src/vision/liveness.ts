import type { RgbImage } from '../core/image.ts';
import { type FaceLandmarks, levelCrop } from './landmarks.ts';
import type { Model } from './models.ts';
import { sampleCrop } from './sampling.ts';

const FACTOR = 1.2;

/** How likely the face is a living person's rather than a print's or a screen's, 0 to 1, from one look. */
export async function measureLiveness(
  model: Model,
  image: RgbImage,
  landmarks: FaceLandmarks,
): Promise<number> {
  const side = model.spec.input.shape[2];
  const size = typeof side === 'number' ? side : 32;
  const plane = new Float32Array(3 * size * size);
  sampleCrop({ image, map: levelCrop(landmarks, FACTOR, size), width: size, height: size }, plane);
  const outputs = await model.run({ data: plane, shape: [1, 3, size, size] });
  return outputs.get('live')?.data[0] ?? 0;
}
