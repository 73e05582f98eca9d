import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { exampleConfig } from '../../src/config/example.ts';
import { configKeys, pathText } from '../../src/config/keys.ts';
import { configReference } from '../../src/config/reference.ts';
import { configSchema } from '../../src/config/schema.ts';

describe('the example file', () => {
  it('is a valid configuration that says nothing but the defaults, and one camera', () => {
    const { cameras, site, ...example } = configSchema.parse(parse(exampleConfig()));
    const { cameras: none, site: defaultSite, ...defaults } = configSchema.parse({});
    assert.deepEqual(example, defaults);
    assert.equal(site.id, defaultSite.id);
    assert.deepEqual([cameras.length, none.length], [1, 0]);
  });

  it('names every key that can be set', () => {
    const text = exampleConfig();
    for (const key of configKeys()) {
      // Models are selected by names that only exist once somebody brings one; `asCamera` is for files.
      if (/select\.|asCamera/.test(pathText(key.path))) continue;
      assert.match(text, new RegExp(`^ *(- |# )?${key.path.at(-1)}:`, 'm'), pathText(key.path));
    }
  });

  it('is the same on every machine', () => {
    const { env } = process;
    const before = env['TZ'] ?? '';
    try {
      env['TZ'] = 'Asia/Tokyo';
      const there = exampleConfig() + configReference();
      env['TZ'] = 'America/Lima';
      assert.equal(exampleConfig() + configReference(), there);
    } finally {
      env['TZ'] = before;
    }
  });
});
