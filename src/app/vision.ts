import { availableParallelism } from 'node:os';
import type { Config } from '../config/schema.ts';
import { modeRules } from '../privacy/modes.ts';
import { Describer } from '../vision/describer.ts';
import { Embedder } from '../vision/embedder.ts';
import { FaceFinder } from '../vision/face-finder.ts';
import type { Model, ModelRole } from '../vision/models.ts';
import { createModelProvider } from '../vision/onnx/provider.ts';

export interface VisionOptions {
  /** False in anonymous mode: the models that make descriptors are then never loaded. */
  readonly embeds: boolean;
  /** Second descriptor, fused with the embedding where people are recognised among many. */
  readonly appearance: boolean;
  readonly liveness: boolean;
  readonly minFacePixels: number;
  readonly threads?: number | undefined;
  readonly modelsDir?: string | undefined;
  readonly manifests?: readonly string[] | undefined;
  readonly selected?: Partial<Record<ModelRole, string>> | undefined;
}

export interface Vision {
  readonly finder: FaceFinder;
  readonly describer: Describer;
  /** Undefined without an embedder. */
  readonly embedder: Embedder | undefined;
  close(): Promise<void>;
}

/** What a configuration's mode allows and its vision section asks for. */
export function visionOptionsFrom({ mode, vision }: Config): VisionOptions {
  return {
    embeds: modeRules[mode].embeds,
    appearance: true,
    liveness: vision.liveness,
    minFacePixels: vision.minFacePixels,
    threads: vision.threads ?? undefined,
    modelsDir: vision.models.dir ?? undefined,
    manifests: vision.models.manifests,
    selected: vision.models.select,
  };
}

/** Loads the models that the options call for, and no other. */
export async function openVision(options: VisionOptions): Promise<Vision> {
  const { modelsDir, manifests, selected } = options;
  const threads = options.threads ?? availableParallelism();
  // Threads that spin while they wait would take the cores from the decoder, and from whatever else the box does.
  const provider = createModelProvider({ modelsDir, manifests, selected, threads, spinning: false });
  const opened: Model[] = [];
  const load = async (role: ModelRole, wanted = true): Promise<Model | undefined> => {
    if (!wanted) return undefined;
    const model = await provider.load(role);
    opened.push(model);
    return model;
  };
  const need = async (role: ModelRole): Promise<Model> => (await load(role)) as Model;
  const close = async () => {
    for (const model of opened) await model.release();
  };
  try {
    const finder = new FaceFinder(await need('face-detector'), { minFacePixels: options.minFacePixels });
    const face = await load('face-embedder', options.embeds);
    const appearance = await load('face-appearance', options.embeds && options.appearance);
    const embedder = face && new Embedder({ face, appearance });
    const describer = new Describer({
      mesh: await need('face-mesh'),
      points68: await need('landmarks-68'),
      ageGender: await need('age-gender'),
      liveness: await load('liveness', options.liveness),
      embedder,
    });
    return { finder, describer, embedder, close };
  } catch (error) {
    await close();
    throw error;
  }
}
