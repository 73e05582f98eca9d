import type { ImageAnalysis, VideoAnalysis, VisitorSummary } from '../../../src/contract/analysis.ts';
import type { Sighting } from '../../../src/contract/sighting.ts';

/** When the made-up clips begin. */
export const start = Date.parse('2026-01-01T10:00:00.000Z');

export function at(seconds: number): string {
  return new Date(start + seconds * 1000).toISOString();
}

export function sighting(changes: Partial<Sighting> = {}): Sighting {
  return {
    timestamp: at(0),
    age: 30,
    gender: 'female',
    faceId: null,
    camera: 'clip',
    track: '1',
    box: { x: 0, y: 0, width: 50, height: 50 },
    confidence: 0.9,
    ...changes,
  };
}

export function visitor(changes: Partial<VisitorSummary> = {}): VisitorSummary {
  return {
    faceId: 'v-00000000000a',
    sightings: 3,
    firstSeen: at(10),
    lastSeen: at(12),
    dwellSeconds: 2,
    visits: 1,
    age: { mean: 30, low: 26, high: 33 },
    gender: { label: 'female', probability: 0.98 },
    ...changes,
  };
}

export function video(changes: Partial<VideoAnalysis> = {}): VideoAnalysis {
  return {
    source: 'clip.mp4',
    frames: 1200,
    durationSeconds: 100,
    fps: 12,
    faces: 432,
    visitors: [],
    sightings: [],
    performance: { framesPerSecond: 60, stages: { decode: 3.7, detect: 4.1 } },
    ...changes,
  };
}

export function picture(
  source: string,
  faces: readonly Partial<ImageAnalysis['faces'][number]>[] = [],
): ImageAnalysis {
  return {
    source,
    width: 640,
    height: 480,
    faces: faces.map((face) => ({
      box: { x: 0, y: 0, width: 50, height: 50 },
      score: 0.9,
      landmarks: [],
      quality: 0.5,
      age: { mean: 30, low: 26, high: 33 },
      gender: { label: 'female', probability: 0.98 },
      ...face,
    })),
  };
}
