import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { modeSchema } from '../../src/contract/primitives.ts';
import { modeRules } from '../../src/privacy/modes.ts';

describe('modes', () => {
  it('has rules for every mode of the contract', () => {
    assert.deepEqual(Object.keys(modeRules).toSorted(), [...modeSchema.options].toSorted());
  });

  it('keeps nothing of a person in anonymous mode', () => {
    const { persistsMinutes, ...rest } = modeRules.anonymous;
    assert.equal(persistsMinutes, true);
    assert.deepEqual(new Set(Object.values(rest)), new Set([false, 'never', 'none']));
  });

  it('writes an id or a template to the disk in loyalty mode only', () => {
    for (const mode of ['anonymous', 'session'] as const) {
      const rules = modeRules[mode];
      assert.notEqual(rules.keepsTemplates, 'encrypted');
      assert.notEqual(rules.persistsVisits, 'with-id');
      assert.equal(rules.persistsVisitors || rules.persistsSightings || rules.persistsMessages, false);
    }
  });

  it('keeps templates only where embeddings are computed', () => {
    for (const { embeds, keepsTemplates } of Object.values(modeRules)) {
      assert.equal(embeds, keepsTemplates !== 'never');
    }
  });
});
