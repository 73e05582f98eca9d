import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { cycles, defaultExports, forbiddenArrows, oversized, roomOf } from './architecture/check.ts';
import { type ParsedFile, parseFile } from './architecture/parse.ts';
import { rooms } from './architecture/rules.ts';

const root = new URL('../', import.meta.url);
const files = globSync('{src,models,bench,test,script,web}/**/*.{ts,tsx}', {
  cwd: root,
  exclude: ['**/node_modules/**'],
})
  .map((path) => path.replaceAll('\\', '/'))
  .map((path) => parseFile(path, readFileSync(new URL(path, root), 'utf8')));

/** Fails with one problem a line. */
function assertNone(problems: readonly string[]): void {
  assert.equal(problems.length, 0, `\n${problems.join('\n')}\n`);
}

describe('the house', () => {
  it('is found: files of several rooms are looked at', () => {
    const seen = new Set(files.map((file) => roomOf(file.path)));
    assert.ok(files.length > 50 && seen.has('core') && seen.has('storage/sqlite'));
  });

  it('imports one way only', () => assertNone(forbiddenArrows(files)));
  it('has no cycles', () => assertNone(cycles(files)));
  it('has small files and functions', () => assertNone(oversized(files)));

  it('has named exports only', () => {
    // Node's test runner loads a reporter by its default export.
    assertNone(defaultExports(files.filter((file) => file.path !== 'script/lib/reporter.ts')));
  });
});

describe('the rules themselves', () => {
  const parsed = (path: string, text: string): ParsedFile => parseFile(path, text);
  const forbidden = (path: string, text: string) => forbiddenArrows([parsed(path, text)]);

  const violations: readonly [why: string, path: string, text: string][] = [
    ['core imports a stage', 'src/core/x.ts', `import { a } from '../vision/a.ts';`],
    ['core imports a package', 'src/core/x.ts', `import { z } from 'zod';`],
    ['core does input', 'src/core/x.ts', `import { readFile } from 'node:fs/promises';`],
    ['contract needs Node', 'src/contract/x.ts', `import { createHash } from 'node:crypto';`],
    ['an adapter imports its sibling', 'src/storage/mysql/x.ts', `import { a } from '../sqlite/a.ts';`],
    [
      'an adapter imports the configuration',
      'src/capture/ffmpeg/x.ts',
      `import { a } from '../../config/a.ts';`,
    ],
    ['a port knows its adapter', 'src/vision/models.ts', `import { a } from './onnx/a.ts';`],
    ['a stage imports another one', 'src/insight/x.ts', `import type { A } from '../identity/a.ts';`],
    [
      'a stage builds an adapter',
      'src/identity/x.ts',
      `const a = await import('../storage/sqlite/store.ts');`,
    ],
    ['a stage starts the worker of another', 'src/api/x.ts', `new URL('../app/worker.ts', import.meta.url);`],
    ['a type comes from a forbidden room', 'src/core/x.ts', `export type A = import('../api/a.ts').A;`],
    ['a re-export comes from a forbidden room', 'src/core/x.ts', `export * from '../app/a.ts';`],
    ['a heavy driver is loaded elsewhere', 'src/app/x.ts', `import ort from 'onnxruntime-node';`],
    ['a heavy driver is loaded late elsewhere', 'src/api/x.ts', `await import('sharp');`],
    ['a stage builds a source', 'src/demo/x.ts', `import { openSource } from '../capture/open.ts';`],
    ['the app imports the command line', 'src/app/x.ts', `import { a } from '../cli/main.ts';`],
    ['the command line builds an adapter', 'src/cli/x.ts', `import { a } from '../storage/sqlite/store.ts';`],
    ['the command line imports a stage', 'src/cli/x.ts', `import { a } from '../identity/a.ts';`],
    ['the product imports a test', 'src/app/x.ts', `import { a } from '../../test/a.ts';`],
    [
      'a stage imports the converter',
      'src/vision/x.ts',
      `import { a } from '../../models/convert/build.ts';`,
    ],
    ['a built-in has no prefix', 'src/capture/x.ts', `import { readFile } from 'fs';`],
    ['a room is unknown', 'src/utils/x.ts', `import { a } from '../core/a.ts';`],
  ];
  for (const [why, path, text] of violations) {
    it(`catch it when ${why}`, () => {
      const [problem, ...rest] = forbidden(path, `\n${text}\n`);
      assert.deepEqual(rest, []);
      assert.match(problem ?? '', new RegExp(`^${path}:2 → \\S+: .+`));
    });
  }

  const allowed: readonly [path: string, text: string][] = [
    ['src/core/x.ts', `import { randomBytes } from 'node:crypto'; import { a } from './a.ts';`],
    ['src/storage/sqlite/x.ts', `import type { Store } from '../store.ts'; import { sql } from 'kysely';`],
    ['src/identity/x.ts', `import type { GalleryStore } from '../storage/store.ts';`],
    ['src/app/x.ts', `import { a } from '../storage/sqlite/store.ts'; import { pino } from 'pino';`],
    ['src/cli/x.ts', `import { build } from '../../models/convert/build.ts';`],
    ['models/convert/x.ts', `import { a } from '../../src/vision/models.ts'; import p from 'protobufjs';`],
    ['test/x.test.ts', `import { a } from '../src/storage/sqlite/store.ts';`],
  ];
  for (const [path, text] of allowed) {
    it(`allow ${path} ${text}`, () => assert.deepEqual(forbidden(path, text), []));
  }

  it('catch a cycle, also through types', () => {
    const ring = [
      parsed('src/core/a.ts', `import type { B } from './b.ts';`),
      parsed('src/core/b.ts', `export { c } from './c.ts';`),
      parsed('src/core/c.ts', `await import('./a.ts');`),
    ];
    assert.deepEqual(cycles(ring), ['src/core/a.ts → src/core/b.ts → src/core/c.ts → src/core/a.ts']);
    assert.deepEqual(cycles(ring.slice(0, 2)), []);
  });

  it('catch a default export in each spelling', () => {
    for (const text of ['export default 1;', 'const a = 1; export { a as default };']) {
      assert.deepEqual(defaultExports([parsed('src/core/x.ts', text)]), ['src/core/x.ts:1']);
    }
    assert.deepEqual(defaultExports([parsed('src/core/x.ts', 'export const a = 1;')]), []);
  });

  it('catch a long file and a long function, but not a long suite', () => {
    const long = `export function f() {\n${'  g();\n'.repeat(79)}}\n`;
    assert.match(oversized([parsed('src/core/x.ts', long)])[0] ?? '', /^src\/core\/x\.ts:1 .* 81 lines/);
    assert.deepEqual(oversized([parsed('test/x.test.ts', long)]), []);
    assert.match(oversized([parsed('src/core/x.ts', 'g();\n'.repeat(401))])[0] ?? '', /401 lines/);
    assert.deepEqual(oversized([parsed('src/core/x.ts', 'g();\n'.repeat(400))]), []);
    assert.match(oversized([parsed('test/x.test.ts', 'g();\n'.repeat(601))])[0] ?? '', /601 lines/);
  });

  it('name only rooms that exist in the rules', () => {
    const known = [...Object.keys(rooms), 'ports', '*', 'models/convert/build.ts', 'package.json'];
    const named = Object.values(rooms).flatMap((rule) => rule.rooms);
    assert.deepEqual(
      named.filter((room) => !known.includes(room)),
      [],
    );
  });
});
