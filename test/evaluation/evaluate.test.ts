import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { evaluationSchema } from '../../src/contract/evaluation.ts';
import { VitrineError } from '../../src/core/errors.ts';
import { l2Distance } from '../../src/core/vector.ts';
import type { AnalysisNeeds, AnalyzedFace, FaceAnalyzer } from '../../src/evaluation/analyzer.ts';
import { type EvaluationProgress, evaluate } from '../../src/evaluation/evaluate.ts';

/** The only face in a made-up picture: who it is is its place on a line. */
function faceAt(place: number, age = 30, x = 10): AnalyzedFace {
  return {
    box: { x, y: 10, width: 20, height: 20 },
    score: 0.9,
    age: { mean: age, low: age - 5, high: age + 5 },
    gender: { label: 'female', probability: 0.9 },
    descriptor: { face: Float32Array.of(place), appearance: undefined },
  };
}

/** What an analyzer would find in each picture of the fixture. */
const pictures: Readonly<Record<string, readonly AnalyzedFace[]>> = {
  'ann1.jpg': [faceAt(0)],
  'ann2.jpg': [faceAt(0.25, 36)],
  'bob1.jpg': [faceAt(5)],
  'bob2.jpg': [faceAt(0.5)],
  'eve.jpg': [faceAt(9)],
  'two.jpg': [faceAt(20, 30, 10), faceAt(30, 50, 60)],
  'none.jpg': [],
};

class FakeAnalyzer implements FaceAnalyzer {
  readonly thresholds = { verification: 1, reidentification: 0.3 };
  readonly asked: [string, AnalysisNeeds][] = [];

  async analyzeFile(path: string, needs: AnalysisNeeds) {
    const name = basename(path);
    this.asked.push([name, needs]);
    const faces = pictures[name];
    if (faces === undefined) throw new VitrineError('SOURCE_CORRUPT', `${name} is damaged`);
    return { width: 100, height: 100, faces };
  }

  distance(a: { face: Float32Array }, b: { face: Float32Array }): number {
    return l2Distance(a.face, b.face);
  }
}

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vitrine-evaluate-'));
  for (const name of [...Object.keys(pictures), 'broken.jpg']) await writeFile(join(dir, name), '');
});
afterEach(async () => {
  await rm(dir, { recursive: true });
});

async function put(file: string, lines: readonly string[]): Promise<void> {
  await writeFile(join(dir, file), `${lines.join('\n')}\n`);
}

async function putEverything(): Promise<void> {
  await put('labels.csv', [
    'path,identity,age,gender,x,y,w,h,ethnicity',
    'ann1.jpg,ann,30,female,,,,,A',
    'ann2.jpg,ann,30,female',
    'two.jpg,cat,30,female,10,10,20,20,B',
    'two.jpg,dan,40,male,60,10,20,20,B',
    'none.jpg,,30,male,10,10,20,20,',
  ]);
  await put('pairs.csv', [
    'path_a,path_b,same',
    'ann1.jpg,ann2.jpg,1',
    'bob1.jpg,bob2.jpg,1',
    'ann1.jpg,bob1.jpg,0',
    'ann1.jpg,none.jpg,0',
  ]);
  await put('reid.csv', [
    'path,identity,role',
    'ann1.jpg,ann,enrol',
    'bob1.jpg,bob,enrol',
    'two.jpg,dan,enrol',
    'ann2.jpg,ann,returning',
    'bob2.jpg,bob,returning',
    'two.jpg,dan,returning',
    'eve.jpg,eve,new',
  ]);
}

describe('evaluate', () => {
  it('measures everything the labels allow, as worked out by hand', async () => {
    await putEverything();
    let time = 0;
    const clock = { now: () => 0, monotonic: () => (time += 1750) };
    const result = await evaluate({ dir, analyzer: new FakeAnalyzer(), clock });
    evaluationSchema.parse(result);
    // Same: 0.25 right, 4.5 wrong. Different: 5 right, one without a face. Failed different pairs beat nobody.
    assert.deepEqual(result.verification, {
      pairs: 4,
      failed: 1,
      threshold: 1,
      accuracy: 2 / 4,
      bestAccuracy: 3 / 4,
      bestThreshold: 4.75,
      auc: 2 / 4,
      tarAtFar1e3: 1,
    });
    // bob2 is 0.5 from ann and 4.5 from bob: nobody; dan is told from cat by his box.
    assert.deepEqual(result.reidentification, {
      enrolled: 3,
      returning: 3,
      new: 1,
      threshold: 0.3,
      missedReturn: 1 / 3,
      wrongId: 0,
      falseReturn: 0,
    });
    assert.deepEqual(result.detection, { images: 2, faces: 3, recall: 2 / 3, precision: 1 });
    // Errors: 0, 6, 0, 10, and |30 − median 30| for the face not found.
    assert.equal(result.age?.mae, 16 / 5);
    assert.equal(result.age.failed, 1);
    assert.equal(result.gender?.accuracy, 3 / 5);
    assert.equal(result.gender.unknown, 0);
    assert.deepEqual(result.performance, { imagesPerSecond: 7 / 1.75 });
  });

  it('analyses each picture once, only those that a label judges, and asks for no more than that', async () => {
    await put('labels.csv', ['path,age', 'ann1.jpg,30', 'eve.jpg,']);
    await put('pairs.csv', ['path_a,path_b,same', 'ann1.jpg,bob1.jpg,0', 'bob1.jpg,ann1.jpg,0']);
    const analyzer = new FakeAnalyzer();
    await evaluate({ dir, analyzer });
    assert.deepEqual(analyzer.asked, [
      ['ann1.jpg', { descriptors: true, attributes: true }],
      ['bob1.jpg', { descriptors: true, attributes: false }],
    ]);
  });

  it('leaves out the parts without labels', async () => {
    await put('labels.csv', ['path,age', 'ann1.jpg,30']);
    const result = await evaluate({ dir, analyzer: new FakeAnalyzer() });
    assert.deepEqual(Object.keys(result), ['age', 'performance']);
  });

  it('counts a picture that cannot be read as one without a face, and says so', async () => {
    await put('pairs.csv', ['path_a,path_b,same', 'ann1.jpg,broken.jpg,1', 'ann1.jpg,ann2.jpg,1']);
    const told: string[] = [];
    const onUnreadable = (message: string) => told.push(message);
    const result = await evaluate({ dir, analyzer: new FakeAnalyzer(), onUnreadable });
    assert.equal(result.verification?.failed, 1);
    assert.equal(result.verification?.accuracy, 1 / 2);
    assert.equal(told.length, 1);
    assert.match(told[0] ?? '', /broken\.jpg is damaged \(SOURCE_CORRUPT\)/);
  });

  it('does not hide a failure of the analyzer itself', async () => {
    await put('labels.csv', ['path,age', 'ann1.jpg,30']);
    const analyzer = new FakeAnalyzer();
    analyzer.analyzeFile = () => Promise.reject(new VitrineError('MODEL_MISSING', 'no model'));
    await assert.rejects(evaluate({ dir, analyzer }), { code: 'MODEL_MISSING' });
  });

  it('uses the gallery that the analyzer brings', async () => {
    await put('reid.csv', ['path,identity,role', 'ann1.jpg,ann,enrol', 'eve.jpg,eve,new']);
    const enrolled: [string, number][] = [];
    const analyzer: FaceAnalyzer = Object.assign(new FakeAnalyzer(), {
      createGallery: () => ({
        enrol: (identity: string, looks: readonly unknown[]) => void enrolled.push([identity, looks.length]),
        nearest: () => ({ identity: 'ann', distance: 0.1 }),
      }),
    });
    const result = await evaluate({ dir, analyzer });
    assert.deepEqual(enrolled, [['ann', 1]]);
    assert.equal(result.reidentification?.falseReturn, 1);
  });

  it('tells its progress and stops when asked to', async () => {
    await put('labels.csv', ['path,age', 'ann1.jpg,30', 'ann2.jpg,30', 'eve.jpg,30']);
    const stop = new AbortController();
    const seen: EvaluationProgress[] = [];
    const onProgress = (progress: EvaluationProgress) => {
      seen.push(progress);
      if (progress.done === 2) stop.abort(new Error('enough'));
    };
    const running = evaluate({ dir, analyzer: new FakeAnalyzer(), onProgress, signal: stop.signal });
    await assert.rejects(running, /enough/);
    assert.deepEqual(seen, [
      { done: 1, total: 3, path: 'ann1.jpg' },
      { done: 2, total: 3, path: 'ann2.jpg' },
    ]);
  });

  it('refuses labels that hold nothing to measure', async () => {
    await put('labels.csv', ['path,identity', 'ann1.jpg,ann']);
    await assert.rejects(evaluate({ dir, analyzer: new FakeAnalyzer() }), { code: 'EVAL_INVALID' });
  });
});
