import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GraphBuilder } from '../../../models/convert/graph-builder.ts';

/**
 * A user's model that shows what it was given: its output `embedding` is its input, flattened. The input is 2×2 pixels,
 * [N, 2, 2, 3] or [N, 3, 2, 2].
 */
export function echoModel(layout: 'nchw' | 'nhwc', batch: number | string = 'N'): Uint8Array {
  const shape = layout === 'nhwc' ? [batch, 2, 2, 3] : [batch, 3, 2, 2];
  const graph = new GraphBuilder({ name: 'echo', input: { name: 'data', shape } });
  graph.output({ name: 'embedding', shape: [batch, 12] }, graph.node('Flatten', [graph.input]));
  return graph.encode();
}

/** A manifest entry for `echoModel`, for tests to change. */
export function echoEntry(bytes: Uint8Array, layout: 'nchw' | 'nhwc') {
  return {
    name: 'echo',
    role: 'face-embedder',
    file: 'echo.onnx',
    sha256: createHash('sha256').update(bytes).digest('hex'),
    licence: 'Apache-2.0',
    origin: 'made for a test',
    input: { name: 'data', shape: layout === 'nhwc' ? ['N', 2, 2, 3] : ['N', 3, 2, 2], layout },
    outputs: [{ name: 'embedding', shape: ['N', 12] }],
  };
}

/** Writes `echo.onnx` and `manifest.json` into a folder; the path of the manifest. */
export async function writeUserModel(folder: string, bytes: Uint8Array, entry: unknown): Promise<string> {
  await writeFile(join(folder, 'echo.onnx'), bytes);
  const manifest = join(folder, 'manifest.json');
  await writeFile(manifest, JSON.stringify({ version: 1, models: [entry] }));
  return manifest;
}
