import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { videoAnalysisSchema } from '../../src/contract/analysis.ts';
import { demoTruth } from '../../src/demo/truth.ts';
import { type CliResult, runCli, temporaryFolder } from '../cli/run-cli.ts';
import { assertGood, documentIn } from './program.ts';

/** The whole demo, once: composed if it is not there yet, watched, and held against the truth. */

describe('demo --once', () => {
  const folder = temporaryFolder('demo');
  after(() => folder[Symbol.dispose]());
  const cwd = folder.path;
  const truth = demoTruth();
  let result: CliResult;

  before(async () => {
    mkdirSync(join(cwd, 'tmp'));
    result = await runCli(['demo', '--once', '--out', 'report'], { cwd, env: { TMPDIR: join(cwd, 'tmp') } });
  });

  it('ends well, with the result as true as it is said to be', () => {
    assertGood(result, [/^Written to report$/]);
    const lines = result.stdout.trimEnd().split('\n');
    const verdicts = lines.slice(lines.findIndex((line) => /in the clip +measured/.test(line)) + 1);
    const marked = verdicts.filter((line) => / [✓✗]$/.test(line));
    assert.ok(marked.length >= 6 && marked.every((line) => line.endsWith('✓')), marked.join('\n'));
    for (const [what, number] of [
      ['unique visitors', truth.uniqueVisitors],
      ['returning visitors', truth.returningVisitors],
    ] as const)
      assert.ok(
        marked.some((line) => new RegExp(`^${what} +${number} +${number} +✓$`).test(line)),
        what,
      );
    assert.ok(truth.uniqueVisitors >= 8 && truth.returningVisitors >= 3);
  });

  it('prints the sightings as they come, the distribution and the truth beside the result', () => {
    assert.match(result.stdout, /^TIMESTAMP +AGE +GENDER +FACE ID\n(\S+Z +(\d+\.\d|–) +\w+ +\S.*\n){100,}/);
    assert.match(
      result.stdout,
      /\nVisitors by age and gender \(1920 frames at \d+ frames\/s\)\nAGE +FEMALE +MALE/,
    );
  });

  it('writes the same as a document', () => {
    const document = documentIn(readFileSync(join(cwd, 'report/demo.json'), 'utf8'), videoAnalysisSchema);
    assert.deepEqual([document.frames, document.fps], [truth.frames, truth.framesPerSecond]);
    assert.equal(document.visitors.length, truth.uniqueVisitors);
    const returning = document.visitors.filter(({ visits }) => visits > 1);
    assert.equal(returning.length, truth.returningVisitors);
    assert.equal(
      document.visitors.reduce((sum, { visits }) => sum + visits, 0),
      truth.appearances,
    );
  });

  it('leaves nothing but what was asked for', () => {
    assert.deepEqual(readdirSync(join(cwd, 'tmp')), []);
    assert.deepEqual(readdirSync(cwd).sort(), ['report', 'tmp']);
  });
});
