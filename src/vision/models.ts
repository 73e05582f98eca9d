/** Port: neural networks as plain functions on typed arrays. The ONNX adapter is in `onnx/`. */

/** What a model does in the vision path. One model is selected per role. */
export const modelRoles = [
  'face-detector',
  'face-scanner',
  'face-mesh',
  'landmarks-68',
  'face-embedder',
  'face-appearance',
  'age-gender',
  'antispoof',
  'liveness',
] as const;
export type ModelRole = (typeof modelRoles)[number];

export interface TensorSpec {
  readonly name: string;
  /** A number is a fixed size; a string names a free one (`N`, `H`, `W`). */
  readonly shape: readonly (number | string)[];
}

/** One entry of a manifest (`models/manifest.json`, or a user's own). */
export interface ModelSpec {
  readonly name: string;
  readonly role: ModelRole;
  /** File name inside the models folder, or relative to the user's manifest. */
  readonly file: string;
  readonly sha256: string;
  readonly licence: string;
  readonly origin: string;
  readonly input: TensorSpec;
  readonly outputs: readonly TensorSpec[];
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
  load(role: ModelRole): Promise<Model>;
}
