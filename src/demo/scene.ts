import type { Affine } from '../core/geometry.ts';
import type { RgbImage } from '../core/image.ts';
import { backdropSvg, counterSvg, VIEW } from './backdrop.ts';
import { castMember } from './cast.ts';
import { BODY_CANVAS, HEAD_CANVAS } from './figure.ts';
import { drawRgb, drawSprite, readSheet } from './picture.ts';
import { type Pose, posesAt } from './pose.ts';
import { seededRandom } from './random.ts';
import { type Appearance, CLIP, SCREENPLAY } from './script.ts';
import { drawOver, type Sprite, trim } from './sprite.ts';
import { prepareVisitor, SPRITE_SCALE, type Visitor } from './visitor.ts';

/** Draws the frames of the clip: the shop, who is in it, and the counter in front. */
export interface Scene {
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  /** Frame `index` from 0; the same index always gives the same bytes. */
  frame(index: number): RgbImage;
}

/** Standard deviation of the sensor noise, in levels of 8 bits, and how many noisy backdrops take turns. */
const NOISE_SIGMA = 1.5;
const NOISY_BACKDROPS = 6;
const NOISE_LENGTH = 1 << 17;

/** Blur of what stands behind the visitors, pixels: the lens is focused on the counter. */
const BACKDROP_BLUR = 1.7;

interface Stage {
  /** The shop without visitors, counter included, each with other noise. */
  readonly backdrops: readonly Uint8Array[];
  /** What stands on the counter, drawn over the visitors. */
  readonly counter: Sprite;
  readonly noise: Int8Array;
  readonly visitors: ReadonlyMap<Appearance, Visitor>;
}

function gaussianNoise(): Int8Array {
  const random = seededRandom(1234);
  return Int8Array.from({ length: NOISE_LENGTH }, () => {
    // The sum of four uniform numbers has a standard deviation of 1/√3.
    const sum = random() + random() + random() + random() - 2;
    return Math.round(sum * NOISE_SIGMA * Math.sqrt(3));
  });
}

function withNoise(clean: Uint8Array, noise: Int8Array, start: number): Uint8Array {
  const noisy = new Uint8ClampedArray(clean.length);
  for (let pixel = 0, at = 0; at < clean.length; pixel++, at += 3) {
    const grain = noise[(start + pixel) & (noise.length - 1)] as number;
    for (let c = at; c < at + 3; c++) noisy[c] = (clean[c] as number) + grain;
  }
  return new Uint8Array(noisy.buffer);
}

/** The rows above `bottom` and one more: the counter itself is part of the backdrop and covers nobody. */
function above(sprite: Sprite, bottom: number): Sprite {
  const height = bottom + 1;
  return { ...sprite, height, data: sprite.data.subarray(0, sprite.width * height * 4) };
}

/** One visitor per person and cell: who comes twice in the same picture is cut out once. */
async function prepareVisitors(sheet: Buffer, screenplay: readonly Appearance[]): Promise<Stage['visitors']> {
  const prepared = new Map<string, Visitor>();
  const visitors = new Map<Appearance, Visitor>();
  for (const appearance of screenplay) {
    const { person, cell } = appearance;
    const key = `${person}/${cell}`;
    const visitor = prepared.get(key) ?? (await prepareVisitor(sheet, castMember(person), cell));
    prepared.set(key, visitor);
    visitors.set(appearance, visitor);
  }
  return visitors;
}

async function setStage(sheet: Buffer, screenplay: readonly Appearance[]): Promise<Stage> {
  const noise = gaussianNoise();
  const data = await drawRgb({ svg: backdropSvg(), blur: BACKDROP_BLUR, over: counterSvg() });
  const counter = trim(above(await drawSprite(counterSvg()), VIEW.counterTop));
  const backdrops = Array.from({ length: NOISY_BACKDROPS }, (_, i) => withNoise(data, noise, i * 20_011));
  const visitors = await prepareVisitors(sheet, screenplay);
  return { backdrops, counter, noise, visitors };
}

/** From the sprite to the picture; the body stands still, the head moves on it. */
function bodyMap(pose: Pose, visitor: Visitor, sprite: Sprite, spriteScale: number): Affine {
  const { face } = visitor.label;
  const scale = pose.size / face.width;
  const k = scale / spriteScale;
  const x = pose.x + (BODY_CANVAS.x - face.x - face.width / 2) * scale;
  const y = pose.y + (BODY_CANVAS.y - face.y - face.height / 2) * scale;
  return [k, 0, x + sprite.left * k, 0, k, y + sprite.top * k];
}

function headMap(pose: Pose, visitor: Visitor, sprite: Sprite, spriteScale: number): Affine {
  const { face } = visitor.label;
  const scale = pose.size / face.width;
  const { dx, dy, tilt, turn } = pose.head;
  const [cos, sin] = [Math.cos(tilt), Math.sin(tilt)];
  // The head tilts about the nape, just below the chin.
  const pivot = { x: face.x + face.width / 2, y: face.y + face.height };
  const ox = (HEAD_CANVAS.x + sprite.left / spriteScale - pivot.x) * scale * turn;
  const oy = (HEAD_CANVAS.y + sprite.top / spriteScale - pivot.y) * scale;
  const px = pose.x + dx + ox * cos - oy * sin;
  const py = pose.y + dy + (face.height / 2) * scale + ox * sin + oy * cos;
  const k = scale / spriteScale;
  return [k * turn * cos, -k * sin, px, k * turn * sin, k * cos, py];
}

function drawVisitor(picture: RgbImage, stage: Stage, pose: Pose, noiseAt: number): void {
  const visitor = stage.visitors.get(pose.appearance);
  if (!visitor) return;
  const half = pose.size / visitor.label.face.width < SPRITE_SCALE / 2;
  const scale = half ? SPRITE_SCALE / 2 : SPRITE_SCALE;
  const [body, head] = [visitor.body[half ? 1 : 0], visitor.head[half ? 1 : 0]];
  const clip = { left: pose.left, right: pose.right, bottom: VIEW.counterTop };
  const common = { clip, gain: pose.gain, noise: stage.noise, noiseAt };
  drawOver(picture, body, { ...common, map: bodyMap(pose, visitor, body, scale) });
  drawOver(picture, head, { ...common, map: headMap(pose, visitor, head, scale) });
}

/** Things on the counter are drawn again over those who stand behind them. */
function drawCounter(picture: RgbImage, { counter, noise }: Stage, noiseAt: number): void {
  const clip = { left: 0, right: VIEW.width, bottom: VIEW.counterTop };
  drawOver(picture, counter, { map: [1, 0, counter.left, 0, 1, counter.top], clip, gain: 1, noise, noiseAt });
}

/** Reads the sheet at `facesFrom` and makes all that is drawn more than once. Errors as of `readSheet`. */
export async function buildScene(options: {
  readonly facesFrom: string;
  readonly screenplay?: readonly Appearance[];
}): Promise<Scene> {
  const screenplay = options.screenplay ?? SCREENPLAY;
  const stage = await setStage(await readSheet(options.facesFrom), screenplay);
  const { width, height } = VIEW;
  return {
    width,
    height,
    frames: CLIP.seconds * CLIP.framesPerSecond,
    frame(index) {
      const noiseAt = (index * 7919) & (NOISE_LENGTH - 1);
      const data = Uint8Array.from(stage.backdrops[(index * 5) % NOISY_BACKDROPS] as Uint8Array);
      const picture = { width, height, data };
      const poses = posesAt(index / CLIP.framesPerSecond, screenplay);
      for (const pose of poses) drawVisitor(picture, stage, pose, noiseAt);
      if (poses.length > 0) drawCounter(picture, stage, noiseAt);
      return picture;
    },
  };
}
