import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { exampleConfig } from '../../src/config/example.ts';
import { configReference, errorReference } from '../../src/config/reference.ts';
import { errorCatalogue } from '../../src/core/errors.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

describe('the reference', () => {
  it('lists exactly the codes of the error catalogue', () => {
    const listed = [...read('docs/reference/errors.md').matchAll(/^\| `([A-Z0-9_]+)` \|/gm)].map((m) => m[1]);
    assert.deepEqual(listed, Object.keys(errorCatalogue));
  });

  for (const [path, text] of [
    ['docs/reference/errors.md', errorReference()],
    ['docs/reference/config.md', configReference()],
    ['vitrine.example.yaml', exampleConfig()],
  ] as const) {
    it(`${path} is what the code says (else run script/generate)`, () => assert.equal(read(path), text));
  }
});
