import {
  amount,
  type BenchDocument,
  type Figure,
  limitText,
  machineText,
  passText,
  ratioText,
} from './report.ts';

/** The table of results in the guide, and where it stands there. */

const BEGIN = '<!-- results: written by node bench/all.ts -->';
const END = '<!-- end of results -->';

function row(bench: string, f: Figure): string {
  const cells = [`\`${bench}\``, f.name, amount(f.value, f.unit), limitText(f), ratioText(f), passText(f)];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

/** Where and when, then one row for each figure. Each measurement has its own moment; the machine is one. */
export function resultsTable(documents: readonly BenchDocument[]): string {
  const [first] = documents;
  if (first === undefined) throw new RangeError('no results');
  const rows = documents.flatMap(({ bench, figures }) => figures.map((f) => row(bench, f)));
  return [
    `${first.machine.date.slice(0, 10)}, ${machineText(first.machine)}.`,
    '',
    '| script | what | measured | limit or peer | ratio | met |',
    '|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

/** The page with `table` between the marks. Throws where they are missing. */
export function replaceResults(page: string, table: string): string {
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`the page has no ${BEGIN} … ${END}`);
  return `${page.slice(0, from + BEGIN.length)}\n${table}\n${page.slice(to)}`;
}
