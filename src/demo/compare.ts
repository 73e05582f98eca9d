import type { VideoAnalysis, VisitorSummary } from '../contract/analysis.ts';
import type { Sighting } from '../contract/sighting.ts';
import { iou } from '../core/geometry.ts';
import { type DemoTruth, type TruthPerson, truthAt } from './truth.ts';

/** What the pipeline found in the demo clip, held against what is in it. Pure. */

/**
 * Media seconds between two visits of one person in the demo, where the shop's default is half an hour: the shortest
 * absence in the clip is several times as long, the longest moment hidden behind somebody much shorter.
 */
export const DEMO_VISIT_GAP_SECONDS = 10;

export interface ComparisonLine {
  readonly what: string;
  readonly expected: string;
  readonly measured: string;
  readonly ok: boolean;
}

export interface BucketCount {
  /** Such as `25–34 female`. */
  readonly bucket: string;
  /** People of the cast, by eye. */
  readonly expected: number;
  /** Visitors as measured. */
  readonly measured: number;
}

export interface DemoComparison {
  readonly lines: readonly ComparisonLine[];
  /** Visitors by age and gender; only buckets with somebody in one of the two columns. */
  readonly buckets: readonly BucketCount[];
  /** Which person of the cast each visitor turned out to be, by the places and times of the sightings. */
  readonly people: ReadonlyMap<string, string>;
  readonly ok: boolean;
}

export interface CompareOptions {
  readonly truth: DemoTruth;
  readonly analysis: VideoAnalysis;
  /** Milliseconds since 1970 of the clip's first frame in the analysis; estimated from the sightings when missing. */
  readonly startedAt?: number;
}

/** Detections may miss this share of the whole faces; above, all doubtful ones and as much again may be counted. */
const FACE_TOLERANCE = 0.03;
/** A sighting belongs to the face with which its box overlaps most, and at least so much. */
const SAME_PLACE = 0.2;
/** Share of the people whose measured gender must be that by eye, and whose age must be near the band by eye. */
const GENDER_SHARE = 0.9;
const AGE_SHARE = 0.7;
/** Years beyond the band that still count as near: about the mean error of the estimator. */
const AGE_MARGIN = 6;

/** Lower ends of the age bands, years: the default buckets of the house. */
const BAND_STARTS = [0, 18, 25, 35, 45, 55, 65] as const;

function bandOf(age: number): string {
  const index = BAND_STARTS.findLastIndex((start) => Math.round(age) >= start);
  const next = BAND_STARTS[index + 1];
  return next === undefined ? `${BAND_STARTS[index]}+` : `${BAND_STARTS[index]}–${next - 1}`;
}

function mediaTime(sighting: Sighting, startedAt: number): number {
  return (Date.parse(sighting.timestamp) - startedAt) / 1000;
}

function personAt(sighting: Sighting, startedAt: number): string | undefined {
  let best: { person: string; overlap: number } | undefined;
  for (const face of truthAt(mediaTime(sighting, startedAt))) {
    const overlap = iou(face.box, sighting.box);
    if (overlap >= SAME_PLACE && overlap > (best?.overlap ?? 0)) best = { person: face.person, overlap };
  }
  return best?.person;
}

/** Candidates for the first sighting's media time: every frame of the clip's first seconds. */
const SEARCHED_SECONDS = 12;
const PROBES = 48;

/** The start for which most sightings lie on a face; the sightings' own clock is known only up to this shift. */
function estimateStart(sightings: readonly Sighting[], truth: DemoTruth): number {
  const times = sightings.map((sighting) => Date.parse(sighting.timestamp));
  const first = Math.min(...times);
  const stride = Math.max(1, Math.floor(sightings.length / PROBES));
  const probes = sightings.filter((_, i) => i % stride === 0);
  let best = { start: first, hits: -1 };
  for (let frame = 0; frame < SEARCHED_SECONDS * truth.framesPerSecond; frame++) {
    const start = first - (frame / truth.framesPerSecond) * 1000;
    const hits = probes.filter((sighting) => personAt(sighting, start) !== undefined).length;
    if (hits > best.hits) best = { start, hits };
  }
  return best.start;
}

/** Face id → person, by most of the sightings. */
function matchPeople({ truth, analysis, startedAt }: CompareOptions): Map<string, string> {
  const sightings = analysis.sightings.filter((sighting) => sighting.faceId !== null);
  if (sightings.length === 0) return new Map();
  const start = startedAt ?? estimateStart(sightings, truth);
  const votes = new Map<string, Map<string, number>>();
  for (const sighting of sightings) {
    const person = personAt(sighting, start);
    if (person === undefined || sighting.faceId === null) continue;
    const tally = votes.get(sighting.faceId) ?? new Map<string, number>();
    tally.set(person, (tally.get(person) ?? 0) + 1);
    votes.set(sighting.faceId, tally);
  }
  const winner = (tally: Map<string, number>) => [...tally].sort((a, b) => b[1] - a[1])[0]?.[0] ?? '';
  return new Map([...votes].map(([faceId, tally]) => [faceId, winner(tally)]));
}

function line(
  what: string,
  expected: string | number,
  measured: string | number,
  ok: boolean,
): ComparisonLine {
  return { what, expected: String(expected), measured: String(measured), ok };
}

function facesLine({ truth, analysis }: CompareOptions): ComparisonLine {
  const share = truth.frames > 0 ? analysis.frames / truth.frames : 1;
  const whole = Math.round(truth.faces * share);
  const doubtful = Math.round(truth.doubtfulFaces * share);
  const slack = whole * FACE_TOLERANCE;
  const ok = analysis.faces >= whole - slack && analysis.faces <= whole + doubtful + slack;
  return line('faces in all frames', `${whole} to ${whole + doubtful}`, analysis.faces, ok);
}

function countLines({ truth, analysis }: CompareOptions): ComparisonLine[] {
  const { visitors } = analysis;
  const returning = visitors.filter((visitor) => visitor.visits > 1).length;
  const visits = visitors.reduce((sum, visitor) => sum + visitor.visits, 0);
  return [
    line('unique visitors', truth.uniqueVisitors, visitors.length, visitors.length === truth.uniqueVisitors),
    line('returning visitors', truth.returningVisitors, returning, returning === truth.returningVisitors),
    line('visits in all', truth.appearances, visits, visits === truth.appearances),
  ];
}

function identityLine(
  { truth, analysis }: CompareOptions,
  people: ReadonlyMap<string, string>,
): ComparisonLine {
  const known = analysis.visitors.flatMap((visitor) => people.get(visitor.faceId) ?? []);
  const once = truth.people.filter((person) => known.filter((key) => key === person.key).length === 1).length;
  return line('people with exactly one face id', truth.people.length, once, once === truth.people.length);
}

interface Pair {
  readonly person: TruthPerson;
  readonly visitor: VisitorSummary;
}

/** Each person with the visitor seen most often among those matched to it. */
function pairsOf({ truth, analysis }: CompareOptions, people: ReadonlyMap<string, string>): Pair[] {
  return truth.people.flatMap((person) => {
    const own = analysis.visitors.filter((visitor) => people.get(visitor.faceId) === person.key);
    const visitor = own.sort((a, b) => b.sightings - a.sightings)[0];
    return visitor ? [{ person, visitor }] : [];
  });
}

function attributeLines(truth: DemoTruth, pairs: readonly Pair[]): ComparisonLine[] {
  const all = truth.people.length;
  const gender = pairs.filter(({ person, visitor }) => visitor.gender.label === person.genderByEye).length;
  const near = pairs.filter(({ person: { ageByEye }, visitor }) => {
    const age = visitor.age.mean;
    return age >= ageByEye.low - AGE_MARGIN && age <= ageByEye.high + AGE_MARGIN;
  }).length;
  return [
    line('gender as by eye', `${all} people`, `${gender} of ${all}`, gender >= all * GENDER_SHARE),
    line(
      `age within ${AGE_MARGIN} years of the band by eye`,
      `${all} people`,
      `${near} of ${all}`,
      near >= all * AGE_SHARE,
    ),
  ];
}

function bucketCounts({ truth, analysis }: CompareOptions): BucketCount[] {
  const expected = truth.people.map((person) => `${bandOf(person.ageByEye.low)} ${person.genderByEye}`);
  const measured = analysis.visitors.map((visitor) => `${bandOf(visitor.age.mean)} ${visitor.gender.label}`);
  const names = BAND_STARTS.flatMap((start) =>
    ['female', 'male', 'unknown'].map((gender) => `${bandOf(start)} ${gender}`),
  );
  const count = (list: readonly string[], name: string) => list.filter((entry) => entry === name).length;
  return names
    .map((bucket) => ({ bucket, expected: count(expected, bucket), measured: count(measured, bucket) }))
    .filter((entry) => entry.expected + entry.measured > 0);
}

/** Compares an analysis of the clip with its truth; ages and genders with what the pictures look like by eye. */
export function compareWithTruth(options: CompareOptions): DemoComparison {
  const people = matchPeople(options);
  const pairs = pairsOf(options, people);
  const lines = [
    facesLine(options),
    ...countLines(options),
    identityLine(options, people),
    ...attributeLines(options.truth, pairs),
  ];
  return { lines, buckets: bucketCounts(options), people, ok: lines.every((entry) => entry.ok) };
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** The comparison as lines of text: the verdicts, then the visitors by age and gender. */
export function comparisonTable(comparison: DemoComparison): string[] {
  const verdicts = comparison.lines.map((entry) => [
    entry.what,
    entry.expected,
    entry.measured,
    entry.ok ? '✓' : '✗',
  ]);
  const buckets = comparison.buckets.map((entry) => [
    entry.bucket,
    String(entry.expected),
    String(entry.measured),
  ]);
  return [
    ...columns([['', 'in the clip', 'measured', ''], ...verdicts]),
    '',
    ...columns([['visitors by age and gender', 'by eye', 'measured'], ...buckets]),
  ];
}
