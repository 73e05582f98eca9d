import type { Box, Point } from '../core/geometry.ts';
import type { RgbImage } from '../core/image.ts';
import { placeLabels } from './label-layout.ts';
import { type Lettering, letteringOf } from './lettering.ts';
import { dot, fillBox, outlineBox, type Paint, writeText } from './paint.ts';

/** What a face's box says by its colour; never the only sign, the label says it too. */
export type Tone =
  /** Nothing said about identity. */
  | 'plain'
  | 'new'
  | 'returning'
  /** Not counted: a picture of a face, or not yet sure. */
  | 'muted';

export interface AnnotatedFace {
  readonly box: Box;
  /** Lines of the label; none: no label. */
  readonly lines: readonly string[];
  readonly tone: Tone;
  /** Marked by small dots. */
  readonly landmarks?: readonly Point[];
}

export interface AnnotateOptions {
  readonly image: RgbImage;
  readonly faces: readonly AnnotatedFace[];
}

/** Blue and amber stay apart for every kind of colour vision, and on skin. */
const tones: Readonly<Record<Tone, Paint['colour']>> = {
  plain: [240, 244, 248],
  new: [255, 184, 51],
  returning: [77, 171, 255],
  muted: [158, 167, 179],
};
const PLATE: Paint = { colour: [13, 17, 23], opacity: 0.78 };
const HALO: Paint = { colour: [0, 0, 0], opacity: 0.35 };
const INK: Paint = { colour: [250, 251, 252], opacity: 1 };

/** Parts of the picture's shorter side. */
const CAP_PART = 1 / 56;
const LINE_PART = 1 / 320;
/** Pixels. Below this, text cannot be read. */
const LEAST_CAP = 7;

interface Scale {
  readonly lettering: Lettering;
  readonly line: number;
  readonly padding: number;
  readonly lineHeight: number;
}

interface Plate {
  readonly face: AnnotatedFace;
  readonly lines: readonly string[];
  readonly width: number;
  readonly height: number;
}

/**
 * A copy of the picture with a box round each face and a label beside it, sized to the picture. Labels stay inside
 * the picture and apart from each other where there is room. A line too long for the picture is broken where it has
 * two spaces, and what is still too long is cut with an ellipsis.
 */
export function annotateImage({ image, faces }: AnnotateOptions): RgbImage {
  const copy: RgbImage = { ...image, data: image.data.slice() };
  const scale = scaleOf(image);
  for (const face of faces) drawFace(copy, face, scale);
  const plates = faces.flatMap((face) => layOutPlate(face, image, scale));
  const requests = plates.map(({ face, width, height }) => ({ face: face.box, width, height }));
  const { width, height } = image;
  const places = placeLabels({ requests, width, height, gap: scale.line * 2 });
  for (const [i, plate] of plates.entries()) {
    const place = places[i];
    if (place) drawPlate(copy, plate, place, scale);
  }
  return copy;
}

function scaleOf({ width, height }: RgbImage): Scale {
  const shorter = Math.min(width, height);
  const capHeight = Math.max(LEAST_CAP, Math.round(shorter * CAP_PART));
  return {
    lettering: letteringOf(capHeight),
    line: Math.max(1, Math.round(shorter * LINE_PART)),
    padding: Math.round(capHeight * 0.7),
    lineHeight: Math.round(capHeight * 1.75),
  };
}

function drawFace(image: RgbImage, face: AnnotatedFace, { line }: Scale): void {
  const radius = Math.min(face.box.width, face.box.height) * 0.12;
  const halo = { radius, thickness: line * 2 + 2, paint: HALO };
  outlineBox(image, face.box, halo);
  outlineBox(image, face.box, { radius, thickness: line * 1.25, paint: toned(face.tone) });
  for (const point of face.landmarks ?? []) {
    dot(image, point, { radius: Math.max(1, line * 0.9), paint: toned(face.tone) });
  }
}

function toned(tone: Tone): Paint {
  return { colour: tones[tone], opacity: 1 };
}

/** The label's lines and size, or nothing where there is no text or no room for any. */
function layOutPlate(face: AnnotatedFace, image: RgbImage, scale: Scale): Plate[] {
  const { lettering, padding, lineHeight, line } = scale;
  const margins = 2 * padding + barWidth(line);
  const lines = face.lines
    .flatMap((text) => wrap(text, lettering, image.width - margins))
    .map((text) => lettering.fit(text, image.width - margins))
    .filter((text) => text !== '');
  const height = (lines.length - 1) * lineHeight + lettering.capHeight + 2 * padding;
  if (lines.length === 0 || height > image.height) return [];
  const width = Math.max(...lines.map((text) => lettering.measure(text))) + margins;
  return [{ face, lines, width, height }];
}

/** Breaks a line that is too long for the picture, where it has two spaces or more. */
function wrap(text: string, lettering: Lettering, width: number): string[] {
  const lines: string[] = [];
  for (const part of text.split(/\s{2,}/)) {
    const joined = `${lines.at(-1)}  ${part}`;
    if (lines.length > 0 && lettering.measure(joined) <= width) lines[lines.length - 1] = joined;
    else lines.push(part);
  }
  return lines;
}

/** The strip of colour at the left of a label, which ties it to its box. */
function barWidth(line: number): number {
  return line * 2;
}

function drawPlate(image: RgbImage, plate: Plate, place: Box, scale: Scale): void {
  const { lettering, padding, lineHeight, line } = scale;
  const bar = barWidth(line);
  fillBox(image, place, { radius: line, paint: PLATE });
  fillBox(image, { ...place, width: bar }, { radius: line / 2, paint: toned(plate.face.tone) });
  for (const [i, text] of plate.lines.entries()) {
    const at = [place.x + bar + padding, place.y + padding + i * lineHeight] as const;
    writeText(image, text, { lettering, paint: INK, at });
  }
}
