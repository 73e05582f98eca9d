import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { VitrineError } from '../../core/errors.ts';
import type { Model, ModelSpec, Tensor } from '../models.ts';
import { checkAgainstFile, fitsShape, invalidModel } from './check.ts';
import { prepareInput } from './input.ts';
import type { ManifestEntry } from './manifest.ts';
import { openSession, type Session, type SessionOptions } from './session.ts';

/**
 * Opens the file of a manifest entry. The bytes that are hashed are the bytes that are run. Throws MODEL_MISSING where
 * there is no file, MODEL_INVALID where hash, input or an output is not what the entry says.
 */
export async function openModel(entry: ManifestEntry, options: SessionOptions): Promise<Model> {
  const { spec, path } = entry;
  const bytes = await readModel(entry);
  const hash = createHash('sha256').update(bytes).digest('hex');
  if (hash !== spec.sha256) {
    throw invalidModel(
      spec,
      `the hash of ${path} is ${brief(hash)}, the manifest says ${brief(spec.sha256)}`,
    );
  }
  const session = await openSession(bytes, options).catch((cause: unknown) => {
    if (cause instanceof VitrineError) throw cause;
    throw invalidModel(spec, `${path} is not an ONNX model that can be run`, cause);
  });
  try {
    checkAgainstFile(spec, session);
  } catch (error) {
    await session.release();
    throw error;
  }
  return new OnnxModel(spec, session);
}

async function readModel({ spec, path }: ManifestEntry): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    if (missing)
      throw new VitrineError('MODEL_MISSING', `model ${spec.name}: there is no ${path}`, { cause });
    throw invalidModel(spec, `${path} cannot be read`, cause);
  }
}

const brief = (hash: string): string => `${hash.slice(0, 12)}…`;

class OnnxModel implements Model {
  readonly spec: ModelSpec;
  readonly #session: Session;

  constructor(spec: ModelSpec, session: Session) {
    this.spec = spec;
    this.#session = session;
  }

  async run(input: Tensor): Promise<ReadonlyMap<string, Tensor>> {
    const { spec } = this;
    if (!fitsShape(input.shape, spec.input.shape)) {
      const shapes = `[${input.shape.join(', ')}], it takes [${spec.input.shape.join(', ')}]`;
      throw new VitrineError('INTERNAL', `model ${spec.name} was fed ${shapes}`);
    }
    const names = spec.outputs.map((output) => output.tensor ?? output.name);
    const results = await this.#session.run(spec.input.name, prepareInput(spec.input, input), names);
    const outputs = new Map<string, Tensor>();
    for (const output of spec.outputs) {
      const result = results.get(output.tensor ?? output.name);
      if (result === undefined || !fitsShape(result.shape, output.shape)) {
        const shapes = `[${result?.shape.join(', ')}], the manifest says [${output.shape.join(', ')}]`;
        throw invalidModel(spec, `the shape of output "${output.name}" came out as ${shapes}`);
      }
      outputs.set(output.name, result);
    }
    return outputs;
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}
