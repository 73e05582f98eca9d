import type { Point } from '../core/geometry.ts';
import type { Outfit, Person } from './cast.ts';
import type { CellLabel } from './cells.ts';

/**
 * The drawn part of a visitor, as SVG in the coordinates of the cell: hair around the photo, neck, shoulders and
 * clothes. Colours of hair and skin are sampled from the photo, so that the drawing goes over into it.
 */

/** What a sprite covers, in cell coordinates. */
export interface Canvas {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export const HEAD_CANVAS: Canvas = { x: -34, y: -22, width: 176, height: 184 };
export const BODY_CANVAS: Canvas = { x: -58, y: 74, width: 222, height: 440 };

export interface FigureColours {
  readonly hair: string;
  readonly skin: string;
}

function svg(canvas: Canvas, scale: number, body: string): string {
  const { x, y, width, height } = canvas;
  const size = `width="${Math.round(width * scale)}" height="${Math.round(height * scale)}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} viewBox="${x} ${y} ${width} ${height}">${body}</svg>`;
}

/** `#rrggbb` times `factor`; above 1 it goes towards white. */
export function tint(colour: string, factor: number): string {
  const channels = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  const changed = channels.map((value) =>
    Math.round(factor <= 1 ? value * factor : value + (255 - value) * (factor - 1)),
  );
  return `#${changed.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

/** A closed smooth curve through `points` (Catmull-Rom as cubic Béziers). */
export function smoothPath(points: readonly Point[]): string {
  const at = (i: number): Point => points[(i + points.length) % points.length] as Point;
  let path = `M${at(0)[0]} ${at(0)[1]}`;
  for (let i = 0; i < points.length; i++) {
    const [p0, p1, p2, p3] = [at(i - 1), at(i), at(i + 1), at(i + 2)];
    const c1 = [p1[0] + (p2[0] - p0[0]) / 6, p1[1] + (p2[1] - p0[1]) / 6];
    const c2 = [p2[0] - (p3[0] - p1[0]) / 6, p2[1] - (p3[1] - p1[1]) / 6];
    path += `C${c1[0]} ${c1[1]} ${c2[0]} ${c2[1]} ${p2[0]} ${p2[1]}`;
  }
  return `${path}Z`;
}

/** Opaque where the photo is taken; fades inwards from the outline, so that nothing from behind the head shows. */
export function photoMaskSvg(label: CellLabel, scale: number): string {
  const fade = label.hair === 'long' ? 2.6 : 1.9;
  const body = `<defs><filter id="f" x="-20%" y="-20%" width="140%" height="140%"><feGaussianBlur stdDeviation="${fade}"/>
    <feComponentTransfer><feFuncA type="linear" slope="2" intercept="-1"/></feComponentTransfer></filter></defs>
    <path d="${smoothPath(label.outline)}" fill="#fff" filter="url(#f)"/>`;
  return svg(HEAD_CANVAS, scale, body);
}

interface Skull {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly middle: number;
}

function skullOf(label: CellLabel): Skull {
  const upper = label.outline.filter(([, y]) => y < 40);
  const left = Math.min(...upper.map(([x]) => x));
  const right = Math.max(...upper.map(([x]) => x));
  return { left, right, top: Math.min(...upper.map(([, y]) => y)), middle: (left + right) / 2 };
}

function shortHair(skull: Skull, rise: number, side: number): string {
  const { left, right, top, middle } = skull;
  const half = (right - left) / 2;
  return `M${left - side} 46C${left - side - 3} 20 ${middle - half * 0.75} ${top - rise} ${middle} ${top - rise}
    S${right + side + 3} 20 ${right + side} 46L${right - 6} 52 ${left + 6} 52Z`;
}

function longHair(skull: Skull): string {
  const { left, right, top, middle } = skull;
  const [l, r] = [left - 4, right + 4];
  return `M${l} 44C${l - 2} 14 ${middle - 30} ${top - 5} ${middle} ${top - 5}S${r + 2} 14 ${r} 44
    C${r + 1} 70 ${r + 7} 88 ${r + 5} 108C${r + 3} 124 ${r - 4} 134 ${r - 14} 138C${r - 12} 122 ${middle + 24} 112 ${middle + 17} 84
    L${middle - 17} 84C${middle - 24} 112 ${l + 12} 122 ${l + 14} 138C${l + 4} 134 ${l - 3} 124 ${l - 5} 108C${l - 7} 88 ${l - 1} 70 ${l} 44Z`;
}

function hairPath(label: CellLabel): string {
  const skull = skullOf(label);
  if (label.hair === 'long') return longHair(skull);
  if (label.hair === 'bald') return shortHair(skull, 1, 0);
  return shortHair(skull, 4, 0.5);
}

/** Strands: a few soft lighter and darker lines that follow the fall of the hair. */
function strands(label: CellLabel, colour: string): string {
  if (label.hair === 'bald') return '';
  const { left, right, top, middle } = skullOf(label);
  const end = label.hair === 'long' ? 128 : 40;
  return [-1, -0.72, -0.42, 0.42, 0.72, 1]
    .map((share, i) => {
      const x = middle + (share * (right - left)) / 2 + Math.sign(share) * 3;
      const path = `M${middle + share * 14} ${top - 4}C${x} ${top + 6} ${x} 60 ${x + share * 3} ${end}`;
      return `<path d="${path}" stroke="${tint(colour, i % 2 ? 1.22 : 0.72)}" stroke-width="2.6" opacity=".4" fill="none"/>`;
    })
    .join('');
}

/** Hair (or the skin of a bald head) that lies under the photo and goes on where the photo ends. */
export function hairSvg(label: CellLabel, colours: FigureColours, scale: number): string {
  const path = hairPath(label);
  const stops = `<stop offset="0" stop-color="${tint(colours.hair, 1.1)}"/><stop offset=".5" stop-color="${colours.hair}"/><stop offset="1" stop-color="${tint(colours.hair, 0.8)}"/>`;
  const body = `<defs><linearGradient id="h" x1="0" y1="0" x2="0" y2="1">${stops}</linearGradient><clipPath id="c"><path d="${path}"/></clipPath>
    <filter id="s"><feGaussianBlur stdDeviation="1.2"/></filter><filter id="e"><feGaussianBlur stdDeviation=".7"/></filter></defs>
    <path d="${path}" fill="url(#h)" filter="url(#e)"/><g clip-path="url(#c)" filter="url(#s)">${strands(label, colours.hair)}</g>`;
  return svg(HEAD_CANVAS, scale, body);
}

interface Frame {
  /** Middle of the neck, cell x. */
  readonly x: number;
  /** Half the width of the shoulders and of the neck, cell pixels. */
  readonly shoulder: number;
  readonly neck: number;
}

/** The silhouette of garment and sleeves; the last curve is the neckline, deep for a blouse. */
function garmentPath({ x, shoulder: s, neck: n }: Frame, slim: boolean, deep: boolean): string {
  const drop = slim ? 9 : 5;
  const wrist = slim ? 17 : 23;
  const neckline = deep ? `L${x} 152L${x - n - 3} 111` : `Q${x} ${slim ? 128 : 121} ${x - n - 3} 111`;
  return `M${x - n - 3} 111C${x - n - 12} ${119 + drop} ${x - s + 21} ${118 + drop} ${x - s + 6} ${131 + drop}
    C${x - s - 5} ${141 + drop} ${x - s - 6} 190 ${x - s - 7} 250L${x - s - 4} 304H${x - s + wrist}V312Q${x} 320 ${x + s - wrist} 312V304H${x + s + 4}
    L${x + s + 7} 250C${x + s + 6} 190 ${x + s + 5} ${141 + drop} ${x + s - 6} ${131 + drop}C${x + s - 21} ${118 + drop} ${x + n + 12} ${119 + drop} ${x + n + 3} 111
    ${neckline}Z`;
}

/** The shadow between sleeve and side. */
function creases({ x, shoulder: s }: Frame, colour: string): string {
  const line = (side: -1 | 1) =>
    `M${x + side * (s - 19)} 172C${x + side * (s - 15)} 216 ${x + side * (s - 19)} 260 ${x + side * (s - 17)} 312`;
  return `<path d="${line(-1)}${line(1)}" stroke="${tint(colour, 0.58)}" stroke-width="3.2" fill="none" opacity=".6" filter="url(#b)"/>`;
}

function hands({ x, shoulder: s }: Frame, skin: string): string {
  const hand = (side: -1 | 1) =>
    `<ellipse cx="${x + side * (s - 7)}" cy="312" rx="7.5" ry="17" fill="${tint(skin, 0.86)}"/>`;
  return hand(-1) + hand(1);
}

/** What is seen of the legs by the counter: only of those who stand far behind. */
function trousers({ x, shoulder: s }: Frame, colour: string): string {
  return `<path d="M${x - s + 13} 290H${x + s - 13}L${x + s - 16} 540H${x - s + 16}Z" fill="${tint(colour, 0.42)}"/><path d="M${x} 350V540" stroke="#20242a" stroke-width="3" opacity=".6"/>`;
}

/** Neck and throat down to the collar at y = 111, darker under the chin. */
function neckSvg({ x, neck: n }: Frame, skin: string, chin: number): string {
  const stops = [
    `0" stop-color="${tint(skin, 0.6)}`,
    `.3" stop-color="${tint(skin, 0.8)}`,
    `.75" stop-color="${tint(skin, 0.96)}`,
  ];
  const shade = `<linearGradient id="n" gradientUnits="userSpaceOnUse" x1="0" y1="${chin - 4}" x2="0" y2="150">${stops.map((stop) => `<stop offset="${stop}"/>`).join('')}</linearGradient>`;
  return `<defs>${shade}</defs><path d="M${x - n} ${chin - 14}C${x - n + 2} 100 ${x - n} 106 ${x - n - 9} 117L${x} 154L${x + n + 9} 117
    C${x + n} 106 ${x + n - 2} 100 ${x + n} ${chin - 14}Z" fill="url(#n)"/>`;
}

function collar(frame: Frame, outfit: Outfit): string {
  const { x, neck: n } = frame;
  const dark = tint(outfit.colour, 0.78);
  if (outfit.kind === 'tee') {
    return `<path d="M${x - n - 5} 111Q${x} 130 ${x + n + 5} 111" stroke="${outfit.accent}" stroke-width="5" fill="none" stroke-linecap="round"/>`;
  }
  if (outfit.kind === 'shirt') {
    const wing = (side: -1 | 1) =>
      `<path d="M${x + side * (n + 4)} 107L${x + side * 2} 128L${x + side * 15} 143L${x + side * (n + 13)} 118Z" fill="${outfit.accent}"/>`;
    const buttons = [160, 190, 222, 256, 290]
      .map((y) => `<circle cx="${x}" cy="${y}" r="2.100" fill="${tint(outfit.colour, 0.55)}"/>`)
      .join('');
    return `<path d="M${x} 128V312" stroke="${dark}" stroke-width="2.500" opacity=".8"/>${buttons}${wing(-1)}${wing(1)}`;
  }
  if (outfit.kind === 'jacket') {
    const lapel = (side: -1 | 1) =>
      `<path d="M${x + side * (n + 5)} 107L${x + side * (n + 19)} 121L${x + side * (n + 22)} 158L${x + side * 3} 226Z" fill="${dark}"/>`;
    return `<path d="M${x - n - 3} 109Q${x} 128 ${x + n + 3} 109L${x} 232Z" fill="${outfit.accent}"/>${lapel(-1)}${lapel(1)}<path d="M${x} 226V314" stroke="${tint(outfit.colour, 0.6)}" stroke-width="2.500"/>`;
  }
  return `<path d="M${x - n - 6} 111L${x} 152L${x + n + 6} 111" stroke="${outfit.accent}" stroke-width="5" fill="none" stroke-linejoin="round" stroke-linecap="round"/>
    <path d="M${x} 154Q${x + 5} 240 ${x - 3} 312" stroke="${dark}" stroke-width="2" fill="none" opacity=".6"/>`;
}

/** Hair that hangs behind the neck. */
function hairBehind(label: CellLabel, colour: string): string {
  if (label.hair !== 'long') return '';
  const { left, right } = skullOf(label);
  const chin = label.face.y + label.face.height;
  return `<rect x="${left + 1}" y="${chin - 14}" width="${right - left - 2}" height="42" rx="14" fill="${tint(colour, 0.7)}"/>`;
}

/** How far below the chin the collar begins, as a share of the face's width. */
const COLLAR_DROP = 0.13;

/** Neck, shoulders and clothes. */
export function bodySvg(options: {
  label: CellLabel;
  person: Person;
  colours: FigureColours;
  scale: number;
}): string {
  const { label, person, colours, scale } = options;
  const slim = person.build === 'slim';
  const { width } = label.face;
  const frame: Frame = {
    x: label.face.x + width / 2,
    shoulder: width * (slim ? 1.12 : 1.36),
    neck: width * (slim ? 0.24 : 0.32),
  };
  const { colour, kind } = person.outfit;
  const chin = label.face.y + label.face.height;
  const lift = chin + width * COLLAR_DROP - 111;
  const across = [
    `0" stop-color="${tint(colour, 0.8)}`,
    `.3" stop-color="${tint(colour, 1.06)}`,
    `.6" stop-color="${colour}`,
    `1" stop-color="${tint(colour, 0.68)}`,
  ];
  const defs = `<defs><linearGradient id="t">${across.map((stop) => `<stop offset="${stop}"/>`).join('')}</linearGradient>
    <filter id="b"><feGaussianBlur stdDeviation="2"/></filter></defs>`;
  const neck = neckSvg(frame, colours.skin, chin - lift);
  const clothes = `<path d="${garmentPath(frame, slim, kind === 'blouse')}" fill="url(#t)"/>`;
  const below = `${neck}${trousers(frame, colour)}${hands(frame, colours.skin)}`;
  const body = `${defs}${hairBehind(label, colours.hair)}<g transform="translate(0 ${lift})">${below}${clothes}${creases(frame, colour)}${collar(frame, person.outfit)}</g>`;
  return svg(BODY_CANVAS, scale, body);
}
