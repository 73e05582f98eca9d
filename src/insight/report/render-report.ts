import type { ImageAnalysis, VideoAnalysis } from '../../contract/analysis.ts';
import type { Mode } from '../../contract/primitives.ts';
import { distributionOf } from '../distribution.ts';
import type { TimeRange } from './charts.ts';
import { clockTime, counted, decimal, instant, whole } from './format.ts';
import { Html, html } from './html.ts';
import {
  type Presence,
  picturedPeople,
  presenceOfTracks,
  trackPeople,
  unidentifiedTracks,
  visitorsOf,
} from './people.ts';
import {
  type Crops,
  distributionSection,
  emptySection,
  type Figure,
  figuresSection,
  footerSection,
  performanceSection,
  picturesSection,
  timelineSection,
  visitorsSection,
} from './sections.ts';
import { stylesheet } from './style.ts';

export interface ReportOptions {
  /** One video or stream, or any number of pictures. */
  readonly analysis: VideoAnalysis | readonly ImageAnalysis[];
  readonly mode: Mode;
  /** Milliseconds since 1970. */
  readonly generatedAt: number;
  /** When the video began, milliseconds since 1970; without it, time counts from the first sighting. */
  readonly startedAt?: number;
  /** JPEG of each visitor by face id. Shown in loyalty mode only; anywhere else a visitor is a shape. */
  readonly crops?: Crops;
}

/** Shortest stretch of time that the charts cover, milliseconds. */
const LEAST_RANGE = 1000;

/**
 * The report as one HTML file: no script, nothing loaded from outside (its own policy forbids it), for light and
 * dark, any width, and paper. Whatever came from outside is escaped.
 */
export function renderReport(options: ReportOptions): string {
  const { analysis, mode, generatedAt } = options;
  const [title, body] = isPictures(analysis)
    ? [pictureTitle(analysis), pictureBody(mode === 'anonymous' ? analysis.map(withoutIds) : analysis)]
    : [analysis.source, videoBody(analysis, options)];
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark"><title>${title} · Vitrine</title>
<style>${new Html(stylesheet)}</style></head>
<body><header><p class="brand">Vitrine</p><h1><bdi>${title}</bdi></h1>
<p class="quiet">${instant(generatedAt)} · ${mode} mode</p></header>
<main>${body}</main>${footerSection(mode, generatedAt)}</body></html>
`.markup;
}

function isPictures(analysis: ReportOptions['analysis']): analysis is readonly ImageAnalysis[] {
  return Array.isArray(analysis);
}

function pictureTitle(pictures: readonly ImageAnalysis[]): string {
  const [only] = pictures;
  return pictures.length === 1 && only ? only.source : counted(pictures.length, 'picture');
}

function videoBody(analysis: VideoAnalysis, options: ReportOptions): Html {
  if (analysis.faces === 0 && analysis.visitors.length === 0) {
    return html`${emptySection('this video')}${performanceSection(analysis)}`;
  }
  const crops: Crops = (options.mode === 'loyalty' && options.crops) || new Map();
  const visitors = options.mode === 'anonymous' ? [] : visitorsOf(analysis);
  const presence =
    visitors.length > 0
      ? visitors.flatMap((visitor) => visitor.presence)
      : presenceOfTracks(analysis.sightings);
  const range = rangeOf(analysis, presence, options.startedAt);
  const people =
    visitors.length > 0
      ? visitors.map(({ age, gender }) => ({ age: age.mean, gender }))
      : trackPeople(analysis.sightings);
  return html`${figuresSection(videoFigures(analysis, options.mode, people.length))}
    ${options.mode === 'anonymous' ? undefined : countingNote(analysis)}
    ${
      people.length > 0
        ? distributionSection({
            distribution: distributionOf(people),
            noun: visitors.length > 0 ? 'visitor' : 'track',
            ages: visitors.map((visitor) => visitor.age),
          })
        : undefined
    }
    ${presence.length > 0 ? timelineSection({ visitors, presence, range, crops }) : undefined}
    ${visitors.length > 0 ? visitorsSection(visitors, range.from, crops) : undefined}
    ${performanceSection(analysis)}`;
}

function videoFigures(analysis: VideoAnalysis, mode: Mode, people: number): Figure[] {
  const { visitors, faces, durationSeconds, performance } = analysis;
  const returning = visitors.filter((visitor) => visitor.visits > 1).length;
  const identity =
    mode === 'anonymous'
      ? [{ name: 'tracks', value: whole(people) }]
      : [
          { name: visitors.length === 1 ? 'visitor' : 'visitors', value: whole(visitors.length) },
          { name: 'first visit', value: whole(visitors.length - returning) },
          { name: 'returning', value: whole(returning) },
        ];
  return [
    ...identity,
    { name: 'faces in all frames', value: whole(faces) },
    { name: 'length', value: clockTime(durationSeconds) },
    { name: 'frames per second', value: decimal(performance.framesPerSecond) },
  ];
}

/** Who was seen but not counted, so that the headline does not promise more than it holds. */
function countingNote({ visitors, sightings }: VideoAnalysis): Html | undefined {
  const left = unidentifiedTracks(sightings);
  if (left === 0 && visitors.length > 0) return undefined;
  const unclear = 'too short, too small or too unclear';
  const text =
    visitors.length === 0
      ? `Faces were seen, but all were ${unclear} for their people to count as visitors.`
      : `Besides, ${counted(left, 'track')} of faces ${left === 1 ? 'was' : 'were'} ${unclear} to count as visitors.`;
  return html`<p class="quiet note">${text}</p>`;
}

function rangeOf(
  { durationSeconds }: VideoAnalysis,
  presence: readonly Presence[],
  startedAt: number | undefined,
): TimeRange {
  const first = presence.reduce((least, { from }) => Math.min(least, from), Number.POSITIVE_INFINITY);
  const last = presence.reduce((most, { to }) => Math.max(most, to), Number.NEGATIVE_INFINITY);
  const from = Math.min(startedAt ?? first, first);
  const start = Number.isFinite(from) ? from : 0;
  return { from: start, to: Math.max(start + durationSeconds * 1000, last, start + LEAST_RANGE) };
}

function withoutIds(picture: ImageAnalysis): ImageAnalysis {
  return { ...picture, faces: picture.faces.map(({ faceId: _, ...face }) => face) };
}

function pictureBody(pictures: readonly ImageAnalysis[]): Html {
  const people = picturedPeople(pictures);
  const faces = pictures.reduce((sum, picture) => sum + picture.faces.length, 0);
  const identified = pictures.some((picture) => picture.faces.some((face) => face.faceId !== undefined));
  const without = pictures.filter((picture) => picture.faces.length === 0).length;
  if (faces === 0) {
    const what = pictures.length === 1 ? 'this picture' : `these ${counted(pictures.length, 'picture')}`;
    return html`${emptySection(what)}${picturesSection(pictures)}`;
  }
  const figures = [
    ...(identified
      ? [{ name: people.length === 1 ? 'visitor' : 'visitors', value: whole(people.length) }]
      : []),
    { name: faces === 1 ? 'face' : 'faces', value: whole(faces) },
    { name: pictures.length === 1 ? 'picture' : 'pictures', value: whole(pictures.length) },
    { name: 'without a face', value: whole(without) },
  ];
  return html`${figuresSection(figures)}${distributionSection({
    distribution: distributionOf(people),
    noun: identified ? 'visitor' : 'face',
    ages: people.map((person) => person.interval),
  })}${picturesSection(pictures)}`;
}
