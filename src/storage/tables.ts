import type { SightingMessage } from '../contract/sighting.ts';
import type { Gender } from '../core/track.ts';
import type { AuditAction } from './store.ts';

/**
 * The tables as the SQL adapters see them; `migrations/` makes them. Times are whole milliseconds since 1970 (UTC) in
 * 64-bit integers, truth values 0 or 1; see docs/decisions/0004-storage.md for why. Names and order of the first four
 * columns of `sightings` are a contract.
 */
export interface Tables {
  sites: SiteRow;
  cameras: CameraRow;
  sightings: SightingRow;
  visits: VisitRow;
  visitors: VisitorRow;
  templates: TemplateRow;
  audience_minutes: AudienceMinuteRow;
  audit_log: AuditRow;
}

export interface SiteRow {
  id: string;
  first_seen_at: number;
}

export interface CameraRow {
  site: string;
  id: string;
  first_seen_at: number;
}

export interface SightingRow {
  timestamp: number;
  age: number | null;
  gender: Gender;
  face_id: string | null;
  id: string;
  site: string;
  camera: string;
  track: string;
  box_x: number;
  box_y: number;
  box_width: number;
  box_height: number;
  confidence: number;
  age_low: number | null;
  age_high: number | null;
  gender_probability: number | null;
  looking: number;
  state: SightingMessage['state'];
}

export interface VisitRow {
  id: string;
  site: string;
  face_id: string | null;
  started_at: number;
  ended_at: number;
  returning: number;
  age_mean: number | null;
  gender: Gender;
}

export interface VisitorRow {
  face_id: string;
  site: string;
  created_at: number;
  last_seen_at: number;
  age_mean: number | null;
  age_low: number | null;
  age_high: number | null;
  gender: Gender;
  gender_probability: number | null;
}

export interface TemplateRow {
  id: string;
  face_id: string;
  model: string;
  sealed: Uint8Array;
  quality: number;
  created_at: number;
}

export interface AudienceMinuteRow {
  minute: number;
  site: string;
  camera: string;
  run: string;
  age_band: string;
  gender: Gender;
  tracks: number;
  present_seconds: number;
  looking_seconds: number;
}

export interface AuditRow {
  id: string;
  at: number;
  action: AuditAction;
  subject: string | null;
  rows_concerned: number | null;
}
