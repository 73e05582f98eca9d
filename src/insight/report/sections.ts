import type { ImageAnalysis, VideoAnalysis } from '../../contract/analysis.ts';
import type { AgeEstimate } from '../../core/track.ts';
import type { Distribution } from '../distribution.ts';
import { crowdChart, presenceLane, pyramidChart, shareBar, type TimeRange, timeAxis } from './charts.ts';
import {
  ageWithInterval,
  bandName,
  clockTime,
  counted,
  decimal,
  duration,
  genderWithProbability,
  instant,
  whole,
} from './format.ts';
import { type Html, html } from './html.ts';
import { emptyMark, visitorMark } from './marks.ts';
import { ambiguousAges, occupancy, type Presence, type ReportVisitor, typicalSpan } from './people.ts';

/** Rows beyond these are counted, not shown: the page stays quick to open; the JSON and CSV have them all. */
const MOST_LANES = 40;
const MOST_ROWS = 500;

export type Crops = ReadonlyMap<string, Uint8Array>;

export interface Figure {
  readonly name: string;
  readonly value: string;
}

/** The numbers at the top; the first is the largest. */
export function figuresSection(figures: readonly Figure[]): Html {
  return html`<dl class="figures">${figures.map(
    ({ name, value }, i) =>
      html`<div${i === 0 ? html` class="first"` : undefined}><dt>${name}</dt><dd>${value}</dd></div>`,
  )}</dl>`;
}

export interface DistributionOptions {
  readonly distribution: Distribution;
  /** What is counted: `visitor`, `face`, `track`. */
  readonly noun: string;
  /** Intervals of the ages, where they are known. */
  readonly ages: readonly AgeEstimate[];
}

/** Age and gender: chart, what to make of it, and the numbers as a table. */
export function distributionSection({ distribution, noun, ages }: DistributionOptions): Html {
  const { totals, rows } = distribution;
  const unsure = `for ${whole(ambiguousAges(ages))} of ${counted(ages.length, noun)} it reaches into another band`;
  const span = `The typical interval of an age is ${whole(typicalSpan(ages))} years wide; ${unsure}. `;
  const doubt = ages.length > 0 ? span : '';
  return html`<section><div class="heading"><h2>Age and gender</h2>
    <span class="quiet">n = ${counted(totals.total, noun)}</span></div>
    ${pyramidChart(distribution)}
    <p class="quiet note">Ages and genders are estimates from faces. ${doubt}Where the face does not say enough, the gender is unknown.</p>
    <details><summary>Numbers as a table</summary><table>
      <caption>${noun}s by age and gender</caption>
      <thead><tr><th scope="col">Age</th><th scope="col" class="n">Female</th><th scope="col" class="n">Male</th>
        <th scope="col" class="n">Unknown</th><th scope="col" class="n">All</th></tr></thead>
      <tbody>${rows.map(
        ({
          band,
          counts,
        }) => html`<tr><td>${band ? bandName(band.label) : 'unknown'}</td><td class="n">${whole(counts.female)}</td>
        <td class="n">${whole(counts.male)}</td><td class="n">${whole(counts.unknown)}</td><td class="n">${whole(counts.total)}</td></tr>`,
      )}<tr><td>all</td><td class="n">${whole(totals.female)}</td><td class="n">${whole(totals.male)}</td>
        <td class="n">${whole(totals.unknown)}</td><td class="n">${whole(totals.total)}</td></tr></tbody></table></details>
  </section>`;
}

export interface TimelineOptions {
  readonly visitors: readonly ReportVisitor[];
  /** Everybody's stretches, also of those without an id. */
  readonly presence: readonly Presence[];
  readonly range: TimeRange;
  readonly crops: Crops;
}

/** Who was there when: how many at once, then a lane for each visitor. */
export function timelineSection({ visitors, presence, range, crops }: TimelineOptions): Html {
  const lanes = visitors
    .toSorted((a, b) => b.dwellSeconds - a.dwellSeconds)
    .slice(0, MOST_LANES)
    .sort((a, b) => a.firstSeen - b.firstSeen);
  const hidden = visitors.length - lanes.length;
  const most = Math.max(0, ...occupancy(presence).map((step) => step.count));
  const more =
    hidden > 0
      ? html`<p class="quiet note">The ${whole(MOST_LANES)} who stayed longest; ${whole(hidden)} more are in the table below.</p>`
      : undefined;
  return html`<section><div class="heading"><h2>Over time</h2>
    <span class="quiet">people in view at once (at most ${whole(most)}), minutes and seconds from the beginning</span></div>
    ${crowdChart(presence, range)}${timeAxis(range)}
    ${lanes.length > 0 ? laneChart(lanes, range, crops) : undefined}${more}</section>`;
}

function laneChart(lanes: readonly ReportVisitor[], range: TimeRange, crops: Crops): Html {
  return html`<p class="quiet key note"><span>first visit</span><span class="returning">returning</span></p>
    <div class="lanes note" style="max-width:none" role="img" aria-label="When each visitor was in view. The table of visitors has the times.">
    ${lanes.map(
      (
        visitor,
      ) => html`<span class="who">${visitorMark(visitor.faceId, crops.get(visitor.faceId))}<code>${visitor.faceId}</code></span>
      ${presenceLane(visitor, range)}`,
    )}<span></span>${timeAxis(range)}</div>`;
}

/** Everybody with an id. */
export function visitorsSection(visitors: readonly ReportVisitor[], start: number, crops: Crops): Html {
  const rows = visitors.slice(0, MOST_ROWS);
  return html`<section><div class="heading"><h2>Visitors</h2>
    <span class="quiet">${shownOf(rows.length, visitors.length)}</span></div>
    <table class="stack" role="table"><thead role="rowgroup"><tr role="row">${[
      'Visitor',
      'First seen',
      'Last seen',
      'Stay',
      'Visits',
      'Age (interval)',
      'Gender',
    ].map(
      (name, i) =>
        html`<th scope="col" role="columnheader"${i > 0 && i < 5 ? html` class="n"` : undefined}>${name}</th>`,
    )}
    </tr></thead><tbody role="rowgroup">${rows.map((visitor) => visitorRow(visitor, start, crops))}</tbody></table></section>`;
}

function visitorRow(visitor: ReportVisitor, start: number, crops: Crops): Html {
  const { faceId, firstSeen, lastSeen, dwellSeconds, visits, age, gender, probability } = visitor;
  const time = (at: number, label: string) =>
    html`<td role="cell" class="n" data-label="${label}"><time datetime="${new Date(at).toISOString()}">${clockTime((at - start) / 1000)}</time></td>`;
  const tag = visits > 1 ? html`<span class="tag">returning</span>` : undefined;
  return html`<tr role="row"><td role="cell"><span class="who">${visitorMark(faceId, crops.get(faceId))}<code>${faceId}</code>${tag}</span></td>
    ${time(firstSeen, 'First seen')}${time(lastSeen, 'Last seen')}
    <td role="cell" class="n" data-label="Stay">${duration(dwellSeconds)}</td>
    <td role="cell" class="n" data-label="Visits">${whole(visits)}</td>
    <td role="cell" data-label="Age (interval)">${ageWithInterval(age)}</td>
    <td role="cell" data-label="Gender">${genderWithProbability(gender, probability)}</td></tr>`;
}

function shownOf(shown: number, all: number): string {
  return shown < all ? `the first ${whole(shown)} of ${whole(all)}` : '';
}

/** What was found in each picture. */
export function picturesSection(pictures: readonly ImageAnalysis[]): Html {
  const rows = pictures.slice(0, MOST_ROWS);
  const faceText = ({ age, gender, faceId }: ImageAnalysis['faces'][number]) =>
    html`<div>${ageWithInterval(age)}, ${genderWithProbability(gender.label, gender.probability)}${faceId ? html` <code>${faceId}</code>` : undefined}</div>`;
  return html`<section><div class="heading"><h2>Pictures</h2>
    <span class="quiet">${shownOf(rows.length, pictures.length)}</span></div>
    <table class="stack" role="table"><thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Picture</th>
      <th scope="col" role="columnheader" class="n">Faces</th>
      <th scope="col" role="columnheader">Age (interval), gender</th></tr></thead>
    <tbody role="rowgroup">${rows.map(
      ({
        source,
        width,
        height,
        faces,
      }) => html`<tr role="row"><td role="cell" class="source"><bdi>${source}</bdi>
        <div class="quiet">${width} × ${height}</div></td>
        <td role="cell" class="n" data-label="Faces">${whole(faces.length)}</td>
        <td role="cell" class="wide" data-label="Age (interval), gender">${faces.length > 0 ? faces.map(faceText) : html`<span class="quiet">no face</span>`}</td></tr>`,
    )}</tbody></table></section>`;
}

/** How fast it went, and where the time was spent. */
export function performanceSection({ performance, frames, durationSeconds }: VideoAnalysis): Html {
  const stages = Object.entries(performance.stages);
  const longest = Math.max(1e-9, ...stages.map(([, milliseconds]) => milliseconds));
  const seconds = performance.framesPerSecond > 0 ? frames / performance.framesPerSecond : 0;
  const factor = seconds > 0 ? `, ${decimal(durationSeconds / seconds)} times as fast as it plays` : '';
  return html`<section><div class="heading"><h2>Speed</h2>
    <span class="quiet">${decimal(performance.framesPerSecond)} frames per second${factor}</span></div>
    ${stages.length > 0 ? stageTable(stages, longest) : undefined}</section>`;
}

function stageTable(stages: readonly (readonly [string, number])[], longest: number): Html {
  return html`<table class="stages"><caption>Milliseconds per frame in each stage; stages may run at the same time</caption>
    <thead><tr><th scope="col">Stage</th><th scope="col"></th><th scope="col" class="n">ms</th></tr></thead>
    <tbody>${stages.map(
      ([
        name,
        milliseconds,
      ]) => html`<tr><td>${name}</td><td class="bar">${shareBar(milliseconds / longest)}</td>
        <td class="n">${decimal(milliseconds)}</td></tr>`,
    )}</tbody></table>`;
}

/** Instead of everything else, where no face was found. */
export function emptySection(what: string): Html {
  return html`<section class="empty">${emptyMark}<h2>No face was found in ${what}.</h2>
    <p class="quiet" style="margin:.75rem 0 .25rem">If there are people in it, these help:</p>
    <ul><li>Faces should be at least 20 pixels wide and turned towards the camera.</li>
    <li>Light should fall on the faces, not come from behind them.</li>
    <li>People seen from behind are not counted.</li></ul></section>`;
}

const promises = {
  anonymous: 'Anonymous mode: nobody is recognised, so a person who leaves and comes back counts again.',
  session: 'Session mode: visitors are told apart only within this run; their ids mean nothing afterwards.',
  loyalty: 'Loyalty mode: visitors are recognised again in later runs. Treat this page as personal data.',
};

/** What the page is and what is kept. */
export function footerSection(mode: keyof typeof promises, generatedAt: number): Html {
  return html`<footer class="quiet"><p>${promises[mode]}</p>
    <p>Made by Vitrine on ${instant(generatedAt)}. This file holds all it shows and loads nothing.</p></footer>`;
}
