import type { Network } from './network.ts';
import { ageGender } from './networks/age-gender.ts';
import { antispoof } from './networks/antispoof.ts';
import { blazeface } from './networks/blazeface.ts';
import { faceLandmark68 } from './networks/face-landmark-68.ts';
import { faceRecognition } from './networks/face-recognition.ts';
import { facemesh } from './networks/facemesh.ts';
import { faceres } from './networks/faceres.ts';
import { liveness } from './networks/liveness.ts';
import { ssdMobilenetv1 } from './networks/ssd-mobilenetv1.ts';
import { tinyFaceDetector } from './networks/tiny-face-detector.ts';

/** Every network that can be built, in the manifest's order: the first of a role is its default. */
export const networks: readonly Network[] = [
  blazeface,
  tinyFaceDetector,
  ssdMobilenetv1,
  facemesh,
  faceLandmark68,
  faceRecognition,
  faceres,
  ageGender,
  antispoof,
  liveness,
];
