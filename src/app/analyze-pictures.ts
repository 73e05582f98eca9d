import type { FrameSource } from '../capture/source.ts';
import type { ImageAnalysis, ImageFace } from '../contract/analysis.ts';
import type { Frame } from '../core/frame.ts';
import type { TrackUpdate } from '../core/track.ts';
import type { Gallery } from '../identity/gallery.ts';
import { analyzePicture, type PictureFace } from '../pipeline/picture.ts';
import type { Vision } from './vision.ts';

/** A face of a picture with its embedding, for callers that asked for it; contracts have no place for one. */
export interface AnalyzedPictureFace {
  readonly face: ImageFace;
  readonly embedding: Float32Array | undefined;
}

export interface AnalyzePictureOptions {
  readonly frame: Frame;
  /** What the document calls the picture. */
  readonly label: string;
  readonly vision: Vision;
  /** Known visitors are recognised; a single picture never makes a new one. */
  readonly gallery?: Gallery | undefined;
}

export interface PictureResult {
  readonly analysis: ImageAnalysis;
  /** In the order of `analysis.faces`. */
  readonly faces: readonly AnalyzedPictureFace[];
}

export async function analyzeStill(options: AnalyzePictureOptions): Promise<PictureResult> {
  const { frame, label, vision, gallery } = options;
  const found = await analyzePicture(frame, vision);
  const faces: AnalyzedPictureFace[] = [];
  for (const [i, picture] of found.entries()) {
    const faceId = gallery && (await recognise(gallery, { picture, frame, track: `picture-${i + 1}` }));
    const face = { ...toImageFace(picture), ...(faceId === undefined ? {} : { faceId }) };
    faces.push({ face, embedding: picture.description.descriptor?.face });
  }
  const { width, height } = frame;
  return { analysis: { source: label, width, height, faces: faces.map(({ face }) => face) }, faces };
}

/** A picture is a track of a single look. */
async function recognise(
  gallery: Gallery,
  seen: { picture: PictureFace; frame: Frame; track: string },
): Promise<string | undefined> {
  const { detection, description, attributes } = seen.picture;
  const { camera, capturedAt, mediaTime, sequence } = seen.frame;
  const { quality, pose, liveness, descriptor } = description;
  const update: TrackUpdate = {
    state: 'live',
    camera,
    track: `${seen.track}-${sequence}`,
    startedAt: capturedAt,
    capturedAt,
    mediaTime,
    sequence,
    box: detection.box,
    confidence: detection.score,
    keypoints: detection.keypoints,
    attributes,
    looking: false,
    flat: false,
    looks: [{ capturedAt, quality, pose, liveness, descriptor }],
  };
  await gallery.observe(update);
  return (await gallery.observe({ ...update, state: 'ended', looks: [] })).faceId;
}

function toImageFace({ detection, description, attributes }: PictureFace): ImageFace {
  const { box, score } = detection;
  const { age, gender } = attributes;
  return {
    box: { x: tenth(box.x), y: tenth(box.y), width: tenth(box.width), height: tenth(box.height) },
    score: thousandth(score),
    landmarks: description.points68.map(([x, y]) => [tenth(x), tenth(y)]),
    quality: thousandth(description.quality.overall),
    age: { mean: tenth(age.mean), low: tenth(age.low), high: tenth(age.high) },
    gender: { label: gender.label, probability: thousandth(gender.probability) },
  };
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}

function thousandth(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/** Every picture of a source, one after the other. A picture that cannot be read is told of and left out. */
export async function* analyzePictures(options: {
  readonly source: FrameSource;
  readonly vision: Vision;
  readonly gallery?: Gallery | undefined;
  readonly labelOf: (frame: Frame) => string;
  readonly signal: AbortSignal;
}): AsyncGenerator<{ readonly frame: Frame; readonly result: PictureResult }, void, undefined> {
  const { source, vision, gallery, labelOf, signal } = options;
  for await (const frame of source.frames(signal)) {
    try {
      const result = await analyzeStill({ frame, label: labelOf(frame), vision, gallery });
      yield { frame, result };
    } finally {
      frame.close();
    }
  }
}
