import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { demoClipPath } from '../../src/app/demo.ts';
import { VideoWriter } from '../../src/capture/ffmpeg/writer.ts';
import { composeDemoClip } from '../../src/demo/clip.ts';
import { DEMO_VISIT_GAP_SECONDS } from '../../src/demo/compare.ts';
import { installedSheetPath } from '../../src/demo/picture.ts';
import { buildScene } from '../../src/demo/scene.ts';
import { type Appearance, CLIP, type Keyframe } from '../../src/demo/script.ts';

/** The clips that are measured: composed from the sample faces of the installed package, kept in `.cache/bench`. */

export interface BenchClip {
  readonly path: string;
  readonly seconds: number;
  readonly framesPerSecond: number;
  /** Different people in it. */
  readonly people: number;
  /** Seconds out of sight after which somebody starts a new visit. */
  readonly visitGapSeconds: number;
}

/** To be raised when what `threeFaceClip` draws changes. */
const VERSION = 1;
const FRAMES_PER_SECOND = 25;
/** Constant rate factor of x264: with it the drawn sensor noise comes to 3.7 Mbit/s, what a 720p camera sends. */
const QUALITY = 16;

export const benchFolder = fileURLToPath(new URL('../../.cache/bench', import.meta.url));

type Spot = readonly [x: number, size: number];

/**
 * Somebody who stands at the counter all the time and shifts now and then between two places. `at` is the composer's
 * time, which runs `FRAMES_PER_SECOND / CLIP.framesPerSecond` times as fast as the clip's.
 */
function standing(who: {
  person: string;
  cell: number;
  since: number;
  until: number;
  spots: readonly [Spot, Spot];
}) {
  const { person, cell, since, until, spots } = who;
  const path: Keyframe[] = [];
  for (let at = since, i = 0; at <= until; at += 9, i++) {
    const [x, size] = spots[i % 2] as Spot;
    path.push({ at, x, size });
  }
  return { person, cell, enterAt: since, leaveAt: until, path } satisfies Appearance;
}

/** They begin at different moments before the clip does, so that they do not sway in step. */
function threePeople(seconds: number): readonly Appearance[] {
  const until = (seconds * FRAMES_PER_SECOND) / CLIP.framesPerSecond + 1;
  return [
    standing({
      person: 'p5',
      cell: 80,
      since: -3,
      until,
      spots: [
        [290, 116],
        [322, 124],
      ],
    }),
    standing({
      person: 'p8',
      cell: 107,
      since: -5.5,
      until,
      spots: [
        [652, 112],
        [626, 118],
      ],
    }),
    standing({
      person: 'p3',
      cell: 95,
      since: -8,
      until,
      spots: [
        [978, 124],
        [1004, 116],
      ],
    }),
  ];
}

/** 1280×720 H.264, 25 frames a second, in every frame the same three faces, about 115 pixels wide, moving a little. */
export async function threeFaceClip(seconds: number): Promise<BenchClip> {
  const frames = Math.max(1, Math.round(seconds * FRAMES_PER_SECOND));
  const path = join(benchFolder, `three-faces-v${VERSION}-${frames}.mp4`);
  const clip = {
    path,
    seconds: frames / FRAMES_PER_SECOND,
    framesPerSecond: FRAMES_PER_SECOND,
    people: 3,
    visitGapSeconds: DEMO_VISIT_GAP_SECONDS,
  };
  if (existsSync(path)) return clip;
  await mkdir(benchFolder, { recursive: true });
  const scene = await buildScene({ facesFrom: installedSheetPath(), screenplay: threePeople(seconds) });
  const { width, height } = scene;
  const writer = await VideoWriter.open({
    path,
    width,
    height,
    framesPerSecond: FRAMES_PER_SECOND,
    quality: QUALITY,
  });
  try {
    for (let i = 0; i < frames; i++) await writer.write(scene.frame(i));
    await writer.finish();
  } finally {
    await writer.abort();
  }
  return clip;
}

/** The clip of `vitrine demo`, or its beginning: 12 frames a second, people come, leave and come again. */
export async function demoClip(seconds: number = CLIP.seconds): Promise<BenchClip> {
  const whole = seconds >= CLIP.seconds;
  const length = whole ? CLIP.seconds : Math.max(1, Math.ceil(seconds));
  const { path, truth } = await composeDemoClip({
    path: whole ? demoClipPath() : join(benchFolder, `demo-${length}.mp4`),
    seconds: length,
    openWriter: (options) => VideoWriter.open(options),
  });
  return {
    path,
    seconds: truth.seconds,
    framesPerSecond: truth.framesPerSecond,
    people: truth.uniqueVisitors,
    visitGapSeconds: DEMO_VISIT_GAP_SECONDS,
  };
}
