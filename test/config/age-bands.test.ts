import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ageBandsFrom } from '../../src/config/age-bands.ts';
import { configSchema } from '../../src/config/schema.ts';
import { ageBandOf, defaultAgeBands } from '../../src/core/age-band.ts';

describe('age bands of the configuration', () => {
  it('are the default ones by default', () => {
    assert.deepEqual(ageBandsFrom(configSchema.parse({}).buckets.ageBands), defaultAgeBands);
  });

  it('leave no age out and put none in two', () => {
    const bands = ageBandsFrom([18, 40]);
    assert.deepEqual(
      bands.map((band) => band.label),
      ['0-17', '18-39', '40+'],
    );
    for (let age = 0; age <= 120; age++) {
      assert.equal(bands.filter((band) => age >= band.low && age <= band.high).length, 1);
      assert.equal(ageBandOf(age, bands)?.label, age < 18 ? '0-17' : age < 40 ? '18-39' : '40+');
    }
  });
});
