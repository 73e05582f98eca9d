import type { GraphBuilder } from '../graph-builder.ts';
import { type Network, translateHumanModel } from '../network.ts';

/**
 * MediaPipe BlazeFace, back camera: a fully convolutional single-shot detector. Height and width are free multiples
 * of 32 (trained at 256×256). Anchors: 2 per cell of the stride-16 grid, then 6 per cell of the stride-32 grid, cells
 * row by row, all centred in their cell. Per anchor: a logit, and 16 numbers in pixels of the input: box centre x, y
 * (relative to the anchor's), width, height, and six points x, y (relative too): right eye, left eye, nose tip, mouth,
 * right ear, left ear.
 */
export const blazeface: Network = {
  name: 'blazeface',
  role: 'face-detector',
  file: 'blazeface.onnx',
  licence: 'Apache-2.0',
  origin:
    'MediaPipe BlazeFace (back camera) by Google, converted by Vladimir Mandic; weights from @vladmandic/human 3.3.6, models/blazeface',
  input: { name: 'input', shape: ['N', 3, 'H', 'W'] },
  outputs: [
    { name: 'scores', shape: ['N', 'A'] },
    { name: 'boxes', shape: ['N', 'A', 16] },
  ],
  async convert(graph) {
    const t = await translateHumanModel(graph, 'blazeface', { mean: 127.5, scale: 1 / 127.5 });
    const logits = join(graph, [t.value('Identity').name, t.value('Identity_1').name]);
    const boxes = join(graph, [t.value('Identity_2').name, t.value('Identity_3').name]);
    return { scores: graph.reshape(logits, [0, -1]), boxes };
  },
};

/** Stride-16 anchors first. */
function join(graph: GraphBuilder, parts: readonly string[]): string {
  return graph.node('Concat', parts, { axis: 1 });
}
