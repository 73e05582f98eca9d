import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Box } from '../../src/core/geometry.ts';
import type { AnalyzedFace, AnalyzedPicture } from '../../src/evaluation/analyzer.ts';
import type { FaceLabel } from '../../src/evaluation/label-types.ts';
import { labelledFaces, mainFace, subjectFace } from '../../src/evaluation/subject.ts';

function face(x: number, y: number, side: number): AnalyzedFace {
  const box = { x: x - side / 2, y: y - side / 2, width: side, height: side };
  return { box, score: 0.9, age: undefined, gender: undefined, descriptor: undefined };
}

function picture(...faces: AnalyzedFace[]): AnalyzedPicture {
  return { width: 200, height: 200, faces };
}

function label(box: Box | undefined, identity?: string): FaceLabel {
  return { line: 2, path: 'a.jpg', identity, age: undefined, gender: undefined, ethnicity: undefined, box };
}

describe('mainFace', () => {
  it('is the largest of two in the middle', () => {
    const [small, large] = [face(90, 100, 30), face(110, 100, 40)];
    assert.equal(mainFace(picture(small, large)), large);
  });

  it('is the one in the middle, not a somewhat larger one at the edge', () => {
    const [middle, edge] = [face(100, 100, 80), face(20, 100, 100)];
    assert.equal(mainFace(picture(edge, middle)), middle);
  });

  it('is a much larger one, even at the side', () => {
    const [middle, side] = [face(100, 100, 20), face(60, 100, 80)];
    assert.equal(mainFace(picture(middle, side)), side);
  });

  it('is none where there is none', () => {
    assert.equal(mainFace(picture()), undefined);
  });
});

describe('labelledFaces', () => {
  it('gives each boxed row its own face and the row without a box the main one of the rest', () => {
    const [a, b, c] = [face(40, 40, 40), face(100, 100, 80), face(160, 160, 40)];
    const rows = [label(a.box), label(b.box), label(undefined, 'ann')];
    assert.deepEqual(labelledFaces(rows, picture(c, b, a)), [a, b, c]);
  });

  it('says so where a boxed face was not found', () => {
    assert.deepEqual(labelledFaces([label(face(40, 40, 40).box)], picture(face(160, 160, 40))), [undefined]);
    assert.deepEqual(labelledFaces([label(undefined)], undefined), [undefined]);
  });
});

describe('subjectFace', () => {
  const [left, right] = [face(50, 100, 40), face(100, 100, 80)];

  it('is the face that labels.csv marks', () => {
    assert.equal(subjectFace({ picture: picture(left, right), labels: [label(left.box)] }), left);
  });

  it('is the marked face of that person where several are marked', () => {
    const labels = [label(left.box, 'ann'), label(right.box, 'bob')];
    assert.equal(subjectFace({ picture: picture(left, right), labels, identity: 'ann' }), left);
  });

  it('is the main face where the labels do not single one out', () => {
    const labels = [label(left.box), label(right.box)];
    assert.equal(subjectFace({ picture: picture(left, right), labels }), right);
    assert.equal(subjectFace({ picture: picture(left, right), labels: [] }), right);
  });

  it('is not another face where the marked one was not found', () => {
    assert.equal(subjectFace({ picture: picture(right), labels: [label(left.box)] }), undefined);
  });
});
