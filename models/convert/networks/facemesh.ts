import { type Network, translateHumanModel } from '../network.ts';

/**
 * MediaPipe Face Mesh: 468 points x, y, z of a levelled square crop, in pixels of the 192×192 input (z in the same
 * unit, smaller is nearer), and the probability that the crop holds a face.
 */
export const facemesh: Network = {
  name: 'facemesh',
  role: 'face-mesh',
  file: 'facemesh.onnx',
  licence: 'Apache-2.0',
  origin:
    'MediaPipe Face Mesh by Google, converted by Vladimir Mandic; weights from @vladmandic/human 3.3.6, models/facemesh',
  input: { name: 'input', shape: ['N', 3, 192, 192] },
  outputs: [
    { name: 'landmarks', shape: ['N', 468, 3] },
    { name: 'score', shape: ['N', 1] },
  ],
  async convert(graph) {
    const t = await translateHumanModel(graph, 'facemesh', { mean: 0, scale: 1 / 255 });
    return {
      landmarks: graph.reshape(t.value('Identity_2').name, [0, 468, 3]),
      score: t.value('Identity_1').name,
    };
  },
};
