import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bandsFrom, identityRulesFrom, sightingRulesFrom } from '../../src/app/rules.ts';
import { type ConfigInput, configSchema } from '../../src/config/schema.ts';
import { ageBandOf, defaultAgeBands } from '../../src/core/age-band.ts';
import { defaultSightingRules } from '../../src/identity/resolve.ts';
import { defaultIdentityRules } from '../../src/identity/rules.ts';

const config = (input: ConfigInput = {}) => configSchema.parse(input);

describe('rules from a configuration', () => {
  it('are those of the rooms where nothing is set', () => {
    assert.deepEqual(identityRulesFrom(config()), defaultIdentityRules);
    assert.deepEqual(sightingRulesFrom(config()), defaultSightingRules);
    assert.deepEqual(bandsFrom(config()), defaultAgeBands);
  });

  it('take over every key of the identity section, in the units of the room', () => {
    const rules = identityRulesFrom(
      config({
        identity: {
          birthLooks: 7,
          minQuality: 0.6,
          minFacePixels: 55,
          sessionTtlMinutes: 20,
          certainDistance: 0.3,
          acceptDistance: 0.4,
          strangerDistance: 0.5,
        },
        visits: { gapMinutes: 45 },
      }),
    );
    assert.equal(rules.birth.minLooks, 7);
    assert.equal(rules.birth.minQuality, 0.6);
    assert.equal(rules.birth.minFaceWidth, 55);
    assert.equal(rules.timing.sessionTtlMs, 1_200_000);
    assert.equal(rules.timing.visitGapMs, 2_700_000);
    const { certain, accept, stranger } = rules.matching;
    assert.deepEqual([certain, accept, stranger], [0.3, 0.4, 0.5]);
    assert.deepEqual(rules.matching.fusion, defaultIdentityRules.matching.fusion);
  });

  it('let strangers be born unless loyalty mode asks first', () => {
    const automatic = (input: ConfigInput) => identityRulesFrom(config(input)).birth.automatic;
    assert.equal(automatic({ mode: 'loyalty' }), true);
    assert.equal(automatic({ mode: 'loyalty', identity: { enrol: 'opt-in' } }), false);
    assert.equal(automatic({ mode: 'session', identity: { enrol: 'opt-in' } }), true);
  });

  it('take over how often a sighting is made', () => {
    const rules = sightingRulesFrom(config({ sightings: { intervalMs: 250, everyFrame: true } }));
    assert.deepEqual(rules, { ...defaultSightingRules, intervalMs: 250, everyFrame: true });
  });

  it('make bands that hold every age once', () => {
    const bands = bandsFrom(config({ buckets: { ageBands: [18, 30, 50] } }));
    assert.deepEqual(
      bands.map(({ label }) => label),
      ['0-17', '18-29', '30-49', '50+'],
    );
    for (let age = 0; age <= 120; age += 0.5)
      assert.equal(bands.filter((band) => band === ageBandOf(age, bands)).length, 1, `${age}`);
  });
});
