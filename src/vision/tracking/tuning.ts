/**
 * Constants of the tracker. Lengths are in face sizes (√(width · height) of the box), so that a face near the
 * camera and one far from it are treated alike; times in seconds; costs in nats (−ln of a likelihood).
 * Found by search on the simulated scenes of `test/simulation/` with seeds other than those of the tests, then
 * rounded; the key-point constants are set by hand, wider than the simulation asks for.
 */
export interface TrackerTuning {
  /** Speed of an unknown face, standard deviation, sizes/s. A walker at 1.4 m/s makes about 7. */
  readonly speedSpread: number;
  /** How long a rate of a face in sight lasts, s. */
  readonly courseMemory: number;
  /** How long a speed lasts out of sight before it is forgotten (people stop), s. */
  readonly speedMemory: number;
  /** Noise of the acceleration, sizes²/s³, of a face that moves restlessly. */
  readonly restlessness: number;
  /** Share of `restlessness` that a face standing still keeps. */
  readonly calm: number;
  /** A speed is relied on out of sight if it was held for so long, s; from this one on a face walks, sizes/s. */
  readonly steadySeconds: number;
  readonly walkingSpeed: number;
  /** Growth of ln(size), standard deviation, 1/s. At 1.4 m/s towards the camera, 1 m away: 1.4. */
  readonly growthSpread: number;
  readonly growthMemory: number;
  readonly growthNoise: number;
  /** Jitter of the detector: centre in sizes, and in pixels; ln(size); ratio for low scores. */
  readonly centreJitter: number;
  readonly pixelJitter: number;
  readonly sizeJitter: number;
  readonly lowScoreJitter: number;
  /** Largest squared distance in standard deviations (3 dimensions) at which a detection may belong to a track. */
  readonly gate: number;
  readonly lowScoreGate: number;
  /** Farthest step in sizes: at once, per second since the last detection, and in all. */
  readonly stepBase: number;
  readonly stepPerSecond: number;
  readonly stepMost: number;
  /** Heaviness of the tails of human motion: degrees of freedom of Student's t. */
  readonly tails: number;
  /** Cost of no overlap at all between prediction and detection. */
  readonly overlapWeight: number;
  /** Spread of key points between looks at one face, in sizes: at once, and per second; and the most it may cost. */
  readonly keypointSpread: number;
  readonly keypointDrift: number;
  readonly keypointMost: number;
  /** Cost of leaving unseen: a track seen in the last frame, one already missed, an unconfirmed one. */
  readonly missFresh: number;
  readonly missLost: number;
  readonly missTentative: number;
  /** Cost of calling a detection a newcomer. */
  readonly newcomer: number;
  /** Two pairings closer than this cannot be told apart. */
  readonly ambiguity: number;
  /** Ratio of the measurement noise where the pairing is ambiguous. */
  readonly ambiguousJitter: number;
}

export const defaultTuning: TrackerTuning = {
  speedSpread: 6,
  courseMemory: 6,
  speedMemory: 5,
  restlessness: 9,
  calm: 0.1,
  steadySeconds: 0.4,
  walkingSpeed: 3,
  growthSpread: 0.35,
  growthMemory: 0.4,
  growthNoise: 0.12,
  centreJitter: 0.033,
  pixelJitter: 1.2,
  sizeJitter: 0.075,
  lowScoreJitter: 1.3,
  gate: 40,
  lowScoreGate: 14,
  stepBase: 1.35,
  stepPerSecond: 1.5,
  stepMost: 3.5,
  tails: 6,
  overlapWeight: 1.2,
  keypointSpread: 0.08,
  keypointDrift: 0.2,
  keypointMost: 3,
  missFresh: 2.1,
  missLost: 0.9,
  missTentative: 1.5,
  newcomer: 1.2,
  ambiguity: 2.6,
  ambiguousJitter: 2,
};
