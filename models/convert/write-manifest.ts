import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildModels } from './build.ts';
import { networks } from './catalogue.ts';

/**
 * Rewrites `models/manifest.json` from the catalogue and the hashes of a fresh build. Needed after a change to the
 * converter or to the version of a package:
 *
 *     node models/convert/write-manifest.ts
 */
async function writeManifest(): Promise<void> {
  const outDir = await mkdtemp(join(tmpdir(), 'vitrine-models-'));
  try {
    const built = await buildModels({ outDir, expected: new Map() });
    const models = networks.map((network, index) => {
      const { name, role, file, licence, origin, input, outputs } = network;
      return { name, role, file, sha256: built[index]?.sha256, licence, origin, input, outputs };
    });
    const text = JSON.stringify({ version: 1, models }, undefined, 2);
    const shapesOnOneLine = text.replaceAll(/\[\s+([^[\]{}]+?)\s+\]/g, (_, sizes: string) => {
      return `[${sizes.replaceAll(/\s+/g, ' ')}]`;
    });
    await writeFile(new URL('../manifest.json', import.meta.url), `${shapesOnOneLine}\n`);
  } finally {
    await rm(outDir, { recursive: true });
  }
}

await writeManifest();
