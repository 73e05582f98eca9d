import type { ImageAnalysis, VideoAnalysis } from '../contract/analysis.ts';
import type { Sighting } from '../contract/sighting.ts';
import { plainText } from './plain.ts';
import { duration } from './progress.ts';

/** Results as a person reads them in a terminal. */

export function videoLines({
  analysis,
}: {
  readonly kind: 'video';
  readonly analysis: VideoAnalysis;
}): string[] {
  const { source, frames, durationSeconds, fps, faces, visitors, performance } = analysis;
  const returning = visitors.filter((visitor) => visitor.visits > 1).length;
  const size = `${frames} frames, ${duration(durationSeconds)} at ${fps.toFixed(1)} frames/s`;
  const head = [
    `${plainText(source)}: ${size}, analysed at ${performance.framesPerSecond.toFixed(1)} frames/s`,
  ];
  const counts = `Faces ${faces}   Visitors ${visitors.length}   Returning ${returning}`;
  if (visitors.length === 0) return [...head, counts];
  const rows = visitors.map((v) => [
    v.faceId,
    clockTime(v.firstSeen),
    clockTime(v.lastSeen),
    `${v.dwellSeconds.toFixed(1)} s`,
    String(v.visits),
    `${Math.round(v.age.mean)} (${Math.round(v.age.low)}–${Math.round(v.age.high)})`,
    `${v.gender.label} ${Math.round(v.gender.probability * 100)} %`,
  ]);
  const header = ['FACE ID', 'FIRST SEEN', 'LAST SEEN', 'DWELL', 'VISITS', 'AGE', 'GENDER'];
  return [...head, counts, '', ...table([header, ...rows])];
}

export function pictureLines({
  analysis,
}: {
  readonly kind: 'picture';
  readonly analysis: ImageAnalysis;
}): string[] {
  const { source, width, height, faces } = analysis;
  const count = faces.length === 1 ? '1 face' : `${faces.length} faces`;
  const rows = faces.map(({ box, age, gender, quality, faceId }) => [
    `${Math.round(box.x)},${Math.round(box.y)} ${Math.round(box.width)}×${Math.round(box.height)}`,
    `${Math.round(age.mean)} (${Math.round(age.low)}–${Math.round(age.high)})`,
    `${gender.label} ${Math.round(gender.probability * 100)} %`,
    quality.toFixed(2),
    faceId ?? '',
  ]);
  const head = `${plainText(source)}: ${width}×${height}, ${count}`;
  if (rows.length === 0) return [head];
  return [head, ...table([['  BOX', 'AGE', 'GENDER', 'QUALITY', 'FACE ID'], ...rows.map(indentFirst)])];
}

function indentFirst(row: readonly string[]): string[] {
  return row.map((cell, i) => (i === 0 ? `  ${cell}` : cell));
}

/** The columns of the paper's Table I, for rows that are printed one by one. */
const sightingWidths = [24, 5, 7, 14];
export const sightingHeader = sightingLine(['TIMESTAMP', 'AGE', 'GENDER', 'FACE ID']);

export function sightingRow({ timestamp, age, gender, faceId }: Sighting): string {
  return sightingLine([timestamp, age === null ? '–' : age.toFixed(1), gender, faceId ?? '(not known)']);
}

function sightingLine(cells: readonly string[]): string {
  const padded = cells.map((cell, i) => cell.padEnd(sightingWidths[i] ?? 0));
  return `${padded.join('  ').trimEnd()}\n`;
}

/** Rows in columns, two spaces apart, without trailing space. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => (row[i] ?? '').length)));
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function clockTime(iso: string): string {
  return iso.slice(11, 23);
}
