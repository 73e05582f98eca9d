import type { Frame } from '../core/frame.ts';
import type { Box } from '../core/geometry.ts';
import { center, iou } from '../core/geometry.ts';
import type { RgbImage } from '../core/image.ts';
import type { Detection } from '../core/track.ts';
import { detectFaces, placeDetection, SIDE_MULTIPLE, suppressOverlaps } from './face-detector.ts';
import type { Model } from './models.ts';
import { sampleCrop, toPlanes } from './sampling.ts';

/**
 * Finds faces in two steps: a scan of the whole picture in a few sizes proposes, a zoom on each proposal decides.
 * The zoom shows the network every face in the same size (about 38 px of 96), be it 20 or 2000 px in the picture,
 * so that its score means the same everywhere; what only looked like a face in passing scores low. Measured in
 * docs/decisions/0007-vision.md.
 */
export interface FinderOptions {
  /** Narrowest face to find, pixels of the full frame. */
  readonly minFacePixels: number;
}

/** Scores from which a zoom takes a proposal for a face (new), and a face it already knew for still there. */
export const NEW_FACE_SCORE = 0.65;
export const KNOWN_FACE_SCORE = 0.35;
/** In a still the mesh is asked of each face anyway, so that doubtful ones may be left to it. */
const STILL_FACE_SCORE = 0.5;

const PROPOSAL_SCORE = 0.35;
/** Proposals of a face that fills the picture; the mesh has to agree. */
const FILLING_SCORE = 0.2;
/** A face that fills the picture is at least this wide, in shorter sides of it, … */
const FILLING_SHARE = 0.4;
/** … and is looked for with so much border, in longer sides, added on each side. */
const FILLING_MARGINS = [0.15, 0.3, 0.6] as const;
const ZOOM_SIZE = 96;
/** Side of the zoomed square in widths of the face. */
const ZOOM_FIELD = 2.5;
/** Zooms that are run at once. */
const ZOOM_BATCH = 8;
/** How wide the narrowest face is in a scan; they are proposed down to about 11 px, see the decision record. */
const SCAN_FACE_PIXELS = 15;
/** The same for a video frame: a face that is missed once is looked for again a second later. */
const VIDEO_FACE_PIXELS = 12.5;
/** A scan never gets larger than this along its longer side. */
const MAX_SCAN_SIDE = 1920;
/** The smallest scan; it sees faces from about a sixth of the picture up to all of it. */
const COARSE_SIDE = 256;
/** The smaller scan of a video frame. */
const VIDEO_SIDE = 384;
/** Width of a face in the picture that zooms are cut from; more detail would only be averaged away. */
const ZOOM_SOURCE_FACE = ZOOM_SIZE / ZOOM_FIELD;
/** How far below a whole factor the picture may be reduced by it: the zoom then enlarges by a seventh at most. */
const REDUCTION_SLACK = 0.25;
/** Proposals looked at per picture, best first: bounds the time that a hostile picture can take. */
const MAX_PROPOSALS = 256;

/** Pixels of a picture in whatever size is cheapest. */
export type PictureSource = Pick<Frame, 'width' | 'height' | 'rgb' | 'scaled'>;

export class FaceFinder {
  readonly #model: Model;
  readonly #options: FinderOptions;

  constructor(model: Model, options: FinderOptions) {
    this.#model = model;
    this.#options = options;
  }

  /**
   * Searches the whole picture as carefully as a still deserves; best first. With a score below `NEW_FACE_SCORE` it is a
   * face only if the mesh agrees.
   */
  async findAll(picture: PictureSource): Promise<Detection[]> {
    const fine = this.#fineSide(picture, SCAN_FACE_PIXELS);
    const middle = Math.round(Math.sqrt(COARSE_SIDE * fine));
    const sides = [COARSE_SIDE, middle, fine].filter(
      (side, i, all) => i === 0 || side > (all[i - 1] ?? 0) * 1.3,
    );
    const proposals: Detection[] = await this.#scan(picture, { side: COARSE_SIDE, margin: 0.3 });
    for (const side of sides) proposals.push(...(await this.#scan(picture, { side, margin: 0 })));
    const faces = await this.confirm(picture, suppressOverlaps(proposals, 0.5), STILL_FACE_SCORE);
    const [best] = faces;
    if (best !== undefined && best.score >= NEW_FACE_SCORE) return faces;
    return suppressOverlaps([...faces, ...(await this.#findFilling(picture))]);
  }

  /**
   * The one face of a picture that shows hardly anything else. Its outline is cut on all sides, so that the network
   * is less sure of it than of a face with some room around; that it fills the picture makes up for that.
   */
  async #findFilling(picture: PictureSource): Promise<Detection[]> {
    const { minFacePixels } = this.#options;
    const wide = Math.max(Math.min(picture.width, picture.height) * FILLING_SHARE, minFacePixels * 0.85);
    const proposals: Detection[] = [];
    for (const margin of FILLING_MARGINS) {
      const scan = { side: COARSE_SIDE, margin, minScore: FILLING_SCORE };
      proposals.push(...(await this.#scan(picture, scan)));
    }
    const [best] = proposals.filter((p) => p.box.width >= wide).sort((a, b) => b.score - a.score);
    if (best === undefined) return [];
    const [seen = []] = await this.zoom(picture, [best.box]);
    const face = pickNear(seen, best.box);
    return [face !== undefined && face.score > best.score ? face : best];
  }

  /**
   * Searches the whole of a video frame; proposals still have to be confirmed. A fine search sees the narrowest faces,
   * the other only those of about a thirtieth of the frame and up, at a sixth of the price.
   */
  async propose(picture: PictureSource, { fine = true } = {}): Promise<Detection[]> {
    const finest = this.#fineSide(picture, VIDEO_FACE_PIXELS);
    const proposals = await this.#scan(picture, { side: Math.min(VIDEO_SIDE, finest), margin: 0 });
    if (fine && finest > VIDEO_SIDE)
      proposals.push(...(await this.#scan(picture, { side: finest, margin: 0 })));
    return suppressOverlaps(proposals, 0.5);
  }

  /** The proposals that a zoom takes for faces, best first. */
  async confirm(
    picture: PictureSource,
    proposals: readonly Detection[],
    minScore = NEW_FACE_SCORE,
  ): Promise<Detection[]> {
    const likely = proposals
      .filter((p) => p.box.width >= this.#options.minFacePixels * 0.7)
      .slice(0, MAX_PROPOSALS);
    const boxes = likely.map((p) => p.box);
    const faces: Detection[] = [];
    for (const [i, seen] of (await this.zoom(picture, boxes)).entries()) {
      const best = pickNear(seen, boxes[i] as Box);
      if (best !== undefined && best.score >= minScore) faces.push(best);
    }
    return suppressOverlaps(faces).filter((face) => face.box.width >= this.#options.minFacePixels * 0.85);
  }

  /** Looks closely at each of `boxes`; all faces seen around each, in the picture's pixels. */
  async zoom(picture: PictureSource, boxes: readonly Box[]): Promise<Detection[][]> {
    if (boxes.length === 0) return [];
    const { image, scale } = zoomSource(picture, boxes);
    const seen: Detection[][] = [];
    for (let first = 0; first < boxes.length; first += ZOOM_BATCH)
      seen.push(...(await this.#zoomBatch(image, scale, boxes.slice(first, first + ZOOM_BATCH))));
    return seen;
  }

  async #zoomBatch(image: RgbImage, scale: number, boxes: readonly Box[]): Promise<Detection[][]> {
    const size = ZOOM_SIZE;
    const planes = new Float32Array(boxes.length * 3 * size * size);
    const fields = boxes.map((box) => {
      const [cx, cy] = center(box);
      const side = Math.max(box.width, box.height) * ZOOM_FIELD;
      return { x: cx - side / 2, y: cy - side / 2, k: side / size };
    });
    for (const [i, { x, y, k }] of fields.entries()) {
      const map = [k * scale, 0, x * scale, 0, k * scale, y * scale] as const;
      sampleCrop({ image, map, width: size, height: size }, planes, i * 3 * size * size);
    }
    const input = { planes, count: boxes.length, width: size, height: size };
    const found = await detectFaces(this.#model, input, KNOWN_FACE_SCORE);
    return found.map((detections, i) => {
      const { x, y, k } = fields[i] as { x: number; y: number; k: number };
      return suppressOverlaps(detections).map((d) => placeDetection(d, { scaleX: k, scaleY: k, x, y }));
    });
  }

  /** The longer side of a scan in which the narrowest face is `facePixels` wide. */
  #fineSide({ width, height }: PictureSource, facePixels: number): number {
    const longer = Math.max(width, height);
    const wanted = (longer * facePixels) / this.#options.minFacePixels;
    return Math.round(Math.min(Math.max(wanted, COARSE_SIDE), MAX_SCAN_SIDE, longer));
  }

  async #scan(
    picture: PictureSource,
    scan: { side: number; margin: number; minScore?: number },
  ): Promise<Detection[]> {
    const inner = scan.side / (1 + 2 * scan.margin);
    const k = inner / Math.max(picture.width, picture.height);
    const width = Math.max(1, Math.round(picture.width * k));
    const height = Math.max(1, Math.round(picture.height * k));
    const image = picture.scaled(width, height);
    const border = Math.round(scan.side * (scan.margin / (1 + 2 * scan.margin)));
    const input = withBorder(image, border);
    const [found = []] = await detectFaces(this.#model, input, scan.minScore ?? PROPOSAL_SCORE);
    const scaleX = picture.width / width;
    const scaleY = picture.height / height;
    const placed = found.map((d) =>
      placeDetection(d, { scaleX, scaleY, x: -border * scaleX, y: -border * scaleY }),
    );
    return suppressOverlaps(placed);
  }
}

/** The picture the zooms are cut from: as small as the smallest face allows. */
function zoomSource(picture: PictureSource, boxes: readonly Box[]): { image: RgbImage; scale: number } {
  const narrowest = Math.min(...boxes.map((box) => Math.max(box.width, box.height)));
  const reduction = Math.floor(narrowest / ZOOM_SOURCE_FACE + REDUCTION_SLACK);
  if (reduction < 2) return { image: picture.rgb(), scale: 1 };
  const width = Math.max(1, Math.round(picture.width / reduction));
  const height = Math.max(1, Math.round(picture.height / reduction));
  return { image: picture.scaled(width, height), scale: width / picture.width };
}

/** Planes of the picture inside a border of its own edge colour, sides rounded up to what the network takes. */
function withBorder(image: RgbImage, border: number) {
  const roundUp = (n: number) => Math.ceil(n / SIDE_MULTIPLE) * SIDE_MULTIPLE;
  const width = roundUp(image.width + 2 * border);
  const height = roundUp(image.height + 2 * border);
  if (border === 0) return { planes: toPlanes(image, width, height), count: 1, width, height };
  const planes = new Float32Array(3 * width * height);
  sampleCrop({ image, map: [1, 0, -border, 0, 1, -border], width, height }, planes);
  return { planes, count: 1, width, height };
}

/** Of the faces seen in a zoom, the one that the zoom was made for. */
function pickNear(seen: readonly Detection[], box: Box): Detection | undefined {
  let best: Detection | undefined;
  for (const detection of seen) {
    if (iou(detection.box, box) < 0.25) continue;
    if (best === undefined || detection.score > best.score) best = detection;
  }
  return best;
}
