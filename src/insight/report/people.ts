import type { ImageAnalysis, VideoAnalysis, VisitorSummary } from '../../contract/analysis.ts';
import type { Sighting } from '../../contract/sighting.ts';
import { type AgeBand, ageBandOf, defaultAgeBands } from '../../core/age-band.ts';
import type { AgeEstimate, Gender } from '../../core/track.ts';
import { type CountedPerson, peopleOfSightings } from '../distribution.ts';

/** A stretch of time in which somebody was there, milliseconds since 1970. */
export interface Presence {
  readonly from: number;
  readonly to: number;
}

/** A visitor as the report shows him. */
export interface ReportVisitor {
  readonly faceId: string;
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly dwellSeconds: number;
  readonly visits: number;
  readonly age: AgeEstimate;
  readonly gender: Gender;
  readonly probability: number;
  readonly presence: readonly Presence[];
}

/** Sightings come about once a second; a longer silence means that the person was away. */
const AWAY_MS = 3000;

/** The visitors in order of appearance, with the stretches in which each was in view. */
export function visitorsOf({ visitors, sightings }: VideoAnalysis): ReportVisitor[] {
  const bySighted = Map.groupBy(sightings, (sighting) => sighting.faceId);
  return visitors
    .map((visitor) => toReportVisitor(visitor, bySighted.get(visitor.faceId) ?? []))
    .sort((a, b) => a.firstSeen - b.firstSeen);
}

function toReportVisitor(visitor: VisitorSummary, sightings: readonly Sighting[]): ReportVisitor {
  const { faceId, dwellSeconds, visits, age, gender } = visitor;
  const firstSeen = Date.parse(visitor.firstSeen);
  const lastSeen = Date.parse(visitor.lastSeen);
  const presence = presenceOf(sightings);
  return {
    faceId,
    firstSeen,
    lastSeen,
    dwellSeconds,
    visits,
    age,
    gender: gender.label,
    probability: gender.probability,
    presence: presence.length > 0 ? presence : [{ from: firstSeen, to: lastSeen }],
  };
}

/** The stretches of time that one person's sightings cover. */
export function presenceOf(sightings: readonly Sighting[]): Presence[] {
  const times = sightings.map((sighting) => Date.parse(sighting.timestamp)).sort((a, b) => a - b);
  const stretches: { from: number; to: number }[] = [];
  for (const time of times) {
    const current = stretches.at(-1);
    if (current && time - current.to <= AWAY_MS) current.to = time;
    else stretches.push({ from: time, to: time });
  }
  return stretches;
}

/** Where nobody is recognised: the stretches of each track. */
export function presenceOfTracks(sightings: readonly Sighting[]): Presence[] {
  const tracks = Map.groupBy(sightings, ({ camera, track }) => JSON.stringify([camera, track]));
  return [...tracks.values()].flatMap(presenceOf);
}

/** Tracks that never got an id: too short, too small or too unclear to be counted as somebody. */
export function unidentifiedTracks(sightings: readonly Sighting[]): number {
  const tracks = Map.groupBy(sightings, ({ camera, track }) => JSON.stringify([camera, track]));
  return [...tracks.values()].filter((rows) => rows.every((row) => row.faceId === null)).length;
}

/** One person a track, for modes without ids. */
export function trackPeople(sightings: readonly Sighting[]): CountedPerson[] {
  return peopleOfSightings(sightings.map((sighting) => ({ ...sighting, faceId: null })));
}

/** A face of a picture, or the best face of a visitor who is in several. */
export interface PicturedPerson extends CountedPerson {
  readonly interval: AgeEstimate;
}

/** One person for each face id, from the face of the best quality; each face without an id is one by itself. */
export function picturedPeople(pictures: readonly ImageAnalysis[]): PicturedPerson[] {
  const faces = pictures.flatMap((picture) => picture.faces).toSorted((a, b) => b.quality - a.quality);
  const seen = new Set<string>();
  return faces
    .filter(({ faceId }) => {
      const again = faceId !== undefined && seen.has(faceId);
      if (faceId !== undefined) seen.add(faceId);
      return !again;
    })
    .map(({ age, gender }) => ({ age: age.mean, gender: gender.label, interval: age }));
}

/** How many of these ages might as well belong to a neighbouring band. */
export function ambiguousAges(
  ages: readonly AgeEstimate[],
  bands: readonly AgeBand[] = defaultAgeBands,
): number {
  return ages.filter(({ low, high }) => ageBandOf(low, bands) !== ageBandOf(high, bands)).length;
}

/** Years that the middle one of these intervals spans; 0 for none. */
export function typicalSpan(ages: readonly AgeEstimate[]): number {
  const spans = ages.map(({ low, high }) => high - low).sort((a, b) => a - b);
  return spans[spans.length >> 1] ?? 0;
}

/** How many people were in view at once: the steps at which the number changes, in order of time. */
export function occupancy(presence: readonly Presence[]): { readonly at: number; readonly count: number }[] {
  const changes = presence.flatMap(({ from, to }) => [
    { at: from, change: 1 },
    { at: to, change: -1 },
  ]);
  // Arrivals before departures of the same instant, so that a single sighting is seen at all.
  changes.sort((a, b) => a.at - b.at || b.change - a.change);
  let count = 0;
  return changes.map(({ at, change }) => {
    count += change;
    return { at, count };
  });
}
