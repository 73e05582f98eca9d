import { readFileSync, writeFileSync } from 'node:fs';
import { exampleConfig } from '../../src/config/example.ts';
import { configReference, errorReference } from '../../src/config/reference.ts';

/** Writes the generated pages; with `--check` it only compares and ends with 1 where one is out of date. */

const root = new URL('../../', import.meta.url);
const pages = {
  'docs/reference/config.md': configReference(),
  'docs/reference/errors.md': errorReference(),
  'vitrine.example.yaml': exampleConfig(),
};

function current(path: string): string | undefined {
  try {
    return readFileSync(new URL(path, root), 'utf8');
  } catch {
    return undefined;
  }
}

const stale = Object.entries(pages).filter(([path, text]) => current(path) !== text);
if (process.argv.includes('--check')) {
  for (const [path] of stale) process.stderr.write(`generate: ${path} is out of date; run script/generate\n`);
  process.exitCode = stale.length > 0 ? 1 : 0;
} else {
  for (const [path, text] of stale) writeFileSync(new URL(path, root), text);
}
