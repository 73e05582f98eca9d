import { type Network, translateHumanModel } from '../network.ts';

/**
 * HSE-FaceRes (MobileNet v1): age as probabilities of 0–99 years, gender (above 0.5: male) and the pooled
 * 1024-number descriptor. It takes RGB 0–255 as it is.
 */
export const faceres: Network = {
  name: 'faceres',
  role: 'face-appearance',
  file: 'faceres.onnx',
  licence: 'MIT',
  origin:
    'HSE_FaceRec_tf by Andrey Savchenko (VGGFace2, IMDB-WIKI), converted by Vladimir Mandic; weights from @vladmandic/human 3.3.6, models/faceres',
  input: { name: 'input', shape: ['N', 3, 224, 224] },
  outputs: [
    { name: 'age', shape: ['N', 100] },
    { name: 'gender', shape: ['N', 1] },
    { name: 'descriptor', shape: ['N', 1024] },
  ],
  async convert(graph) {
    const t = await translateHumanModel(graph, 'faceres', { mean: 0, scale: 1 });
    return {
      age: t.value('age_pred/Softmax').name,
      gender: t.value('gender_pred/Sigmoid').name,
      descriptor: t.value('global_pooling/Mean').name,
    };
  },
};
