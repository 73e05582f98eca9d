import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pictureLines, sightingHeader, sightingRow, table, videoLines } from '../../src/cli/summary.ts';
import type { ImageAnalysis, VideoAnalysis } from '../../src/contract/analysis.ts';

const clip: VideoAnalysis = {
  source: 'shop.mp4',
  frames: 1500,
  durationSeconds: 125,
  fps: 12,
  faces: 900,
  visitors: [
    {
      faceId: 'v-0123456789ab',
      sightings: 12,
      firstSeen: '2026-03-01T10:00:00.000Z',
      lastSeen: '2026-03-01T10:00:11.500Z',
      dwellSeconds: 11.5,
      visits: 2,
      age: { mean: 44.6, low: 32.4, high: 60 },
      gender: { label: 'male', probability: 0.975 },
    },
  ],
  sightings: [],
  performance: { framesPerSecond: 88.84, stages: {} },
};

const face: ImageAnalysis['faces'][number] = {
  box: { x: 10.4, y: 20.6, width: 99.6, height: 100 },
  score: 0.9,
  landmarks: [],
  quality: 0.8,
  age: { mean: 30, low: 20, high: 40 },
  gender: { label: 'female', probability: 0.9 },
};

describe('a clip in a terminal', () => {
  it('is summed up, with a row for each visitor', () => {
    assert.deepEqual(videoLines({ kind: 'video', analysis: clip }), [
      'shop.mp4: 1500 frames, 2 min 05 s at 12.0 frames/s, analysed at 88.8 frames/s',
      'Faces 900   Visitors 1   Returning 1',
      '',
      'FACE ID         FIRST SEEN    LAST SEEN     DWELL   VISITS  AGE         GENDER',
      'v-0123456789ab  10:00:00.000  10:00:11.500  11.5 s  2       45 (32–60)  male 98 %',
    ]);
  });

  it('has no table where nobody was there', () => {
    const lines = videoLines({ kind: 'video', analysis: { ...clip, faces: 0, visitors: [] } });
    assert.deepEqual(lines.slice(1), ['Faces 0   Visitors 0   Returning 0']);
  });
});

describe('a picture in a terminal', () => {
  it('has a row for each face, and an id only where somebody is known', () => {
    const analysis = {
      source: 'a.jpg',
      width: 640,
      height: 480,
      faces: [face, { ...face, faceId: 'v-0123456789ab' }],
    };
    assert.deepEqual(pictureLines({ kind: 'picture', analysis }), [
      'a.jpg: 640×480, 2 faces',
      '  BOX            AGE         GENDER       QUALITY  FACE ID',
      '  10,21 100×100  30 (20–40)  female 90 %  0.80',
      '  10,21 100×100  30 (20–40)  female 90 %  0.80     v-0123456789ab',
    ]);
  });

  it('counts as people do', () => {
    const count = (faces: ImageAnalysis['faces']) =>
      pictureLines({ kind: 'picture', analysis: { source: 'a.jpg', width: 6, height: 4, faces } })[0];
    assert.deepEqual([count([]), count([face])], ['a.jpg: 6×4, 0 faces', 'a.jpg: 6×4, 1 face']);
  });

  it('cannot colour the terminal by its name', () => {
    const analysis = { source: '\u001b[31ma.jpg', width: 6, height: 4, faces: [] };
    assert.deepEqual(pictureLines({ kind: 'picture', analysis }), ['\ufffd[31ma.jpg: 6×4, 0 faces']);
  });
});

describe('a sighting in a terminal', () => {
  it("has the columns of the paper's table, and says what is not known", () => {
    const sighting = {
      timestamp: '2026-03-01T10:00:00.000Z',
      age: 34.04,
      gender: 'female' as const,
      faceId: 'v-0123456789ab',
      camera: 'door',
      track: 't1',
      box: { x: 0, y: 0, width: 1, height: 1 },
      confidence: 1,
    };
    assert.equal(sightingHeader, 'TIMESTAMP                 AGE    GENDER   FACE ID\n');
    assert.equal(sightingRow(sighting), '2026-03-01T10:00:00.000Z  34.0   female   v-0123456789ab\n');
    const unknown = sightingRow({ ...sighting, age: null, gender: 'unknown', faceId: null });
    assert.equal(unknown, '2026-03-01T10:00:00.000Z  –      unknown  (not known)\n');
  });
});

describe('a table', () => {
  it('is as wide as its widest cells, without blanks at the ends of lines', () => {
    assert.deepEqual(
      table([
        ['A', 'B'],
        ['long', 'x'],
        ['y', ''],
      ]),
      ['A     B', 'long  x', 'y'],
    );
    assert.deepEqual(table([]), []);
  });
});
