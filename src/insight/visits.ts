import { deterministicId } from '../core/ids.ts';
import type { Gender } from '../core/track.ts';
import type { VisitRecord } from '../storage/store.ts';

/** A visit ends when the visitor has not been seen for this long, in ms. */
export const VISIT_GAP = 30 * 60_000;

/** What a sighting says to the rule of visits. */
export interface VisitSighting {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly ageMean: number | null;
  readonly gender: Gender;
}

export interface ExtendVisitsOptions {
  readonly site: string;
  readonly faceId: string;
  /**
   * The visitor's visits at the site that come within a gap of the sightings, with the nearest one before and after:
   * `RecordStore.visitsAround` from the first sighting less a gap to the last one and a gap.
   */
  readonly known: readonly VisitRecord[];
  readonly sightings: readonly VisitSighting[];
  readonly gapMs?: number;
}

export interface VisitChanges {
  /** New visits and those that have changed. */
  readonly visits: readonly VisitRecord[];
  /** Ids of visits that are now part of another one. */
  readonly removedVisits: readonly string[];
}

/**
 * The visits of one visitor at one site, with some more sightings. A visit is a run of sightings in which no gap is as
 * long as `gapMs`; it is returning if there is an earlier one. The visits that result are the same in whatever order,
 * in whatever portions and however often the sightings come: one that closes the gap between two visits joins them,
 * one before all others makes the next visit returning, one that is known already changes nothing. (Age and gender
 * are those of the newest sighting that knows them when it comes.)
 */
export function extendVisits(options: ExtendVisitsOptions): VisitChanges {
  const { known, sightings, gapMs = VISIT_GAP } = options;
  let visits = known.toSorted(byTime);
  for (const sighting of sightings) visits = withSighting(visits, sighting, { ...options, gapMs });
  visits = visits.map((visit, i) => (i > 0 && !visit.returning ? { ...visit, returning: true } : visit));
  const before = new Map(known.map((visit) => [visit.id, visit]));
  const left = new Set(visits.map((visit) => visit.id));
  return {
    visits: visits.filter((visit) => !sameVisit(visit, before.get(visit.id))),
    removedVisits: known.flatMap(({ id }) => (left.has(id) ? [] : [id])),
  };
}

interface Rule {
  readonly site: string;
  readonly faceId: string;
  readonly gapMs: number;
}

function withSighting(visits: readonly VisitRecord[], sighting: VisitSighting, rule: Rule): VisitRecord[] {
  const { at } = sighting;
  const near = (visit: VisitRecord) => at > visit.startedAt - rule.gapMs && at < visit.endedAt + rule.gapMs;
  const touched = visits.filter(near);
  const [first, ...others] = touched;
  const merged = first ? join(first, others, sighting) : newVisit(sighting, rule);
  return [...visits.filter((visit) => !near(visit)), merged].sort(byTime);
}

/** The first of the visits keeps its id and whether it is returning; the sighting lies within a gap of all of them. */
function join(first: VisitRecord, others: readonly VisitRecord[], sighting: VisitSighting): VisitRecord {
  const all = [first, ...others];
  const last = others.at(-1) ?? first;
  const newest = sighting.at >= last.endedAt;
  return {
    ...first,
    startedAt: Math.min(sighting.at, first.startedAt),
    endedAt: Math.max(sighting.at, last.endedAt),
    ageMean: pick(
      newest,
      sighting.ageMean,
      all.findLast((visit) => visit.ageMean !== null)?.ageMean ?? null,
      null,
    ),
    gender: pick(
      newest,
      sighting.gender,
      all.findLast((visit) => visit.gender !== 'unknown')?.gender ?? 'unknown',
      'unknown',
    ),
  };
}

/** The newest knowledge, or any where the newest is none. */
function pick<T>(newest: boolean, offered: T, present: T, none: T): T {
  if (present === none) return offered;
  return newest && offered !== none ? offered : present;
}

function newVisit({ at, ageMean, gender }: VisitSighting, { site, faceId }: Rule): VisitRecord {
  const id = deterministicId('visit', site, faceId, at);
  return { id, site, faceId, startedAt: at, endedAt: at, returning: false, ageMean, gender };
}

function byTime(a: VisitRecord, b: VisitRecord): number {
  return a.startedAt - b.startedAt;
}

function sameVisit(a: VisitRecord, b: VisitRecord | undefined): boolean {
  return (
    b !== undefined &&
    a.startedAt === b.startedAt &&
    a.endedAt === b.endedAt &&
    a.returning === b.returning &&
    a.ageMean === b.ageMean &&
    a.gender === b.gender
  );
}

/** Of visits in any order, those that `RecordStore.visitsAround` would give. */
export function visitsAround(
  visits: readonly VisitRecord[],
  from: number,
  to: number,
): readonly VisitRecord[] {
  const ordered = visits.toSorted(byTime);
  const before = ordered.findLast((visit) => visit.endedAt < from);
  const after = ordered.find((visit) => visit.startedAt > to);
  const overlapping = ordered.filter((visit) => visit.startedAt <= to && visit.endedAt >= from);
  return [...(before ? [before] : []), ...overlapping, ...(after ? [after] : [])];
}
