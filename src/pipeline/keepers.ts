import type { SightingMessage } from '../contract/sighting.ts';
import { type AgeBand, ageBandOf } from '../core/age-band.ts';
import { extendVisits, type VisitChanges } from '../insight/visits.ts';
import { AudienceMinutes, UNKNOWN_BAND } from '../privacy/audience-minutes.ts';
import type { RecordBatch, VisitRecord } from '../storage/store.ts';
import type { VisitBook } from './visit-book.ts';

/**
 * Makes one kind of row from sightings. `take` may be called again with the same messages before `confirm`, after a
 * failure; it then gives the same rows, or their later state.
 */
export interface Keeper {
  take(messages: readonly SightingMessage[]): Promise<RecordBatch>;
  /** What the last `take` gave has been stored. */
  confirm(): void;
}

export function sightingKeeper(): Keeper {
  return {
    take: async (sightings) => ({ sightings }),
    confirm: () => {},
  };
}

/** The longest pause between two sightings of one track that still counts as presence, in ms. */
const LONGEST_PAUSE = 10_000;

export function minuteKeeper(run: string, bands: readonly AgeBand[]): Keeper {
  const minutes = new AudienceMinutes(run);
  const count = (message: SightingMessage) => {
    const { site, camera, track, age, gender, looking } = message;
    const to = Date.parse(message.timestamp);
    const last = minutes.lastSeen(site, camera, track) ?? to;
    const from = to >= last && to - last <= LONGEST_PAUSE ? last : to;
    const ageBand = (age === null ? undefined : ageBandOf(age, bands)?.label) ?? UNKNOWN_BAND;
    minutes.add({ site, camera, track, from, to, ageBand, gender, looking });
  };
  return {
    take: async (messages) => {
      for (const message of messages) count(message);
      return { audienceMinutes: minutes.changes() };
    },
    confirm: () => minutes.confirm(),
  };
}

export function visitKeeper(book: VisitBook, gapMs: number): Keeper {
  let visits: VisitRecord[] = [];
  let removedVisits: string[] = [];
  const note = (changes: VisitChanges) => {
    visits.push(...changes.visits);
    removedVisits.push(...changes.removedVisits);
  };
  return {
    take: async (messages) => {
      visits = [];
      removedVisits = [];
      for (const [faceId, ofSite] of byVisitor(messages)) {
        for (const [site, ofVisitor] of ofSite)
          note(await changesOf({ book, gapMs, site, faceId }, ofVisitor));
      }
      return { visits: visits.map((visit) => book.toRow(visit)), removedVisits };
    },
    confirm: () => book.confirm(visits, removedVisits),
  };
}

interface Visiting {
  readonly book: VisitBook;
  readonly gapMs: number;
  readonly site: string;
  readonly faceId: string;
}

async function changesOf(
  { book, gapMs, site, faceId }: Visiting,
  messages: readonly SightingMessage[],
): Promise<VisitChanges> {
  const sightings = messages.map(({ timestamp, age, gender }) => ({
    at: Date.parse(timestamp),
    ageMean: age,
    gender,
  }));
  const times = sightings.map(({ at }) => at);
  const from = Math.min(...times) - gapMs;
  const to = Math.max(...times) + gapMs;
  const known = await book.visitsAround({ site, faceId, from, to });
  return extendVisits({ site, faceId, known, sightings, gapMs });
}

/** Messages with a face id, by it and by site. */
function byVisitor(messages: readonly SightingMessage[]): Map<string, Map<string, SightingMessage[]>> {
  const groups = new Map<string, Map<string, SightingMessage[]>>();
  for (const message of messages) {
    if (message.faceId === null) continue;
    const sites = groups.get(message.faceId) ?? new Map<string, SightingMessage[]>();
    groups.set(message.faceId, sites);
    const group = sites.get(message.site) ?? [];
    sites.set(message.site, group);
    group.push(message);
  }
  return groups;
}
