import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { evaluationSchema } from '../../src/contract/evaluation.ts';
import { renderEvaluation } from '../../src/evaluation/render.ts';

const full = evaluationSchema.parse({
  verification: {
    pairs: 4950,
    failed: 2,
    threshold: 0.55,
    accuracy: 0.997,
    bestAccuracy: 0.998,
    bestThreshold: 0.5712,
    auc: 0.99987,
    tarAtFar1e3: null,
  },
  reidentification: {
    enrolled: 600,
    returning: 2514,
    new: 0,
    threshold: 0.48,
    missedReturn: 0.1,
    wrongId: 0.01,
    falseReturn: null,
  },
  detection: { images: 1, faces: 43, recall: 1, precision: 0.9767 },
  age: {
    n: 415,
    failed: 0,
    mae: 5.4321,
    mae18to75: 5.2,
    groups: [
      { by: 'all', value: 'all', n: 415, mae: 5.4321, low: 4.9, high: 5.96 },
      { by: 'range', value: '18-75', n: 300, mae: 5.2, low: 4.5, high: 5.9 },
      { by: 'decade', value: '100+', n: 1, mae: 12, low: null, high: null },
    ],
  },
  gender: {
    n: 415,
    unknown: 3,
    accuracy: 0.93,
    accuracy18to75: 0.97,
    groups: [{ by: 'gender', value: 'female', n: 207, accuracy: 0.93, low: 0.9, high: 0.96 }],
  },
  performance: { imagesPerSecond: 12.34 },
});

describe('renderEvaluation', () => {
  it('shows every figure with its n and interval', () => {
    assert.equal(
      renderEvaluation(full),
      `Verification: 4,950 pairs, no face in 2 (counted as wrong)
                                     95 % interval
  right, at 0.550           99.70 %    99.50–99.82
  best, at 0.571            99.80 %    99.63–99.89
  area under ROC             0.9999
  true at 0.1 % false             –

Re-identification: 600 enrolled, 2,514 returning, 0 new, threshold 0.480
                                     95 % interval
  missed returns            10.00 %     8.89–11.23
    of these, wrong id       1.00 %      0.68–1.47
  false returns                   –

Detection: 1 picture, 43 faces, IoU at least 0.4
                                      95 % interval
  recall                    100.00 %   91.80–100.00
  precision                  97.67 %

Age: 415 faces, 0 not found (counted as a blind guess)
                              n  mean error, years  95 % interval
  all                       415               5.43      4.90–5.96
  18-75 years               300               5.20      4.50–5.90
  decade 100+                 1              12.00              –

Gender: 415 faces, 3 answered with unknown (counted as wrong)
                              n    right  95 % interval
  gender female             207  93.00 %    90.00–96.00

Speed: 12.3 pictures/s
`,
    );
  });

  it('shows only what was measured', () => {
    assert.equal(renderEvaluation({ performance: { imagesPerSecond: 0 } }), 'Speed: 0.0 pictures/s\n');
  });
});
