import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly optional?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

for (const file of ['package-lock.json', 'script/runtime/package-lock.json']) {
  const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
  const { packages } = JSON.parse(text) as { packages: Readonly<Record<string, LockedPackage>> };

  describe(file, () => {
    it('names no registry: whichever the machine uses is asked', () => {
      assert.deepEqual(
        Object.keys(packages).filter((path) => packages[path]?.resolved !== undefined),
        [],
      );
      assert.doesNotMatch(text, /registry/);
    });

    it('names the packages of every platform, else npm ci refuses it elsewhere', () => {
      const paths = Object.keys(packages);
      const missing = Object.values(packages)
        .flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}))
        .filter((name) => !paths.some((path) => path.endsWith(`node_modules/${name}`)));
      assert.deepEqual(missing, []);
    });

    it('has a checksum for everything that every machine installs', () => {
      const bare = Object.entries(packages).filter(
        ([path, entry]) => path && !entry.optional && !entry.integrity,
      );
      assert.deepEqual(bare, []);
    });
  });
}
