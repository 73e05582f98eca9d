import type { InferenceSession } from 'onnxruntime-node';
import { VitrineError } from '../../core/errors.ts';

/** The only file that knows ONNX Runtime; it is loaded when the first model is. */

export interface SessionOptions {
  /** Threads within one operator; undefined: one per core. */
  readonly threads?: number | undefined;
  /** Whether idle threads spin for the next operator: lower latency, but a busy core. Default true. */
  readonly spinning?: boolean | undefined;
}

export interface TensorInfo {
  readonly name: string;
  /** `float32`, `int64`, …; undefined where it is not a tensor. */
  readonly type: string | undefined;
  /** A number is a fixed size, a string a free one. */
  readonly shape: readonly (number | string)[];
}

export interface SessionTensor {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

export interface Session {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /** One input, the named outputs, all float32. */
  run(input: string, tensor: SessionTensor, outputs: readonly string[]): Promise<Map<string, SessionTensor>>;
  release(): Promise<void>;
}

/**
 * Opens an ONNX file held in memory. Throws ENGINE_UNAVAILABLE where there is no engine for this machine, and the
 * engine's own error where it does not accept the file.
 */
export async function openSession(model: Uint8Array, options: SessionOptions): Promise<Session> {
  const onnx = await loadEngine();
  const session = await onnx.InferenceSession.create(model, engineOptions(options));
  return {
    inputs: session.inputMetadata.map(tensorInfo),
    outputs: session.outputMetadata.map(tensorInfo),
    run: async (input, tensor, outputs) => {
      const feeds = { [input]: new onnx.Tensor('float32', tensor.data, tensor.shape) };
      const results = await session.run(feeds, outputs);
      return new Map(
        outputs.map((name) => {
          const result = results[name];
          if (!(result?.data instanceof Float32Array)) throw new Error(`output "${name}" is not float32`);
          return [name, { data: result.data, shape: result.dims }];
        }),
      );
    },
    release: () => session.release(),
  };
}

/** Version of the engine, whose library is loaded for it. Throws ENGINE_UNAVAILABLE. */
export async function engineVersion(): Promise<string> {
  const onnx = await loadEngine();
  return onnx.env.versions.node ?? onnx.env.versions.common;
}

/**
 * From 1.29 on the published builds report their use to their maker: models, machine and speed, over the network, with
 * an id kept in the temporary folder. This variable turns all of it off, if it is set before the library is loaded.
 */
const NO_REPORTS = ['ORT_DISABLE_TELEMETRY', '1'] as const;

async function loadEngine() {
  try {
    const [name, value] = NO_REPORTS;
    process.env[name] = value;
    const { default: onnx } = await import('onnxruntime-node');
    onnx.env.logLevel = 'error';
    return onnx;
  } catch (cause) {
    throw new VitrineError('ENGINE_UNAVAILABLE', 'ONNX Runtime cannot be loaded', { cause });
  }
}

function engineOptions({ threads, spinning = true }: SessionOptions): InferenceSession.SessionOptions {
  return {
    ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
    interOpNumThreads: 1,
    executionMode: 'sequential',
    logSeverityLevel: 3,
    extra: { session: { intra_op: { allow_spinning: spinning ? '1' : '0' } } },
  };
}

function tensorInfo(metadata: InferenceSession.ValueMetadata): TensorInfo {
  if (!metadata.isTensor) return { name: metadata.name, type: undefined, shape: [] };
  return { name: metadata.name, type: metadata.type, shape: metadata.shape };
}
