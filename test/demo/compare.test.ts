import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type VideoAnalysis, videoAnalysisSchema } from '../../src/contract/analysis.ts';
import { compareWithTruth, comparisonTable } from '../../src/demo/compare.ts';
import { demoTruth, isWhole, truthAt } from '../../src/demo/truth.ts';

const truth = demoTruth();
const STARTED_AT = Date.parse('2026-03-01T10:00:00.250Z');

/** A face id of the right form that names the person, for the test's readability only. */
function faceIdOf(person: string): string {
  return `v-${person.slice(1).padStart(12, '0')}`;
}

type Sightings = VideoAnalysis['sightings'];

/** One sighting of each whole face per second, boxes a little off, as a detector would give them. */
function perfectSightings(): Sightings {
  const sightings: Sightings = [];
  for (let second = 0; second < truth.seconds; second++) {
    for (const { person, box } of truthAt(second).filter(isWhole)) {
      sightings.push({
        timestamp: new Date(STARTED_AT + second * 1000).toISOString(),
        age: 30,
        gender: 'unknown',
        faceId: faceIdOf(person),
        camera: 'demo',
        track: person,
        box: { x: box.x - 6, y: box.y - 9, width: box.width + 10, height: box.height + 12 },
        confidence: 0.9,
      });
    }
  }
  return sightings;
}

function perfectAnalysis(): VideoAnalysis {
  const sightings = perfectSightings();
  const at = (seconds: number) => new Date(STARTED_AT + seconds * 1000).toISOString();
  return videoAnalysisSchema.parse({
    source: 'shop.mp4',
    frames: truth.frames,
    durationSeconds: truth.seconds,
    fps: truth.framesPerSecond,
    faces: truth.faces,
    visitors: truth.people.map((person) => ({
      faceId: faceIdOf(person.key),
      sightings: sightings.filter((sighting) => sighting.faceId === faceIdOf(person.key)).length,
      firstSeen: at(person.visits[0]?.from ?? 0),
      lastSeen: at(person.visits.at(-1)?.to ?? 0),
      dwellSeconds: 10,
      visits: person.visits.length,
      age: { mean: person.ageByEye.low + 3, low: 20, high: 60 },
      gender: { label: person.genderByEye, probability: 0.9 },
    })),
    sightings,
    performance: { framesPerSecond: 30, stages: {} },
  });
}

function verdicts(
  analysis: VideoAnalysis,
  startedAt: number | undefined = STARTED_AT,
): Record<string, boolean> {
  const options = startedAt === undefined ? { truth, analysis } : { truth, analysis, startedAt };
  return Object.fromEntries(compareWithTruth(options).lines.map((line) => [line.what, line.ok]));
}

describe('the comparison with the truth', () => {
  it('finds nothing wrong with a perfect analysis', () => {
    const analysis = perfectAnalysis();
    const comparison = compareWithTruth({ truth, analysis, startedAt: STARTED_AT });
    assert.ok(comparison.ok);
    assert.ok(comparison.lines.every((line) => line.ok));
    assert.equal(comparison.people.get(faceIdOf('p7')), 'p7');
    for (const bucket of comparison.buckets) assert.equal(bucket.measured, bucket.expected);
  });

  it('finds the start by itself when it is not told', () => {
    const analysis = perfectAnalysis();
    assert.ok(compareWithTruth({ truth, analysis }).ok);
  });

  it('notices a visitor too many, and who was taken for two', () => {
    const analysis = perfectAnalysis();
    const twin = 'v-zzzzzzzzzzzz';
    const half = analysis.sightings.map((sighting, i) =>
      sighting.faceId === faceIdOf('p2') && i % 2 ? { ...sighting, faceId: twin } : sighting,
    );
    const [first] = analysis.visitors;
    assert.ok(first);
    const result = verdicts({
      ...analysis,
      sightings: half,
      visitors: [...analysis.visitors, { ...first, faceId: twin, visits: 1 }],
    });
    assert.equal(result['unique visitors'], false);
    assert.equal(result['people with exactly one face id'], false);
    assert.equal(result['returning visitors'], true);
  });

  it('notices that two people were taken for one', () => {
    const analysis = perfectAnalysis();
    const merged = analysis.visitors.filter((visitor) => visitor.faceId !== faceIdOf('p5'));
    const sightings = analysis.sightings.map((sighting) =>
      sighting.faceId === faceIdOf('p5') ? { ...sighting, faceId: faceIdOf('p3') } : sighting,
    );
    const result = verdicts({ ...analysis, visitors: merged, sightings });
    assert.equal(result['unique visitors'], false);
    assert.equal(result['people with exactly one face id'], false);
  });

  it('notices returns that were not recognised', () => {
    const analysis = perfectAnalysis();
    const visitors = analysis.visitors.map((visitor) => ({ ...visitor, visits: 1 }));
    const result = verdicts({ ...analysis, visitors });
    assert.equal(result['returning visitors'], false);
    assert.equal(result['visits in all'], false);
    assert.equal(result['unique visitors'], true);
  });

  it('allows for the faces in doubt, but not for many missed or invented', () => {
    const analysis = perfectAnalysis();
    const faces = (n: number) => verdicts({ ...analysis, faces: n })['faces in all frames'];
    assert.ok(faces(truth.faces + truth.doubtfulFaces));
    assert.ok(faces(Math.round(truth.faces * 0.98)));
    assert.equal(faces(Math.round(truth.faces * 0.9)), false);
    assert.equal(faces(Math.round(truth.faces * 1.2)), false);
  });

  it('scales the faces when only every other frame was looked at', () => {
    const analysis = perfectAnalysis();
    const half = { ...analysis, frames: truth.frames / 2, faces: Math.round(truth.faces / 2) };
    assert.ok(verdicts(half)['faces in all frames']);
  });

  it('judges gender and age per person', () => {
    const analysis = perfectAnalysis();
    const visitors = analysis.visitors.map((visitor) => ({
      ...visitor,
      age: { mean: 80, low: 70, high: 90 },
      gender: { label: 'unknown' as const, probability: 0.5 },
    }));
    const lines = compareWithTruth({
      truth,
      analysis: { ...analysis, visitors },
      startedAt: STARTED_AT,
    }).lines;
    assert.deepEqual(
      lines.slice(-2).map((line) => [line.measured, line.ok]),
      [
        ['0 of 12', false],
        ['0 of 12', false],
      ],
    );
  });

  it('survives an analysis that found nobody', () => {
    const nobody = { ...perfectAnalysis(), faces: 0, visitors: [], sightings: [] };
    const comparison = compareWithTruth({ truth, analysis: nobody });
    assert.ok(!comparison.ok && comparison.people.size === 0);
  });

  it('is printed with a mark per line and aligned columns', () => {
    const table = comparisonTable(
      compareWithTruth({ truth, analysis: perfectAnalysis(), startedAt: STARTED_AT }),
    );
    assert.equal(table.filter((row) => row.endsWith('✓')).length, 7);
    assert.equal(new Set(table.filter((row) => row.includes('✓')).map((row) => row.indexOf('✓'))).size, 1);
    assert.ok(table.some((row) => /^45–54 male +1 +1$/.test(row)));
  });
});
