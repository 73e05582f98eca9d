import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { configKeys, environmentName, pathText } from '../../src/config/keys.ts';

const keys = configKeys();
const values = keys.filter((key) => key.kind === 'value');

describe('every key of the configuration', () => {
  for (const key of keys) {
    it(`${pathText(key.path)} is described`, () => {
      assert.ok(key.title.length > 1);
      assert.match(key.description, /^[^|\n]{9,}\.$/);
    });
  }

  it('is optional, but for the two that make a camera', () => {
    const required = values.filter((key) => key.required).map((key) => pathText(key.path));
    assert.deepEqual(required, ['cameras[].id', 'cameras[].source']);
  });

  it('has bounds and, but for ports and shares, a unit where it is a number', () => {
    for (const key of values.filter((k) => k.type === 'integer' || k.type === 'number')) {
      assert.ok(key.minimum !== undefined && key.maximum !== undefined, pathText(key.path));
      if (!['server.port', 'identity.minQuality'].includes(pathText(key.path))) {
        assert.ok(key.unit, pathText(key.path));
      }
    }
  });

  it('is read by some room, or says that none does yet', () => {
    const root = fileURLToPath(new URL('../../src/', import.meta.url));
    const code = globSync('**/*.ts', { cwd: root })
      .filter((path) => !path.startsWith('config'))
      .map((path) => readFileSync(`${root}${path}`, 'utf8'))
      .join('\n');
    const unread = values.filter(
      (key) => !key.reserved && !new RegExp(`\\b${key.path.at(-1)}\\b`).test(code),
    );
    // One choice only: there is nothing to read.
    const decided = unread.filter((key) => key.options?.length !== 1);
    assert.deepEqual(
      decided.map((key) => pathText(key.path)),
      [],
    );
  });

  it('has an environment variable of its own', () => {
    const names = values.map((key) => environmentName(key.path));
    assert.equal(new Set(names).size, names.length);
    assert.equal(environmentName(['vision', 'minFacePixels']), 'VITRINE_VISION__MIN_FACE_PIXELS');
    assert.equal(environmentName(['privacy', 'kAnonymity']), 'VITRINE_PRIVACY__K_ANONYMITY');
  });
});
