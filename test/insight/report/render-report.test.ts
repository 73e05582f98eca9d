import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { VideoAnalysis } from '../../../src/contract/analysis.ts';
import type { Mode } from '../../../src/contract/primitives.ts';
import { type ReportOptions, renderReport } from '../../../src/insight/report/render-report.ts';
import { at, picture, sighting, start, video, visitor } from './analysis-samples.ts';

const generatedAt = Date.parse('2026-11-22T08:15:00Z');
const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]);

function render(analysis: ReportOptions['analysis'], options: Partial<ReportOptions> = {}): string {
  return renderReport({ analysis, mode: 'session', generatedAt, startedAt: start, ...options });
}

/** Two visitors, one of whom came back. */
function twoVisitors(): VideoAnalysis {
  const returning = visitor({
    faceId: 'v-00000000000b',
    visits: 2,
    lastSeen: at(70),
    dwellSeconds: 65,
    age: { mean: 61, low: 55, high: 68 },
    gender: { label: 'male', probability: 0.97 },
  });
  const sightings = [10, 11, 12].map((second) =>
    sighting({ timestamp: at(second), faceId: 'v-00000000000a' }),
  );
  return video({ visitors: [visitor(), returning], sightings });
}

const VOID = new Set(['meta', 'img', 'br', 'hr', 'rect', 'line', 'path', 'circle']);

/** Fails unless every element is closed in the right order. */
function assertBalanced(page: string): void {
  const open: string[] = [];
  for (const [, close, name = '', self] of page.matchAll(/<(\/?)([a-z][a-z0-9]*)\b[^>]*?(\/?)>/g)) {
    if (close) assert.equal(open.pop(), name);
    else if (!self && !VOID.has(name)) open.push(name);
  }
  assert.deepEqual(open, []);
}

/** The page without tags and style, spaces joined. */
function textOf(page: string): string {
  return page
    .replace(/<style>.*?<\/style>/s, '')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ');
}

describe('renderReport', () => {
  it('puts the numbers of a video first', () => {
    const text = textOf(render(twoVisitors()));
    assert.match(
      text,
      /visitors 2 first visit 1 returning 1 faces in all frames 432 length 1:40 frames per second 60\.0/,
    );
  });

  it('shows each visitor with times, stay, visits, age interval and gender', () => {
    const text = textOf(render(twoVisitors()));
    assert.match(text, /v-00000000000a 0:10 0:12 2 s 1 30 \(26–33\) female 98 %/);
    assert.match(text, /v-00000000000b returning 0:10 1:10 1 min 05 s 2 61 \(55–68\) male 97 %/);
  });

  it('has the distribution as a chart, as a table, and with its uncertainty', () => {
    const page = render(twoVisitors());
    const text = textOf(page);
    assert.match(page, /class="pyramid" role="img"/);
    assert.match(text, /25–34 1 0 0 1/);
    assert.match(text, /all 1 1 0 2/);
    assert.match(text, /n = 2 visitors/);
    assert.match(text, /for 1 of 2 visitors it reaches into another band/);
  });

  it('is well-formed in every shape', () => {
    const hostile = picture('<b>"x"\'.jpg', [{}, { faceId: 'v-00000000000a' }]);
    for (const mode of ['anonymous', 'session', 'loyalty'] as const) {
      for (const analysis of [
        twoVisitors(),
        video(),
        video({ faces: 0 }),
        [hostile],
        [],
        [picture('none.jpg')],
      ]) {
        const page = render(analysis, { mode, crops: new Map([['v-00000000000a', jpeg]]) });
        assert.ok(page.startsWith('<!doctype html>'));
        assertBalanced(page);
        assert.doesNotMatch(page, /NaN|Infinity|undefined|\[object/);
      }
    }
  });

  it('runs nothing and loads nothing, whatever files are called', () => {
    const hostile = `<script>alert(1)</script><img src=x onerror=alert(1)>" onmouseover="alert(1)' \u0000\u202e.mp4`;
    const stages = { [hostile]: 3 };
    const pages = [
      render(video({ ...twoVisitors(), source: hostile, performance: { framesPerSecond: 1, stages } })),
      render([picture(hostile, [{}])]),
      render([picture(hostile)]),
      render([picture(hostile), picture(hostile)]),
    ];
    for (const page of pages) {
      assertBalanced(page);
      assert.match(page, /&lt;script&gt;alert\(1\)&lt;\/script&gt;/);
      const markup = page.match(/<[^>]+>/g)?.join('\n') ?? '';
      assert.doesNotMatch(
        markup,
        /<script|<img|<link|<iframe|<object|<form|\son\w+\s*=|https?:|javascript:|url\(/i,
      );
      assert.match(
        page,
        /http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"/,
      );
    }
  });

  const shows: readonly (readonly [Mode, boolean])[] = [
    ['anonymous', false],
    ['session', false],
    ['loyalty', true],
  ];
  for (const [mode, shown] of shows) {
    it(`${shown ? 'shows' : 'never shows'} faces in ${mode} mode`, () => {
      const page = render(twoVisitors(), { mode, crops: new Map([['v-00000000000a', jpeg]]) });
      assert.equal(page.includes('data:image/jpeg'), shown);
    });
  }

  it('shows a shape for a visitor without a crop', () => {
    const page = render(twoVisitors(), { mode: 'loyalty' });
    assert.doesNotMatch(page, /<img/);
    assert.match(page, /<svg class="mark"/);
  });

  it('counts tracks in anonymous mode, names nobody, and says why', () => {
    const sightings = ['1', '2', '3'].map((track) => sighting({ track, timestamp: at(Number(track)) }));
    const page = render(video({ sightings }), { mode: 'anonymous' });
    const text = textOf(page);
    assert.match(text, /tracks 3 faces in all frames/);
    assert.match(text, /n = 3 tracks/);
    assert.match(text, /nobody is recognised/);
    assert.doesNotMatch(text, /v-[0-9a-z]{12}|returning/);
  });

  it('does not show ids in anonymous mode even if it were handed some', () => {
    const pictures = [picture('a.jpg', [{ faceId: 'v-00000000000a' }])];
    for (const analysis of [twoVisitors(), pictures]) {
      assert.doesNotMatch(render(analysis, { mode: 'anonymous' }), /v-[0-9a-z]{12}/);
    }
  });

  it('says who was seen but not counted', () => {
    const analysis = twoVisitors();
    const sightings = [...analysis.sightings, sighting({ track: '7' }), sighting({ track: '8' })];
    assert.match(
      textOf(render({ ...analysis, sightings })),
      /2 tracks of faces were too short, too small or too unclear/,
    );
    const nobody = textOf(render(video({ sightings: [sighting()] })));
    assert.match(nobody, /visitors 0/);
    assert.match(nobody, /Faces were seen, but all were too short/);
  });

  it('has a page of its own where no face was found', () => {
    assert.match(textOf(render(video({ faces: 0 }))), /No face was found in this video\./);
    assert.match(textOf(render([picture('a.jpg')])), /No face was found in this picture\./);
    assert.match(
      textOf(render([picture('a.jpg'), picture('b.jpg')])),
      /No face was found in these 2 pictures\./,
    );
  });

  it('reports pictures: faces, visitors where there are ids, and each picture', () => {
    const faceId = 'v-00000000000a';
    const pictures = [picture('a.jpg', [{ faceId }, {}]), picture('b.jpg', [{ faceId }]), picture('c.jpg')];
    const text = textOf(render(pictures));
    assert.match(text, /visitors 2 faces 3 pictures 3 without a face 1/);
    assert.match(
      text,
      /a\.jpg 640 × 480 2 30 \(26–33\), female 98 % v-00000000000a 30 \(26–33\), female 98 %/,
    );
    assert.match(text, /c\.jpg 640 × 480 0 no face/);
    assert.doesNotMatch(textOf(render([picture('a.jpg', [{}])])), /visitors? \d/);
  });

  it('stays of a readable size with very many visitors, and says what it leaves out', () => {
    const visitors = Array.from({ length: 3000 }, (_, i) =>
      visitor({ faceId: `v-${String(i).padStart(12, '0')}`, dwellSeconds: i }),
    );
    const page = render(video({ visitors }));
    assert.ok(page.length < 1_000_000, `${page.length}`);
    assert.match(textOf(page), /the first 500 of 3,000/);
    assert.match(textOf(page), /The 40 who stayed longest; 2,960 more/);
  });

  it('counts time from the first sighting where the start is not known', () => {
    const page = renderReport({ analysis: twoVisitors(), mode: 'session', generatedAt });
    assert.match(textOf(page), /v-00000000000a 0:00 0:02 2 s/);
  });
});
