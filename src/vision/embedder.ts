import type { Affine, Point } from '../core/geometry.ts';
import { fitSimilarity } from '../core/geometry.ts';
import type { RgbImage } from '../core/image.ts';
import type { FaceDescriptor } from '../core/track.ts';
import { normalize } from '../core/vector.ts';
import { type FaceLandmarks, levelCrop } from './landmarks.ts';
import type { Model } from './models.ts';
import { mirrorPlane, sampleCrop } from './sampling.ts';

/**
 * dlib's face chip: 150 × 150 px, a quarter of the face's size left free around it. Template of the five points in
 * units of the face: outer and inner corner of the eye on the picture's right, the same on its left, base of the nose.
 * Source: dlib's get_face_chip_details (Davis King), to the digits that matter at 150 px.
 */
const CHIP_SIZE = 150;
const CHIP_PADDING = 0.25;
const TEMPLATE: readonly Point[] = [
  [0.8595674595992, 0.2134981538014],
  [0.6460604764104, 0.2289674387677],
  [0.1205750620789, 0.2137274526848],
  [0.3340850613712, 0.2290642403242],
  [0.4901123135679, 0.6277975316475],
];
/** Their numbers among the 68 points. */
const TEMPLATE_POINTS = [45, 42, 36, 39, 33] as const;

const chipPoints = TEMPLATE.map(([x, y]): Point => {
  const place = (v: number) => ((v + CHIP_PADDING) / (1 + 2 * CHIP_PADDING)) * CHIP_SIZE;
  return [place(x), place(y)];
});

/** From the chip's pixels to the image's, for 68 points of a face. */
export function chipMap(points68: readonly Point[]): Affine {
  return fitSimilarity(
    chipPoints,
    TEMPLATE_POINTS.map((i) => points68[i] as Point),
  );
}

const EMBEDDING_LENGTH = 128;
const APPEARANCE_SIZE = 224;
const APPEARANCE_FACTOR = 1.2;

export interface EmbedderModels {
  readonly face: Model;
  /** Optional second descriptor. */
  readonly appearance: Model | undefined;
}

/** Computes descriptors. It is never made in anonymous mode. */
export class Embedder {
  readonly #models: EmbedderModels;
  readonly #size: number;

  constructor(models: EmbedderModels) {
    this.#models = models;
    const side = models.face.spec.input.shape[2];
    this.#size = typeof side === 'number' ? side : CHIP_SIZE;
  }

  /** Names what makes the descriptors; descriptors of other names cannot be compared. */
  get model(): string {
    const { face, appearance } = this.#models;
    const names = [face, appearance].flatMap((m) =>
      m ? [`${m.spec.name}@${m.spec.sha256.slice(0, 8)}`] : [],
    );
    return names.join('+');
  }

  /** Length of the face embedding. */
  get dimensions(): number {
    const length = this.#models.face.spec.outputs.find((output) => output.name === 'embedding')?.shape[1];
    return typeof length === 'number' ? length : EMBEDDING_LENGTH;
  }

  async describe(
    image: RgbImage,
    face: { readonly landmarks: FaceLandmarks; readonly points68: readonly Point[] },
  ): Promise<FaceDescriptor> {
    return {
      face: await this.#embed(image, face.points68),
      appearance:
        this.#models.appearance && (await this.#appearance(this.#models.appearance, image, face.landmarks)),
    };
  }

  /** The mean of the chip's embedding and of its mirror image's, which errs less than either. */
  async #embed(image: RgbImage, points68: readonly Point[]): Promise<Float32Array> {
    const size = this.#size;
    const n = 3 * size * size;
    const planes = new Float32Array(2 * n);
    const map = chipMap(points68);
    const k = CHIP_SIZE / size;
    const scaled: Affine = [map[0] * k, map[1] * k, map[2], map[3] * k, map[4] * k, map[5]];
    sampleCrop({ image, map: scaled, width: size, height: size }, planes);
    mirrorPlane(planes, { from: 0, to: n, size });
    const outputs = await this.#models.face.run({ data: planes, shape: [2, 3, size, size] });
    const both = outputs.get('embedding')?.data as Float32Array;
    const length = both.length / 2;
    const mean = new Float32Array(length);
    for (let i = 0; i < length; i++) mean[i] = ((both[i] as number) + (both[length + i] as number)) / 2;
    return mean;
  }

  async #appearance(model: Model, image: RgbImage, landmarks: FaceLandmarks): Promise<Float32Array> {
    const size = APPEARANCE_SIZE;
    const plane = new Float32Array(3 * size * size);
    sampleCrop(
      { image, map: levelCrop(landmarks, APPEARANCE_FACTOR, size), width: size, height: size },
      plane,
    );
    const outputs = await model.run({ data: plane, shape: [1, 3, size, size] });
    return normalize(outputs.get('descriptor')?.data as Float32Array);
  }
}
