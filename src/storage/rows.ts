import type { SightingMessage } from '../contract/sighting.ts';
import type { AudienceMinute, AuditEntry, TemplateRecord, VisitorRecord, VisitRecord } from './store.ts';
import type {
  AudienceMinuteRow,
  AuditRow,
  SightingRow,
  TemplateRow,
  VisitorRow,
  VisitRow,
} from './tables.ts';

/** Records to rows and back; shared by every SQL adapter. */

export function toSightingRow(message: SightingMessage): SightingRow {
  return {
    timestamp: Date.parse(message.timestamp),
    age: message.age,
    gender: message.gender,
    face_id: message.faceId,
    id: message.id,
    site: message.site,
    camera: message.camera,
    track: message.track,
    box_x: message.box.x,
    box_y: message.box.y,
    box_width: message.box.width,
    box_height: message.box.height,
    confidence: message.confidence,
    age_low: message.ageLow,
    age_high: message.ageHigh,
    gender_probability: message.genderProbability,
    looking: message.looking ? 1 : 0,
    state: message.state,
  };
}

export function fromSightingRow(row: SightingRow): SightingMessage {
  return {
    timestamp: new Date(row.timestamp).toISOString(),
    age: row.age,
    gender: row.gender,
    faceId: row.face_id,
    camera: row.camera,
    track: row.track,
    box: { x: row.box_x, y: row.box_y, width: row.box_width, height: row.box_height },
    confidence: row.confidence,
    version: 1,
    id: row.id,
    site: row.site,
    state: row.state,
    ageLow: row.age_low,
    ageHigh: row.age_high,
    genderProbability: row.gender_probability,
    looking: row.looking === 1,
  };
}

export function toVisitRow(visit: VisitRecord): VisitRow {
  return {
    id: visit.id,
    site: visit.site,
    face_id: visit.faceId,
    started_at: Math.round(visit.startedAt),
    ended_at: Math.round(visit.endedAt),
    returning: visit.returning ? 1 : 0,
    age_mean: visit.ageMean,
    gender: visit.gender,
  };
}

export function fromVisitRow(row: VisitRow): VisitRecord {
  return {
    id: row.id,
    site: row.site,
    faceId: row.face_id,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    returning: row.returning === 1,
    ageMean: row.age_mean,
    gender: row.gender,
  };
}

export function toVisitorRow(visitor: VisitorRecord): VisitorRow {
  return {
    face_id: visitor.faceId,
    site: visitor.site,
    created_at: Math.round(visitor.createdAt),
    last_seen_at: Math.round(visitor.lastSeenAt),
    age_mean: visitor.ageMean,
    age_low: visitor.ageLow,
    age_high: visitor.ageHigh,
    gender: visitor.gender,
    gender_probability: visitor.genderProbability,
  };
}

export function fromVisitorRow(row: VisitorRow): VisitorRecord {
  return {
    faceId: row.face_id,
    site: row.site,
    createdAt: row.created_at,
    lastSeenAt: row.last_seen_at,
    ageMean: row.age_mean,
    ageLow: row.age_low,
    ageHigh: row.age_high,
    gender: row.gender,
    genderProbability: row.gender_probability,
  };
}

export function toTemplateRow(template: TemplateRecord): TemplateRow {
  return {
    id: template.id,
    face_id: template.faceId,
    model: template.model,
    sealed: template.sealed,
    quality: template.quality,
    created_at: Math.round(template.createdAt),
  };
}

export function fromTemplateRow(row: TemplateRow): TemplateRecord {
  return {
    id: row.id,
    faceId: row.face_id,
    model: row.model,
    sealed: row.sealed,
    quality: row.quality,
    createdAt: row.created_at,
  };
}

export function toAudienceMinuteRow(minute: AudienceMinute): AudienceMinuteRow {
  return {
    minute: Math.round(minute.minute),
    site: minute.site,
    camera: minute.camera,
    run: minute.run,
    age_band: minute.ageBand,
    gender: minute.gender,
    tracks: minute.tracks,
    present_seconds: minute.presentSeconds,
    looking_seconds: minute.lookingSeconds,
  };
}

export function fromAudienceMinuteRow(row: AudienceMinuteRow): AudienceMinute {
  return {
    run: row.run,
    site: row.site,
    camera: row.camera,
    minute: row.minute,
    ageBand: row.age_band,
    gender: row.gender,
    tracks: row.tracks,
    presentSeconds: row.present_seconds,
    lookingSeconds: row.looking_seconds,
  };
}

export function fromAuditRow(row: AuditRow): AuditEntry {
  return { at: row.at, action: row.action, subject: row.subject, rows: row.rows_concerned };
}
