import { readFile } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { VitrineError } from '../../src/core/errors.ts';
import { type GraphModel, graphModelSchema } from './tfjs-format.ts';
import { decodeWeights, type Weights, weightListSchema } from './weights.ts';

/** The npm packages whose published weights are converted. */
export type WeightsPackage = '@vladmandic/human' | '@vladmandic/face-api';

const weightsManifestSchema = z.array(z.object({ weights: weightListSchema })).min(1);

/** A TF.js graph model of a package: `<path>.json` (topology and weight list) and `<path>.bin`. */
export async function readGraphModel(
  from: WeightsPackage,
  path: string,
): Promise<{ graph: GraphModel; weights: Weights }> {
  const folder = packageFolder(from);
  const graph = await readJson(join(folder, `${path}.json`), graphModelSchema);
  const entries = graph.weightsManifest.flatMap((group) => group.weights);
  return { graph, weights: decodeWeights(entries, await read(join(folder, `${path}.bin`))) };
}

/** A bare weight list of a package: `<path>-weights_manifest.json` and `<path>.bin`. */
export async function readWeightList(from: WeightsPackage, path: string): Promise<Weights> {
  const folder = packageFolder(from);
  const manifest = await readJson(join(folder, `${path}-weights_manifest.json`), weightsManifestSchema);
  const entries = manifest.flatMap((group) => group.weights);
  return decodeWeights(entries, await read(join(folder, `${path}.bin`)));
}

function packageFolder(name: WeightsPackage): string {
  const file = findPackageJSON(name, import.meta.url);
  if (file === undefined)
    throw new VitrineError('MODEL_BUILD_FAILED', `the package ${name} is not installed`);
  return dirname(file);
}

async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T> {
  const text = (await read(path)).toString('utf8');
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new VitrineError('MODEL_BUILD_FAILED', `${path} is not what it should be`, { cause });
  }
}

async function read(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new VitrineError('MODEL_BUILD_FAILED', `${path} cannot be read`, { cause });
  }
}
