import { VitrineError } from '../../core/errors.ts';
import type { ModelSpec } from '../models.ts';
import type { Session, TensorInfo } from './session.ts';

type Shape = readonly (number | string)[];

/**
 * Compares a manifest entry with the file it names. Throws MODEL_INVALID with the first thing that differs: the
 * input, an output, its type or its shape.
 */
export function checkAgainstFile(spec: ModelSpec, session: Session): void {
  if (session.inputs.length !== 1) {
    throw invalidModel(spec, `the file has ${session.inputs.length} inputs, one is needed`);
  }
  const { name, shape, layout } = spec.input;
  compare(spec, { kind: 'input', name, shape: layout === 'nhwc' ? toNhwc(shape) : shape }, session.inputs);
  for (const output of spec.outputs) {
    compare(
      spec,
      { kind: 'output', name: output.tensor ?? output.name, shape: output.shape },
      session.outputs,
    );
  }
}

/** Whether a tensor has the sizes that a shape fixes. */
export function fitsShape(sizes: readonly number[], shape: Shape): boolean {
  return (
    sizes.length === shape.length && shape.every((size, i) => typeof size === 'string' || size === sizes[i])
  );
}

export function invalidModel(spec: ModelSpec, message: string, cause?: unknown): VitrineError {
  return new VitrineError('MODEL_INVALID', `model ${spec.name}: ${message}`, { cause });
}

interface Expected {
  readonly kind: 'input' | 'output';
  readonly name: string;
  readonly shape: Shape;
}

function compare(spec: ModelSpec, expected: Expected, present: readonly TensorInfo[]): void {
  const { kind, name, shape } = expected;
  const found = present.find((info) => info.name === name);
  if (found === undefined) {
    const names = present.map((info) => info.name).join(', ');
    throw invalidModel(spec, `the file has no ${kind} "${name}" (it has: ${names})`);
  }
  if (found.type !== 'float32') {
    throw invalidModel(spec, `${kind} "${name}" is ${found.type ?? 'not a tensor'}, float32 is needed`);
  }
  if (!agrees(expected, found.shape)) {
    const shapes = `[${found.shape.join(', ')}] in the file, [${shape.join(', ')}] in the manifest`;
    throw invalidModel(spec, `the shape of ${kind} "${name}" is ${shapes}`);
  }
}

/**
 * A size that the file leaves free may be fixed in the manifest. One that the file fixes must be the manifest's; only
 * an output may be free there, since nothing is fed to it. An unknown rank (no shape) is checked when it runs.
 */
function agrees({ kind, shape }: Expected, inFile: Shape): boolean {
  if (inFile.length === 0) return kind === 'output';
  if (inFile.length !== shape.length) return false;
  return inFile.every((size, i) => {
    if (typeof size === 'string') return true;
    return size === shape[i] || (kind === 'output' && typeof shape[i] === 'string');
  });
}

function toNhwc(shape: Shape): Shape {
  const [batch = 'N', channels = 3, height = 'H', width = 'W'] = shape;
  return [batch, height, width, channels];
}
