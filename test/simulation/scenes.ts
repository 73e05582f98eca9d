import type { SceneOptions } from './scene.ts';

const faults = {
  miss: 0.04,
  missAgain: 0.35,
  falseRate: 0.03,
  duplicate: 0.02,
  jitter: 0.03,
  sizeJitter: 0.045,
};

export const sceneKinds = ['street', 'queue', 'counter', 'browsing', 'crowd', 'poor'] as const;
export type SceneKind = (typeof sceneKinds)[number];

/** A scene of 20 s of the kind; seeds 1–999 are for tuning, from 1000 on for tests. */
export function sceneOf(kind: SceneKind, seed: number, framesPerSecond: number): SceneOptions {
  const base = { seed, framesPerSecond, seconds: 20, faults };
  switch (kind) {
    case 'street':
      return { ...base, arrivals: 0.5, habits: ['passer'], queue: 0 };
    case 'queue':
      return { ...base, arrivals: 0.2, habits: ['passer', 'queuer'], queue: 4 };
    case 'counter':
      return { ...base, arrivals: 0.25, habits: ['approacher', 'passer'], queue: 1 };
    case 'browsing':
      return { ...base, arrivals: 0.3, habits: ['browser', 'browser', 'passer'], queue: 1 };
    case 'crowd':
      return { ...base, arrivals: 0.9, habits: ['passer', 'browser', 'approacher'], queue: 3 };
    case 'poor':
      return {
        ...base,
        arrivals: 0.4,
        habits: ['passer', 'browser', 'queuer'],
        queue: 2,
        faults: {
          ...faults,
          miss: 0.12,
          missAgain: 0.55,
          falseRate: 0.05,
          duplicate: 0.05,
          jitter: 0.05,
          sizeJitter: 0.08,
        },
      };
  }
}
