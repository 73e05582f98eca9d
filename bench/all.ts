import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runScript } from './lib/child.ts';
import { type BenchDocument, say } from './lib/report.ts';
import { replaceResults, resultsTable } from './lib/results.ts';

/**
 * Runs every measurement and rewrites the table of results in the guide; `--json` prints the documents with all that the
 * table leaves out. With `--quick` all are short, which tries the scripts and means nothing else, and the guide is left
 * as it is.
 */

const GUIDE = fileURLToPath(new URL('../docs/guides/benchmarks.md', import.meta.url));

/** Each with what makes it short. The ones that need a quiet machine most come first. */
const MEASUREMENTS: readonly (readonly [script: string, ...quick: readonly string[]])[] = [
  ['path.ts', '--seconds', '2', '--runs', '1', '--peer-frames', '2'],
  ['first-result.ts', '--runs', '1'],
  ['memory.ts', '--seconds', '2'],
  ['storage.ts', '--seconds', '1'],
];

const { values } = parseArgs({ options: { quick: { type: 'boolean' }, json: { type: 'boolean' } } });
const documents: BenchDocument[] = [];
for (const [script, ...quick] of MEASUREMENTS) {
  say(`bench/${script}`);
  documents.push(await runScript({ script, args: ['--json', ...(values.quick ? quick : [])] }));
}
const table = resultsTable(documents);
if (!values.quick) {
  await writeFile(GUIDE, replaceResults(await readFile(GUIDE, 'utf8'), table));
  say('written to docs/guides/benchmarks.md');
}
process.stdout.write(`${values.json ? JSON.stringify(documents) : table}\n`);
