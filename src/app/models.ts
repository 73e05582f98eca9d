import { type BuildProgress, buildModels } from '../../models/convert/build.ts';
import type { Config } from '../config/schema.ts';
import type { ModelRole } from '../vision/models.ts';
import { defaultModelsDir } from '../vision/onnx/manifest.ts';
import { listModels, type ModelsOptions, verifyModels } from '../vision/onnx/provider.ts';
import type { SessionOptions } from '../vision/onnx/session.ts';

/** What the model commands do: with the folder, manifests and selection of a configuration. */

/** A model as it is listed; `bytes` is null where the file is not there. */
export interface ModelEntry {
  readonly name: string;
  readonly role: ModelRole;
  /** Whether it serves its role. */
  readonly selected: boolean;
  readonly bytes: number | null;
  readonly licence: string;
  readonly origin: string;
  readonly path: string;
  readonly manifest: string;
}

export interface ModelVerdict {
  readonly name: string;
  /** One line; undefined where the file is what its manifest says. */
  readonly problem: string | undefined;
}

export interface BuiltModels {
  readonly dir: string;
  /** Models that are there now, and those of them that were made. */
  readonly ready: number;
  readonly built: number;
}

/** Where the built models of a configuration lie. */
export function modelsDirOf({ vision }: Config): string {
  return vision.models.dir ?? defaultModelsDir();
}

/** Without opening any. Errors: MODEL_INVALID for a manifest that cannot be read. */
export async function listedModels(config: Config): Promise<ModelEntry[]> {
  const models = await listModels(optionsFrom(config));
  return models.map(({ spec, bytes, selected, path, manifest }) => {
    const { name, role, licence, origin } = spec;
    return { name, role, selected, bytes: bytes ?? null, licence, origin, path, manifest };
  });
}

/** Opens each. Errors: as `listedModels`, and ENGINE_UNAVAILABLE. */
export async function verifiedModels(config: Config): Promise<ModelVerdict[]> {
  const verdicts = await verifyModels(optionsFrom(config));
  const engine = verdicts.find(({ problem }) => problem?.code === 'ENGINE_UNAVAILABLE');
  if (engine?.problem) throw engine.problem;
  return verdicts.map(({ spec: { name }, problem }) => ({
    name,
    problem: problem?.message.replace(`model ${name}: `, ''),
  }));
}

/** Builds what is missing or not current. Errors: MODEL_BUILD_FAILED, OUTPUT_UNWRITABLE, DISK_FULL. */
export async function builtModels(options: {
  readonly dir: string;
  readonly onProgress: (progress: BuildProgress) => void;
}): Promise<BuiltModels> {
  const { dir, onProgress } = options;
  const models = await buildModels({ outDir: dir, onProgress });
  return { dir, ready: models.length, built: models.filter(({ built }) => built).length };
}

function optionsFrom({ vision }: Config): ModelsOptions & SessionOptions {
  const { dir, manifests, select } = vision.models;
  return {
    modelsDir: dir ?? undefined,
    manifests,
    selected: select,
    // They are opened, not run.
    threads: 1,
  };
}
