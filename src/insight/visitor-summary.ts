import type { VisitorSummary } from '../contract/analysis.ts';
import type { SightingMessage } from '../contract/sighting.ts';
import type { Attributes, GenderEstimate } from '../core/track.ts';
import { extendVisits } from './visits.ts';

/** What tracks said of one visitor. */
export interface PersonSeen {
  /** The latest attributes of each of the visitor's tracks. */
  readonly readings: Map<string, Attributes>;
}

export interface SummarizeOptions {
  readonly sightings: readonly SightingMessage[];
  readonly seen: ReadonlyMap<string, PersonSeen>;
  readonly visitGapMs: number;
}

/** One line per visitor, in order of first appearance. */
export function summarizeVisitors(options: SummarizeOptions): VisitorSummary[] {
  const rows = new Map<string, SightingMessage[]>();
  for (const sighting of options.sightings) {
    if (sighting.faceId === null) continue;
    const own = rows.get(sighting.faceId) ?? [];
    own.push(sighting);
    rows.set(sighting.faceId, own);
  }
  return [...rows]
    .flatMap(([faceId, own]) => summarize(faceId, own, options) ?? [])
    .sort((a, b) => a.firstSeen.localeCompare(b.firstSeen));
}

function summarize(
  faceId: string,
  rows: readonly SightingMessage[],
  { seen, visitGapMs }: SummarizeOptions,
): VisitorSummary | undefined {
  const attributes = combine([...(seen.get(faceId)?.readings.values() ?? [])]);
  const [first] = rows;
  if (attributes === undefined || first === undefined) return undefined;
  const sightings = rows.map(({ timestamp, age, gender }) => ({
    at: Date.parse(timestamp),
    ageMean: age,
    gender,
  }));
  const { visits } = extendVisits({ site: first.site, faceId, known: [], sightings, gapMs: visitGapMs });
  const times = sightings.map((row) => row.at);
  const dwell = visits.reduce((sum, visit) => sum + visit.endedAt - visit.startedAt, 0);
  return {
    faceId,
    sightings: rows.length,
    firstSeen: new Date(Math.min(...times)).toISOString(),
    lastSeen: new Date(Math.max(...times)).toISOString(),
    dwellSeconds: Math.round(dwell / 100) / 10,
    visits: visits.length,
    ...attributes,
  };
}

/** The mean over the visitor's tracks; the interval reaches as far as that of the surest track. */
export function combine(readings: readonly Attributes[]): Attributes | undefined {
  if (readings.length === 0) return undefined;
  const mean = readings.reduce((sum, r) => sum + r.age.mean, 0) / readings.length;
  const below = Math.min(...readings.map((r) => r.age.mean - r.age.low));
  const above = Math.min(...readings.map((r) => r.age.high - r.age.mean));
  const round = (years: number) => Math.round(Math.min(120, Math.max(0, years)) * 10) / 10;
  return {
    age: { mean: round(mean), low: round(mean - below), high: round(mean + above) },
    gender: combineGender(readings.map((r) => r.gender)),
  };
}

/** Votes weighed by how far each is from undecided. */
function combineGender(votes: readonly GenderEstimate[]): GenderEstimate {
  let female = 0;
  for (const { label, probability } of votes) {
    if (label !== 'unknown') female += (label === 'female' ? 1 : -1) * (probability - 0.5);
  }
  const label = female === 0 ? 'unknown' : female > 0 ? 'female' : 'male';
  const agreeing = votes.filter((vote) => vote.label === label).map((vote) => vote.probability);
  const probability = agreeing.reduce((sum, p) => sum + p, 0) / Math.max(agreeing.length, 1);
  return { label, probability: Math.round(Math.max(probability, 0.5) * 1000) / 1000 };
}
