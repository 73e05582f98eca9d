/** The report's looks: tokens first (light, then dark), then layout, charts, tables, small screens, paper. */
export const stylesheet = `
:root {
  color-scheme: light dark;
  --ground: #faf9f6; --ink: #1c2126; --quiet: #5b646d; --line: #e2dfd8; --track: #efede7;
  --accent: #0b6b66; --accent-soft: #0b6b6626; --other: #8a94a0;
  --space: clamp(1.25rem, 4vw, 3.5rem);
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #121518; --ink: #e9ebed; --quiet: #9aa4ae; --line: #2a3036; --track: #1d2226;
    --accent: #56c5b8; --accent-soft: #56c5b82e; --other: #7e8b98;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 68rem; padding: var(--space);
  background: var(--ground); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  font-variant-numeric: tabular-nums; -webkit-text-size-adjust: 100%;
}
h1, h2, p, dl, dd, figure { margin: 0; }
h1 { font-size: 1.5rem; line-height: 1.25; font-weight: 600; overflow-wrap: anywhere; }
h2 { font-size: 1.125rem; font-weight: 600; }
section { margin-top: calc(var(--space) * 1.15); }
.brand { font-size: .8125rem; letter-spacing: .14em; text-transform: uppercase; color: var(--accent); }
.quiet, caption, figcaption { color: var(--quiet); font-size: .875rem; }
.heading { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem 1rem; margin-bottom: 1.25rem; }
.note { max-width: 44rem; margin-top: 1rem; }

.figures { display: flex; flex-wrap: wrap; align-items: flex-end; gap: 1.75rem 3.25rem; margin-top: var(--space); }
.figures > div { display: flex; flex-direction: column-reverse; }
.figures dt { color: var(--quiet); font-size: .875rem; }
.figures dd { font-size: 1.75rem; line-height: 1.1; font-weight: 500; white-space: nowrap; }
.figures > .first dd { font-size: clamp(3.5rem, 9vw, 5.25rem); line-height: .9; font-weight: 600; color: var(--accent); }

svg { display: block; }
.mark { width: 2rem; height: 2rem; flex: none; border-radius: .375rem; }
img.mark { object-fit: cover; background: var(--track); }
svg.mark { color: var(--other); background: var(--track); padding: .4375rem; }
.who { display: flex; align-items: center; gap: .625rem; }
.who code, td code { font: .8125rem/1.3 ui-monospace, "SF Mono", Menlo, Consolas, monospace; white-space: nowrap; }

.pyramid { display: grid; grid-template-columns: 1fr 4.25rem 1fr; row-gap: .375rem; align-items: center; }
.pyramid.with-unknown { grid-template-columns: 1fr 4.25rem 1fr 4.5rem; }
.pyramid > * { font-size: .875rem; }
.pyramid .head { color: var(--quiet); padding-bottom: .25rem; }
.pyramid .head:first-child { text-align: right; }
.pyramid .band { text-align: center; }
.pyramid .rest { text-align: right; color: var(--quiet); }
.pyramid svg { width: 100%; height: 1.625rem; overflow: visible; }
.pyramid text, .axis text { fill: var(--quiet); font-size: .8125rem; }
.female { fill: var(--accent); } .male { fill: var(--other); }

.crowd { width: 100%; height: 4.5rem; }
.crowd path { fill: var(--accent-soft); stroke: var(--accent); stroke-width: 1.5; vector-effect: non-scaling-stroke; }
.lanes { display: grid; grid-template-columns: 11.5rem 1fr; align-items: center; }
.lanes .who { padding: .1875rem 0; }
.lanes svg.lane { width: 100%; height: 2.375rem; }
.lanes .grid { stroke: var(--line); }
.lanes .rail { fill: var(--track); }
.lanes .new { fill: var(--other); } .lanes .returning { fill: var(--accent); }
.axis { width: 100%; height: 1.25rem; overflow: visible; }
.key { display: flex; gap: 1.25rem; } .key span::before {
  content: ""; display: inline-block; width: .75rem; height: .75rem; border-radius: .1875rem; margin-right: .4375rem;
  background: var(--other);
}
.key .returning::before { background: var(--accent); }

table { border-collapse: collapse; width: 100%; font-size: .9375rem; }
caption { text-align: left; padding-bottom: .5rem; }
th { text-align: left; font-weight: 500; color: var(--quiet); font-size: .8125rem; }
th, td { padding: .5rem 1rem .5rem 0; border-bottom: 1px solid var(--line); vertical-align: middle; }
tr > :last-child { padding-right: 0; }
.n { text-align: right; white-space: nowrap; }
td.source { overflow-wrap: anywhere; min-width: 10rem; }
.tag { color: var(--accent); font-size: .8125rem; }
details { margin-top: 1.25rem; max-width: 34rem; }
summary { cursor: pointer; color: var(--quiet); font-size: .875rem; width: fit-content; border-radius: .25rem; }
summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; }
details table { margin-top: .75rem; }
.stages { max-width: 44rem; }
td.bar { width: 55%; } td.bar svg { width: 100%; height: .75rem; } td.bar rect { fill: var(--accent); }

.empty { margin-top: calc(var(--space) * 1.5); max-width: 36rem; }
.empty svg { width: 5.5rem; height: 5.5rem; color: var(--other); margin-bottom: 1.25rem; }
.empty ul { padding-left: 1.2rem; color: var(--quiet); }
footer { margin-top: calc(var(--space) * 1.4); padding-top: 1rem; border-top: 1px solid var(--line); }

@media (min-width: 44.01rem) {
  .n + :not(.n) { padding-left: 1.25rem; }
}
@media (max-width: 44rem) {
  .figures { gap: 1.5rem 2.25rem; }
  .figures > .first { flex-basis: 100%; }
  .lanes { grid-template-columns: 2.75rem 1fr; }
  .lanes code { display: none; }
  .stack thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .stack tbody, .stack td { display: block; }
  .stack tr { display: grid; grid-template-columns: repeat(3, 1fr); gap: .5rem .75rem; padding: 1rem 0; border-bottom: 1px solid var(--line); }
  .stack tr > td { padding: 0; border: 0; text-align: left; white-space: normal; }
  .stack td:first-child { grid-column: 1 / -1; }
  .stack td.wide { grid-column: 2 / -1; }
  .stack td[data-label]::before { content: attr(data-label); display: block; color: var(--quiet); font-size: .75rem; }
}
@media print {
  :root { --ground: #fff; --ink: #000; --quiet: #444; --line: #ccc; --track: #eee; --accent: #0b6b66; --other: #8a94a0; --space: 1.25rem; }
  body { max-width: none; padding: 0; font-size: .875rem; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  tr, .pyramid, .crowd, .lanes > * { break-inside: avoid; }
  .heading, caption { break-after: avoid; }
  summary { display: none; }
  details::details-content { content-visibility: visible; display: block; }
}
`;
