import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ageBandOf, defaultAgeBands } from '../../src/core/age-band.ts';

describe('ageBandOf', () => {
  it('changes band on the birthday, not before', () => {
    assert.equal(ageBandOf(17.99)?.label, '0-17');
    assert.equal(ageBandOf(18)?.label, '18-24');
    assert.equal(ageBandOf(64.9)?.label, '55-64');
    assert.equal(ageBandOf(119)?.label, '65+');
  });

  it('knows a band for every age, and only one', () => {
    for (let age = 0; age <= 120; age++) {
      const fitting = defaultAgeBands.filter((band) => age >= band.low && age <= band.high);
      assert.equal(fitting.length, 1, `${age}`);
    }
  });

  it('has no answer outside the bands and for no age', () => {
    assert.equal(ageBandOf(-1), undefined);
    assert.equal(ageBandOf(Number.NaN), undefined);
    assert.equal(ageBandOf(30, [{ label: '40-49', low: 40, high: 49 }]), undefined);
  });
});
