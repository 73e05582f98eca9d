/** Port: neural networks as plain functions on typed arrays. The ONNX adapter is in `onnx/`. */

/** What a model does in the vision path. One model is selected per role. */
export const modelRoles = [
  'face-detector',
  'face-mesh',
  'landmarks-68',
  'face-embedder',
  'face-appearance',
  'age-gender',
  'liveness',
] as const;
export type ModelRole = (typeof modelRoles)[number];

export interface TensorSpec {
  readonly name: string;
  /** A number is a fixed size; a string names a free one (`N`, `H`, `W`). */
  readonly shape: readonly (number | string)[];
}

/**
 * Callers feed every model the same way: RGB, 0–255, planar. `shape` is that of the caller's tensor, [N, 3, H, W].
 * What a file wants instead (another layout, order of channels, normalisation) is done by the adapter.
 */
export interface InputSpec extends TensorSpec {
  /** The file's layout; its shape is [N, H, W, 3] if `nhwc`. Default `nchw`. */
  readonly layout?: 'nchw' | 'nhwc';
  /** The file's order of channels. Default `rgb`. */
  readonly channels?: 'rgb' | 'bgr';
  /** The file is given (value − mean) / std; one number, or one each for R, G, B. Default 0 and 1. */
  readonly mean?: PerChannel;
  readonly std?: PerChannel;
}
export type PerChannel = number | readonly [red: number, green: number, blue: number];

export interface OutputSpec extends TensorSpec {
  /** The output's name in the file, where it is another than `name`, by which callers know it. */
  readonly tensor?: string;
}

/** The outputs that the vision path reads, by role. Layouts: `docs/guides/models.md`. */
export const roleOutputs: Readonly<Record<ModelRole, readonly string[]>> = {
  'face-detector': ['scores', 'boxes'],
  'face-mesh': ['landmarks', 'score'],
  'landmarks-68': ['points'],
  'face-embedder': ['embedding'],
  'face-appearance': ['descriptor'],
  'age-gender': ['age', 'gender'],
  liveness: ['live'],
};

/** One entry of a manifest (`models/manifest.json`, or a user's own). */
export interface ModelSpec {
  readonly name: string;
  readonly role: ModelRole;
  /** File name inside the models folder, or relative to the user's manifest. */
  readonly file: string;
  /** Of the file, 64 lower-case hexadecimal digits. */
  readonly sha256: string;
  readonly licence: string;
  readonly origin: string;
  readonly input: InputSpec;
  readonly outputs: readonly OutputSpec[];
}

export interface Tensor {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** A loaded network. Not for concurrent calls. */
export interface Model {
  readonly spec: ModelSpec;
  /** Runs the network on one input tensor; the outputs by name. */
  run(input: Tensor): Promise<ReadonlyMap<string, Tensor>>;
  release(): Promise<void>;
}

/** Loads the model selected for a role. Roles that are never asked for are never loaded. */
export interface ModelProvider {
  /** A model of the caller's own, who releases it. Throws MODEL_MISSING or MODEL_INVALID. */
  load(role: ModelRole): Promise<Model>;
}
