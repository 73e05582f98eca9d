import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { BenchDocument } from '../../bench/lib/report.ts';
import { replaceResults, resultsTable } from '../../bench/lib/results.ts';
import { fitLine, median } from '../../bench/lib/statistics.ts';

/** Whether the measurements run, not what they measure: a second of video says nothing. */

const root = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);

async function measured(script: string, ...args: readonly string[]): Promise<BenchDocument> {
  const flags = ['--disable-warning=ExperimentalWarning', `bench/${script}.ts`, '--json', ...args];
  const { stdout } = await run(process.execPath, flags, { cwd: root });
  return JSON.parse(stdout) as BenchDocument;
}

/** That the document is whole; gives the figures by name. */
function checked(document: BenchDocument, bench: string): ReadonlyMap<string, BenchDocument['figures'][0]> {
  assert.equal(document.bench, bench);
  assert.match(document.command, new RegExp(`^node bench/${bench}\\.ts --json`));
  assert.match(document.machine.date, /^\d{4}-\d\d-\d\dT/);
  assert.ok(document.machine.cores > 0 && document.machine.memoryGB > 0 && document.machine.cpu !== '');
  assert.equal(document.machine.node, process.version);
  for (const { name, value, pass, limit } of document.figures) {
    assert.ok(Number.isFinite(value), `${name} is ${value}`);
    assert.equal(pass === null, limit === null, name);
  }
  assert.equal(
    document.pass,
    document.figures.every(({ pass }) => pass !== false),
  );
  return new Map(document.figures.map((figure) => [figure.name, figure]));
}

describe('the measurements, in short', () => {
  it('path: speeds on two cores and on one, and the peer beside them', async () => {
    const figures = checked(
      await measured('path', '--seconds', '1', '--runs', '1', '--peer-frames', '1'),
      'path',
    );
    const two = figures.get('three faces, 2 cores');
    assert.deepEqual(two?.limit, { rule: 'at least', value: 80 });
    assert.equal(two?.detail['frames'], 25);
    assert.ok((two?.value ?? 0) > 0 && (figures.get('three faces, 1 core')?.value ?? 0) > 0);
    const peer = figures.get('three faces, 2 cores, beside the peer');
    assert.equal(peer?.limit?.rule, 'peer');
    assert.equal(peer?.detail['facesPerFrame'], 3, 'the peer sees the three faces');
  });

  it('first-result: the face in the photo is found', async () => {
    const figures = checked(await measured('first-result', '--runs', '1', '--seconds', '1'), 'first-result');
    assert.ok(figures.has('one person, 640×480, 1 face'), [...figures.keys()].join('\n'));
    assert.ok(figures.has('Node alone, start to end'));
  });

  it('memory: the process is watched to the end of the clip', async () => {
    const document = await measured('memory', '--seconds', '2');
    const [largest] = [...checked(document, 'memory').values()];
    assert.equal(largest?.detail['frames'], 24);
    assert.ok((largest?.value ?? 0) > 100, `${largest?.value} MB`);
  });

  it('storage: every rate is there', async () => {
    const figures = checked(await measured('storage', '--seconds', '1'), 'storage');
    assert.equal(figures.size, 9);
  });

  it('refuse what they do not know, and say what they do', async () => {
    await assert.rejects(measured('path', '--secnds', '1'), (error: { code: number; stderr: string }) => {
      assert.equal(error.code, 2);
      assert.match(error.stderr, /--seconds N/);
      return true;
    });
  });
});

describe('the table of results', () => {
  const document: BenchDocument = {
    bench: 'path',
    command: 'node bench/path.ts',
    machine: {
      cpu: 'A | B',
      cores: 2,
      memoryGB: 8,
      system: 'Linux x64',
      node: 'v24.0.0',
      date: '2026-11-22T10:00:00.000Z',
      otherWork: 0.02,
    },
    figures: [
      {
        name: 'speed',
        value: 96.04,
        unit: 'frames/s',
        limit: { rule: 'at least', value: 80 },
        ratio: 1.2,
        pass: true,
        detail: {},
      },
    ],
    limit: { rule: 'at least', value: 80 },
    ratio: 1.2,
    pass: true,
  };

  it('takes the place of the one before it in the guide, and of nothing else', () => {
    const guide = readFileSync(`${root}docs/guides/benchmarks.md`, 'utf8');
    const once = replaceResults(guide, resultsTable([document]));
    assert.match(once, /^2026-11-22, A \| B, 2 cores, 8 GB, Linux x64, Node v24\.0\.0; 2 % taken/m);
    assert.match(once, /^\| `path` \| speed \| 96\.0 frames\/s \| ≥ 80 frames\/s \| × 1\.20 \| yes \|$/m);
    assert.equal(once.split('## ').length, guide.split('## ').length);
    assert.equal(replaceResults(once, resultsTable([document])), once);
    assert.throws(() => replaceResults('# A page without marks', 'x'), /has no/);
  });
});

describe('the arithmetic', () => {
  it('takes the middle value', () => {
    assert.equal(median([3, 1, 2]), 2);
    assert.equal(median([4, 1, 3, 2]), 2.5);
    assert.ok(Number.isNaN(median([])));
  });

  it('fits a line, in the more doubt the more each point resembles the one before it', () => {
    const points = Array.from({ length: 100 }, (_, i) => ({ x: i, y: 5 + 2 * i }));
    assert.deepEqual(fitLine(points), { slope: 2, error: 0 });
    const quick = fitLine(points.map(({ x, y }, i) => ({ x, y: y + (i % 2) })));
    const slow = fitLine(points.map(({ x, y }, i) => ({ x, y: y + (Math.floor(i / 25) % 2) })));
    assert.ok(quick && slow && Math.abs(quick.slope - 2) < 0.01);
    assert.ok(slow.error > 3 * quick.error, `${slow.error} against ${quick.error}`);
    assert.equal(fitLine(points.slice(0, 3)), undefined);
  });
});
