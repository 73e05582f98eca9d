import type { RgbImage } from '../core/image.ts';
import type { Person } from './cast.ts';
import { type CellLabel, cellLabel } from './cells.ts';
import { bodySvg, type FigureColours, HEAD_CANVAS, hairSvg, photoMaskSvg } from './figure.ts';
import { cutCell, drawSprite } from './picture.ts';
import { halve, type Sprite, trim } from './sprite.ts';

/** Sprite pixels per cell pixel at full size; figures much smaller than that use the halved sprites. */
export const SPRITE_SCALE = 2.5;

/** A person as seen in one visit: sprites at full and at half size. */
export interface Visitor {
  readonly label: CellLabel;
  readonly head: readonly [full: Sprite, half: Sprite];
  readonly body: readonly [full: Sprite, half: Sprite];
}

type Rgb = [red: number, green: number, blue: number];

/** Mean luma of the inner face that the photos are brought towards, 0 to 255. */
const FACE_LUMA = 148;

/** How far on the way dark and bright photos go; darkening more would only make bright skin glow orange. */
const BRIGHTEN = 0.6;
const DARKEN = 0.3;

/** Saturation that is kept: of all, and of cold tones, by which dark hair shows what light it stood in. */
const KEPT_COLOUR = 0.9;
const KEPT_COLD = 0.3;

function luma(red: number, green: number, blue: number): number {
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}

/** Mean colour of the ellipse around (`x`, `y`), cell pixels. */
function meanColour(photo: RgbImage, spot: { x: number; y: number; rx: number; ry: number }): Rgb {
  const k = SPRITE_SCALE;
  const sum: Rgb = [0, 0, 0];
  let count = 0;
  const [y0, y1] = [(spot.y - spot.ry) * k, (spot.y + spot.ry) * k];
  const [x0, x1] = [(spot.x - spot.rx) * k, (spot.x + spot.rx) * k];
  for (let y = Math.max(0, Math.ceil(y0)); y < Math.min(photo.height, y1); y++) {
    for (let x = Math.max(0, Math.ceil(x0)); x < Math.min(photo.width, x1); x++) {
      if (((x / k - spot.x) / spot.rx) ** 2 + ((y / k - spot.y) / spot.ry) ** 2 > 1) continue;
      for (let c = 0; c < 3; c++) sum[c as 0] += photo.data[(y * photo.width + x) * 3 + c] as number;
      count++;
    }
  }
  return sum.map((value) => value / Math.max(1, count)) as Rgb;
}

/**
 * The photos come from night clubs and noon sun: their exposure is brought towards a common level by a power curve,
 * and the colours are calmed a little, so that all stand in the same light.
 */
function relight(photo: RgbImage, label: CellLabel): void {
  const { face } = label;
  const inner = {
    x: face.x + face.width / 2,
    y: face.y + face.height / 2,
    rx: face.width * 0.36,
    ry: face.height * 0.4,
  };
  const mean = luma(...meanColour(photo, inner));
  const wanted = mean + (FACE_LUMA - mean) * (mean < FACE_LUMA ? BRIGHTEN : DARKEN);
  const exponent = Math.log(wanted / 255) / Math.log(mean / 255);
  const curve = Uint8Array.from({ length: 256 }, (_, value) => Math.round(255 * (value / 255) ** exponent));
  const data = new Uint8ClampedArray(photo.data.buffer, photo.data.byteOffset, photo.data.length);
  for (let i = 0; i < data.length; i += 3) {
    const levels = [0, 1, 2].map((c) => curve[data[i + c] as number] as number) as Rgb;
    const grey = luma(...levels);
    const calm = levels[2] > levels[0] ? KEPT_COLD : KEPT_COLOUR;
    for (let c = 0; c < 3; c++) data[i + c] = grey + ((levels[c] as number) - grey) * calm;
  }
}

function hex(colour: Rgb): string {
  return `#${colour.map((value) => Math.round(value).toString(16).padStart(2, '0')).join('')}`;
}

function coloursOf(photo: RgbImage, label: CellLabel): FigureColours {
  const spot = ([x, y]: CellLabel['hairAt']) => hex(meanColour(photo, { x, y, rx: 3, ry: 3 }));
  return { hair: spot(label.hairAt), skin: spot(label.skinAt) };
}

/** Lays the photo, where `mask` lets it through, over the drawn hair; both have the size of the head's canvas. */
function layPhoto(hair: Sprite, photo: RgbImage, mask: Sprite): Sprite {
  const data = Uint8Array.from(hair.data);
  const [dx, dy] = [-HEAD_CANVAS.x * SPRITE_SCALE, -HEAD_CANVAS.y * SPRITE_SCALE];
  for (let y = 0; y < photo.height; y++) {
    for (let x = 0; x < photo.width; x++) {
      const to = ((y + dy) * hair.width + x + dx) * 4;
      const alpha = (mask.data[to + 3] as number) / 255;
      if (alpha === 0) continue;
      const from = (y * photo.width + x) * 3;
      for (let c = 0; c < 3; c++) {
        data[to + c] = (photo.data[from + c] as number) * alpha + (data[to + c] as number) * (1 - alpha);
      }
      data[to + 3] = 255 * alpha + (data[to + 3] as number) * (1 - alpha);
    }
  }
  return { ...hair, data };
}

function bothSizes(sprite: Sprite): [full: Sprite, half: Sprite] {
  const full = trim(sprite);
  return [full, halve(full)];
}

/** Cuts and draws `person` as in `cell` of the sheet. */
export async function prepareVisitor(sheet: Buffer, person: Person, cell: number): Promise<Visitor> {
  const label = cellLabel(cell);
  const photo = await cutCell(sheet, cell, SPRITE_SCALE);
  relight(photo, label);
  const colours = coloursOf(photo, label);
  const [hair, mask, body] = await Promise.all([
    drawSprite(hairSvg(label, colours, SPRITE_SCALE)),
    drawSprite(photoMaskSvg(label, SPRITE_SCALE)),
    drawSprite(bodySvg({ label, person, colours, scale: SPRITE_SCALE })),
  ]);
  return { label, head: bothSizes(layPhoto(hair, photo, mask)), body: bothSizes(body) };
}
