import type { Network } from './network.ts';
import { ageGender } from './networks/age-gender.ts';
import { blazeface } from './networks/blazeface.ts';
import { faceLandmark68 } from './networks/face-landmark-68.ts';
import { faceRecognition } from './networks/face-recognition.ts';
import { facemesh } from './networks/facemesh.ts';
import { faceres } from './networks/faceres.ts';
import { liveness } from './networks/liveness.ts';

/** Every network that can be built, in the manifest's order: the first of a role is its default. */
export const networks: readonly Network[] = [
  blazeface,
  facemesh,
  faceLandmark68,
  faceRecognition,
  faceres,
  ageGender,
  liveness,
];
