import type { Distribution, DistributionRow } from '../distribution.ts';
import { bandName, clockTime, counted, whole } from './format.ts';
import { type Html, html } from './html.ts';
import { occupancy, type Presence, type ReportVisitor } from './people.ts';

/** Charts as inline SVG. Positions are percentages, so that they stretch with the page and text keeps its size. */

/** The widest bar of the pyramid, so that its number fits beside it; percent of its half. */
const WIDEST_BAR = 84;
/** The shortest bar that shows as one; percent. */
const SHORTEST_BAR = 0.6;
/** Axis steps that people read easily, seconds. */
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400];
const MOST_TICKS = 6;

/** A stretch of time that a chart covers, milliseconds since 1970; `to` > `from`. */
export type TimeRange = Presence;

/** Bars of women to the left and of men to the right, oldest on top; a column of numbers for unknown gender. */
export function pyramidChart(distribution: Distribution): Html {
  const rows = distribution.rows.toReversed();
  const most = Math.max(1, ...rows.flatMap(({ counts }) => [counts.female, counts.male]));
  const withUnknown = distribution.totals.unknown > 0;
  const { female, male, unknown } = distribution.totals;
  const summary = `Age and gender: ${whole(female)} female, ${whole(male)} male, ${whole(unknown)} unknown.`;
  const head = withUnknown ? html`<span class="head rest">unknown</span>` : undefined;
  return html`<div class="pyramid${withUnknown ? ' with-unknown' : ''}" role="img"
    aria-label="${summary} The table below has the numbers.">
    <span class="head">female</span><span class="head band">age</span><span class="head">male</span>${head}
    ${rows.map((row) => pyramidRow(row, most, withUnknown))}
  </div>`;
}

function pyramidRow({ band, counts }: DistributionRow, most: number, withUnknown: boolean): Html {
  const size = (n: number) => (n > 0 ? Math.max(SHORTEST_BAR, (n / most) * WIDEST_BAR) : 0);
  const left = 100 - size(counts.female);
  const right = size(counts.male);
  const rest = withUnknown
    ? html`<span class="rest">${counts.unknown > 0 ? whole(counts.unknown) : ''}</span>`
    : undefined;
  return html`<svg aria-hidden="true"><rect class="female" x="${percent(left)}" width="${percent(100 - left)}" height="100%" rx="3"/>
      <text x="${percent(left)}" dx="-8" y="50%" dy=".35em" text-anchor="end">${shown(counts.female)}</text></svg>
    <span class="band">${band ? bandName(band.label) : 'unknown'}</span>
    <svg aria-hidden="true"><rect class="male" width="${percent(right)}" height="100%" rx="3"/>
      <text x="${percent(right)}" dx="8" y="50%" dy=".35em">${shown(counts.male)}</text></svg>${rest}`;
}

function shown(n: number): string {
  return n > 0 ? whole(n) : '';
}

function percent(value: number): string {
  return `${Math.round(value * 100) / 100}%`;
}

/** How many people were there at once, as steps over time. */
export function crowdChart(presence: readonly Presence[], range: TimeRange): Html {
  const steps = occupancy(presence);
  const peak = Math.max(1, ...steps.map((step) => step.count));
  const length = range.to - range.from;
  const x = (at: number) => Math.round(((at - range.from) / length) * 10_000) / 10;
  const y = (count: number) => Math.round((1 - count / peak) * 940 + 40) / 10;
  let path = `M0 ${y(0)}`;
  for (const { at, count } of steps) path += `H${x(at)}V${y(count)}`;
  const label = `At most ${counted(peak, 'person')} at once.`.replace('persons', 'people');
  return html`<svg class="crowd" viewBox="0 0 1000 100" preserveAspectRatio="none" role="img" aria-label="${label}">
    <path d="${path}H1000"/></svg>`;
}

/** The axis under a chart of time: minutes and seconds since the beginning. */
export function timeAxis(range: TimeRange): Html {
  const ticks = ticksOf(range);
  const anchor = (at: number) => (at < 3 ? 'start' : at > 97 ? 'end' : 'middle');
  return html`<svg class="axis" aria-hidden="true">${ticks.map(
    ({ at, seconds }) =>
      html`<text x="${percent(at)}" y="1em" text-anchor="${anchor(at)}">${clockTime(seconds)}</text>`,
  )}</svg>`;
}

/** One lane of the chart of visitors: a bar for each stretch in which the person was in view. */
export function presenceLane(visitor: ReportVisitor, range: TimeRange): Html {
  const length = range.to - range.from;
  const kind = visitor.visits > 1 ? 'returning' : 'new';
  const bars = visitor.presence.map(({ from, to }) => {
    const width = Math.max(SHORTEST_BAR, ((to - from) / length) * 100);
    const start = Math.min(((from - range.from) / length) * 100, 100 - width);
    return html`<rect class="${kind}" x="${percent(start)}" width="${percent(width)}" y="20%" height="60%" rx="3"/>`;
  });
  const grid = ticksOf(range).map(
    ({ at }) => html`<line class="grid" x1="${percent(at)}" x2="${percent(at)}" y1="0" y2="100%"/>`,
  );
  return html`<svg class="lane" aria-hidden="true">${grid}<rect class="rail" width="100%" y="47%" height="6%"/>${bars}</svg>`;
}

/** Round times inside the range, as seconds since its start and as percent of its length. */
export function ticksOf(range: TimeRange): { readonly at: number; readonly seconds: number }[] {
  const length = (range.to - range.from) / 1000;
  const step = STEPS.find((candidate) => length / candidate <= MOST_TICKS) ?? Math.ceil(length / MOST_TICKS);
  return Array.from({ length: Math.floor(length / step) + 1 }, (_, i) => ({
    seconds: i * step,
    at: ((i * step) / length) * 100,
  }));
}

/** A bar of a table: `share` of the column's width, 0 to 1. */
export function shareBar(share: number): Html {
  return html`<svg aria-hidden="true"><rect width="${percent(Math.max(0.4, share * 100))}" height="100%" rx="2"/></svg>`;
}
