import { visitsAround as around } from '../insight/visits.ts';
import type { RecordStore, VisitRecord, VisitsAround } from '../storage/store.ts';

/** Where the sink looks up the visits of a visitor, and how they are written. */
export interface VisitBook {
  visitsAround(query: VisitsAround): Promise<readonly VisitRecord[]>;
  /** The row as the mode allows it to be stored. */
  toRow(visit: VisitRecord): VisitRecord;
  /** The visits have been stored. */
  confirm(visits: readonly VisitRecord[], removed: readonly string[]): void;
}

/** Loyalty mode: the store knows the visits of each id. */
export function storedVisits(records: RecordStore): VisitBook {
  return {
    visitsAround: (query) => records.visitsAround(query),
    toRow: (visit) => visit,
    confirm: () => {},
  };
}

/**
 * Session mode: which visits belong to one person is known in memory only, for `ttlMs` after the last sighting (by
 * the time of the sightings); the rows have no id, so that nothing stored joins two visits.
 */
export function rememberedVisits(ttlMs: number): VisitBook {
  return new RememberedVisits(ttlMs);
}

class RememberedVisits implements VisitBook {
  readonly #ttlMs: number;
  /** By site and face id. */
  readonly #visits = new Map<string, readonly VisitRecord[]>();
  #newest = 0;

  constructor(ttlMs: number) {
    this.#ttlMs = ttlMs;
  }

  async visitsAround({ site, faceId, from, to }: VisitsAround): Promise<readonly VisitRecord[]> {
    return around(this.#visits.get(keyOf(site, faceId)) ?? [], from, to);
  }

  toRow(visit: VisitRecord): VisitRecord {
    return { ...visit, faceId: null };
  }

  confirm(visits: readonly VisitRecord[], removed: readonly string[]): void {
    const joined = new Set(removed);
    for (const visit of visits) {
      const key = keyOf(visit.site, visit.faceId ?? '');
      const others = (this.#visits.get(key) ?? []).filter(({ id }) => id !== visit.id && !joined.has(id));
      this.#visits.set(key, [...others, visit]);
      this.#newest = Math.max(this.#newest, visit.endedAt);
    }
    this.#forget();
  }

  #forget(): void {
    for (const [key, visits] of this.#visits) {
      const last = Math.max(...visits.map((visit) => visit.endedAt));
      if (last < this.#newest - this.#ttlMs) this.#visits.delete(key);
    }
  }
}

function keyOf(site: string, faceId: string): string {
  return JSON.stringify([site, faceId]);
}
