import { type Network, translateHumanModel } from '../network.ts';

/** A small classifier of face crops: the probability that this is a face and not a print or a screen. */
export const antispoof: Network = {
  name: 'antispoof',
  role: 'antispoof',
  file: 'antispoof.onnx',
  licence: 'MIT',
  origin: 'kaggle.com/anku420/fake-face-detection; weights from @vladmandic/human 3.3.6, models/antispoof',
  input: { name: 'input', shape: ['N', 3, 128, 128] },
  outputs: [{ name: 'real', shape: ['N', 1] }],
  async convert(graph) {
    const t = await translateHumanModel(graph, 'antispoof', { mean: 0, scale: 1 / 255 });
    return { real: t.value('Identity').name };
  },
};
