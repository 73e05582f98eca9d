import type { SightingMessage } from '../contract/sighting.ts';
import type { Gender } from '../core/track.ts';

/**
 * Ports of the storage room. Times are whole milliseconds since 1970 (UTC). Every adapter passes
 * `test/contract/store.test.ts`. Templates arrive sealed (encrypted): no adapter can read them.
 */
export interface Store {
  readonly gallery: GalleryStore;
  readonly records: RecordStore;
  readonly queries: QueryStore;
  /** Opens the database and brings its schema up to date. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface VisitorRecord {
  readonly faceId: string;
  readonly site: string;
  readonly createdAt: number;
  readonly lastSeenAt: number;
  /** Current estimate, years; null where unknown. */
  readonly ageMean: number | null;
  readonly ageLow: number | null;
  readonly ageHigh: number | null;
  readonly gender: Gender;
  readonly genderProbability: number | null;
}

export interface TemplateRecord {
  readonly id: string;
  readonly faceId: string;
  /** Which models made it; templates of other models are not compared. */
  readonly model: string;
  /** Ciphertext with its nonce and tag; see `identity/vault.ts`. */
  readonly sealed: Uint8Array;
  /** Quality of the look, 0 to 1. */
  readonly quality: number;
  readonly createdAt: number;
}

/** A step in the gallery's life. A list of changes is applied as a whole or not at all, and twice does no harm. */
export type GalleryChange =
  | { readonly kind: 'visitor'; readonly visitor: VisitorRecord }
  | { readonly kind: 'template'; readonly template: TemplateRecord }
  | { readonly kind: 'template-removed'; readonly id: string };

export interface GalleryStore {
  load(): Promise<{ visitors: readonly VisitorRecord[]; templates: readonly TemplateRecord[] }>;
  apply(changes: readonly GalleryChange[]): Promise<void>;
}

export interface VisitRecord {
  readonly id: string;
  readonly site: string;
  /** Null in session mode. */
  readonly faceId: string | null;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly returning: boolean;
  readonly ageMean: number | null;
  readonly gender: Gender;
}

/** What anonymous mode keeps: how many, not who. One row per run, camera, minute and bucket; values are totals. */
export interface AudienceMinute {
  readonly run: string;
  readonly site: string;
  readonly camera: string;
  /** Start of the minute. */
  readonly minute: number;
  /** Name of the age band, e.g. `25-34`, or `unknown`. */
  readonly ageBand: string;
  readonly gender: Gender;
  /** Tracks that began in this minute. */
  readonly tracks: number;
  /** Seconds of presence, summed over tracks. */
  readonly presentSeconds: number;
  readonly lookingSeconds: number;
}

export interface RecordBatch {
  readonly sightings?: readonly SightingMessage[];
  readonly visits?: readonly VisitRecord[];
  /** Ids of visits that a late sighting has joined to another visit; removed in the same transaction. */
  readonly removedVisits?: readonly string[];
  readonly audienceMinutes?: readonly AudienceMinute[];
}

/** What an audit entry can be about. `erase` and `prune` are written by the store itself. */
export type AuditAction = 'erase' | 'prune' | 'export' | 'merge' | 'split' | 'undo';

/** One line of the audit log. It holds no personal data: no face id, no name, only what was done to how many rows. */
export interface AuditEntry {
  readonly at: number;
  readonly action: AuditAction;
  /** `auditSubject(faceId)`, a short one-way hash of a random id; null where the action concerns no one visitor. */
  readonly subject: string | null;
  /** Rows concerned; null where that says nothing. */
  readonly rows: number | null;
}

export interface RecordStore {
  /**
   * One transaction; rows whose id is already there are replaced (visits, minutes) or left alone (sightings). Rows
   * of an erased face id are not stored again, however late they arrive.
   */
  record(batch: RecordBatch): Promise<void>;
  /** The visitor's latest visit at the site. */
  latestVisit(site: string, faceId: string): Promise<VisitRecord | undefined>;
  /**
   * The visitor's visits at the site that overlap `from` to `to` (both included), with the nearest one before and the
   * nearest one after, in order of time: all that the rule of visits needs to know.
   */
  visitsAround(query: VisitsAround): Promise<readonly VisitRecord[]>;
  /** Adds a line to the audit log. */
  audit(entry: AuditEntry & { readonly action: Exclude<AuditAction, 'erase' | 'prune'> }): Promise<void>;
}

export interface VisitsAround {
  readonly site: string;
  readonly faceId: string;
  readonly from: number;
  readonly to: number;
}

export interface SightingFilter {
  readonly from?: number;
  readonly to?: number;
  readonly camera?: string;
  readonly faceId?: string;
}

export interface StoreCounts {
  readonly sightings: number;
  readonly visitors: number;
  readonly visits: number;
  readonly templates: number;
  readonly audienceMinutes: number;
}

export interface QueryStore {
  /** In order of time; streamed, so that any number of rows fits in memory. */
  sightings(filter?: SightingFilter): AsyncIterable<SightingMessage>;
  visitors(): AsyncIterable<VisitorRecord>;
  visits(): AsyncIterable<VisitRecord>;
  audienceMinutes(): AsyncIterable<AudienceMinute>;
  /** In order of time. */
  auditLog(): AsyncIterable<AuditEntry>;
  counts(): Promise<StoreCounts>;
  /**
   * Removes the visitor with templates, visits and sightings in one transaction, from the files too, and writes the
   * audit log. The id stays erased: what arrives later for it is not stored. False if there is none.
   */
  erase(faceId: string): Promise<boolean>;
  /**
   * Removes sightings, visits, minutes and visitors (with their templates) last seen before `before`, and writes the
   * audit log; returns the rows removed.
   */
  prune(before: number): Promise<number>;
}
