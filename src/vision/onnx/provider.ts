import { stat } from 'node:fs/promises';
import { VitrineError } from '../../core/errors.ts';
import type { Model, ModelProvider, ModelRole, ModelSpec } from '../models.ts';
import { defaultModelsDir, loadManifests, type ManifestEntry, selectEntry } from './manifest.ts';
import { openModel } from './model.ts';
import type { SessionOptions } from './session.ts';

export interface ModelsOptions {
  /** Folder of the built models. Default: `defaultModelsDir()`. */
  readonly modelsDir?: string | undefined;
  /** Manifest files of the user's own models. */
  readonly manifests?: readonly string[] | undefined;
  /** Name of the model for a role. Default: the first of that role in our own manifest. */
  readonly selected?: Partial<Record<ModelRole, string>> | undefined;
}

/** Provides the models of the manifests, each from its file and checked against its entry. Nothing is downloaded. */
export function createModelProvider(options: ModelsOptions & SessionOptions = {}): ModelProvider {
  let entries: Promise<ManifestEntry[]> | undefined;
  return {
    async load(role: ModelRole): Promise<Model> {
      entries ??= readEntries(options);
      return openModel(selectEntry(await entries, role, options.selected), options);
    },
  };
}

export interface ListedModel {
  readonly spec: ModelSpec;
  readonly path: string;
  /** The manifest that names it. */
  readonly manifest: string;
  /** Of the file; undefined where there is none. */
  readonly bytes: number | undefined;
  /** Whether it serves its role. */
  readonly selected: boolean;
}

/** Every model of the manifests, without opening any. */
export async function listModels(options: ModelsOptions = {}): Promise<ListedModel[]> {
  const entries = await readEntries(options);
  const serving = new Map(
    entries.map(({ spec }) => [spec.role, selectEntry(entries, spec.role, options.selected)]),
  );
  return Promise.all(
    entries.map(async (entry) => {
      const { spec, path, manifest } = entry;
      const file = await stat(path).catch(() => undefined);
      return { spec, path, manifest, bytes: file?.size, selected: serving.get(spec.role) === entry };
    }),
  );
}

export interface VerifiedModel {
  readonly spec: ModelSpec;
  readonly path: string;
  /** Undefined where the file is what its entry says: hash, input, outputs. */
  readonly problem: VitrineError | undefined;
}

/** Opens every model of the manifests, one after the other, and says of each whether it is what its entry says. */
export async function verifyModels(options: ModelsOptions & SessionOptions = {}): Promise<VerifiedModel[]> {
  const results: VerifiedModel[] = [];
  for (const entry of await readEntries(options)) {
    results.push({ spec: entry.spec, path: entry.path, problem: await problemOf(entry, options) });
  }
  return results;
}

async function problemOf(entry: ManifestEntry, options: SessionOptions): Promise<VitrineError | undefined> {
  try {
    const model = await openModel(entry, options);
    await model.release();
    return undefined;
  } catch (error) {
    if (error instanceof VitrineError) return error;
    throw error;
  }
}

function readEntries({
  modelsDir = defaultModelsDir(),
  manifests = [],
}: ModelsOptions): Promise<ManifestEntry[]> {
  return loadManifests({ modelsDir, manifests });
}
