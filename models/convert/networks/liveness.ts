import { type Network, translateHumanModel } from '../network.ts';

/**
 * LivenessNet, a small classifier of face crops. `live` is the first of its two classes, which `@vladmandic/human` reads
 * as "live"; see `docs/guides/models.md` for why that is not certain.
 */
export const liveness: Network = {
  name: 'liveness',
  role: 'liveness',
  file: 'liveness.onnx',
  licence: 'MIT',
  origin:
    'leokwu/livenessnet, converted by Vladimir Mandic; weights from @vladmandic/human 3.3.6, models/liveness',
  input: { name: 'input', shape: ['N', 3, 32, 32] },
  outputs: [{ name: 'live', shape: ['N', 1] }],
  async convert(graph) {
    const t = await translateHumanModel(graph, 'liveness', { mean: 0, scale: 1 / 255 });
    const range = [0, 1, 1].map((value) => graph.integers([value]));
    return { live: graph.node('Slice', [t.value('Identity').name, ...range]) };
  },
};
