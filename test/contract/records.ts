import type { SightingMessage } from '../../src/contract/sighting.ts';
import { deterministicId } from '../../src/core/ids.ts';
import type { AudienceMinute, TemplateRecord, VisitorRecord, VisitRecord } from '../../src/storage/store.ts';

/** Builders of valid records; a test names only what it is about. */

/** 2026-03-01T10:00:00Z. */
export const MORNING = Date.UTC(2026, 2, 1, 10);

export const ANNA = 'v-00000000anna';
export const BORIS = 'v-0000000br1s0';

export function sighting(over: Partial<SightingMessage> & { at?: number } = {}): SightingMessage {
  const { at = MORNING, ...rest } = over;
  const camera = rest.camera ?? 'door';
  const track = rest.track ?? 't1';
  return {
    version: 1,
    timestamp: new Date(at).toISOString(),
    id: deterministicId('sighting', camera, track, at),
    age: 33.5,
    ageLow: 26,
    ageHigh: 41,
    gender: 'female',
    genderProbability: 0.97,
    faceId: ANNA,
    site: 'shop',
    camera,
    track,
    box: { x: 10.5, y: 20.25, width: 64, height: 80 },
    confidence: 0.93,
    looking: true,
    state: 'live',
    ...rest,
  };
}

export function visitor(over: Partial<VisitorRecord> = {}): VisitorRecord {
  return {
    faceId: ANNA,
    site: 'shop',
    createdAt: MORNING,
    lastSeenAt: MORNING + 60_000,
    ageMean: 33.5,
    ageLow: 26,
    ageHigh: 41,
    gender: 'female',
    genderProbability: 0.97,
    ...over,
  };
}

export function template(over: Partial<TemplateRecord> = {}): TemplateRecord {
  return {
    id: 'template-1',
    faceId: ANNA,
    model: 'embedder-a',
    sealed: new Uint8Array([0, 1, 2, 253, 254, 255]),
    quality: 0.8,
    createdAt: MORNING,
    ...over,
  };
}

export function visit(over: Partial<VisitRecord> = {}): VisitRecord {
  return {
    id: 'visit-1',
    site: 'shop',
    faceId: ANNA,
    startedAt: MORNING,
    endedAt: MORNING + 300_000,
    returning: false,
    ageMean: 33.5,
    gender: 'female',
    ...over,
  };
}

export function minute(over: Partial<AudienceMinute> = {}): AudienceMinute {
  return {
    run: 'run-1',
    site: 'shop',
    camera: 'door',
    minute: MORNING,
    ageBand: '25-34',
    gender: 'female',
    tracks: 2,
    presentSeconds: 41.5,
    lookingSeconds: 12.25,
    ...over,
  };
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
