import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const pages = globSync('{*.md,docs/**/*.md}', { cwd: root });

/** Targets of `[text](target)` outside code that are paths of this repository. */
function localLinks(markdown: string): string[] {
  const prose = markdown.replaceAll(/^```[\s\S]*?^```/gm, '').replaceAll(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => match[1] ?? '')
    .filter((target) => !/^([a-z]+:|#)/.test(target))
    .map((target) => target.split('#', 1)[0] ?? '');
}

describe('the documentation', () => {
  it('is found', () => assert.ok(pages.length > 5));

  for (const page of pages) {
    it(`${page} links to files that exist`, () => {
      const targets = localLinks(readFileSync(join(root, page), 'utf8'));
      const missing = targets.filter((target) => !existsSync(join(root, dirname(page), target)));
      assert.deepEqual(missing, []);
    });
  }

  it('lists every decision in its index', () => {
    const index = readFileSync(join(root, 'docs/decisions/README.md'), 'utf8');
    const files = globSync('docs/decisions/0*.md', { cwd: root }).map((path) => path.split('/').at(-1));
    assert.deepEqual(
      files.filter((file) => !index.includes(`(${file})`)),
      [],
    );
  });

  it('has the parts that every decision has', () => {
    for (const path of globSync('docs/decisions/0*.md', { cwd: root })) {
      const text = readFileSync(join(root, path), 'utf8');
      for (const heading of ['Context', 'Decision', 'Consequences']) {
        assert.ok(text.includes(`\n## ${heading}\n`), `${path} has no ${heading}`);
      }
    }
  });
});
