import { type Network, translateHumanModel } from '../network.ts';

/**
 * A small classifier of face crops: the probability that the face is genuine. It was trained to tell photographs from
 * retouched ones; what it makes of prints and screens is not known.
 */
export const antispoof: Network = {
  name: 'antispoof',
  role: 'antispoof',
  file: 'antispoof.onnx',
  licence: 'MIT',
  origin:
    'anti-spoofing by Vladimir Mandic (Kaggle: anku420/fake-face-detection, data ciplab/real-and-fake-face-detection); weights from @vladmandic/human 3.3.6, models/antispoof',
  input: { name: 'input', shape: ['N', 3, 128, 128] },
  outputs: [{ name: 'real', shape: ['N', 1] }],
  async convert(graph) {
    const t = await translateHumanModel(graph, 'antispoof', { mean: 0, scale: 1 / 255 });
    return { real: t.value('Identity').name };
  },
};
