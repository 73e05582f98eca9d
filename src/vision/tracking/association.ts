import { type Box, iou } from '../../core/geometry.ts';
import type { Detection } from '../../core/track.ts';
import { pairOptimally } from './assignment.ts';
import { centreVariance, faceSize } from './motion.ts';
import { shapeOf, type TrackRecord } from './track-record.ts';
import type { TrackerTuning } from './tuning.ts';

/** A detection with what the costs need of it, worked out once. */
export interface Candidate {
  readonly detection: Detection;
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly logSize: number;
  readonly shape: Float64Array | undefined;
  /** Set once a track has taken it. */
  taken: boolean;
}

export function candidateOf(detection: Detection): Candidate {
  const { box } = detection;
  const size = faceSize(box);
  return {
    detection,
    x: box.x + box.width / 2,
    y: box.y + box.height / 2,
    size,
    logSize: Math.log(size),
    shape: shapeOf(detection),
    taken: false,
  };
}

export interface Pair {
  readonly track: TrackRecord;
  readonly candidate: Candidate;
  /** Another pairing would have been about as good. */
  readonly ambiguous: boolean;
}

export interface AssociationOptions {
  readonly now: number;
  readonly tuning: TrackerTuning;
  /** Largest squared distance in standard deviations. */
  readonly gate: number;
  /** Ratio of the detector's noise. */
  readonly jitter: number;
}

/**
 * Pairs tracks, already advanced to `now`, with candidates so that the whole is likeliest: each pair weighs how well
 * the motion foretold the place and size, the overlap and the key points against the track being missed and the
 * face being new.
 */
export function associate(
  tracks: readonly TrackRecord[],
  candidates: readonly Candidate[],
  options: AssociationOptions,
): Pair[] {
  if (tracks.length === 0 || candidates.length === 0) return [];
  const columns = candidates.length;
  const benefit = new Float64Array(tracks.length * columns);
  for (const [r, track] of tracks.entries()) {
    const predicted = track.motion.box;
    for (const [c, candidate] of candidates.entries()) {
      benefit[r * columns + c] = pairBenefit({ track, predicted, candidate }, options);
    }
  }
  const columnOfRow = pairOptimally({ rows: tracks.length, columns, benefit });
  const pairs: Pair[] = [];
  for (const [r, track] of tracks.entries()) {
    const c = columnOfRow[r] as number;
    const candidate = candidates[c];
    if (candidate === undefined) continue;
    const ambiguous = isAmbiguous({
      row: r,
      columnOfRow,
      columns,
      benefit,
      margin: options.tuning.ambiguity,
    });
    pairs.push({ track, candidate, ambiguous });
  }
  return pairs;
}

interface Encounter {
  readonly track: TrackRecord;
  readonly predicted: Box;
  readonly candidate: Candidate;
}

/** What is won, in nats, by giving the candidate to the track; −Infinity outside the gate. */
function pairBenefit(encounter: Encounter, options: AssociationOptions): number {
  const { track, candidate, predicted } = encounter;
  const { tuning } = options;
  const missedSeconds = (options.now - track.lastDetectedAt) / 1000;
  const place = placeCost(track, candidate, options);
  if (place === undefined) return Number.NEGATIVE_INFINITY;
  const overlap = tuning.overlapWeight * (1 - iou(predicted, candidate.detection.box));
  const shape = shapeCost(track.shape, candidate.shape, missedSeconds, tuning);
  return missCost(track, tuning) + tuning.newcomer - place - overlap - shape;
}

function missCost(track: TrackRecord, tuning: TrackerTuning): number {
  if (!track.confirmed) return tuning.missTentative;
  return track.misses === 0 ? tuning.missFresh : tuning.missLost;
}

/** −ln of Student's t of the distance in place and ln(size), in units of the predicted size; undefined: too far. */
function placeCost(
  track: TrackRecord,
  candidate: Candidate,
  options: AssociationOptions,
): number | undefined {
  const { tuning, jitter } = options;
  const { motion } = track;
  const scale = Math.sqrt(motion.size * candidate.size);
  const dx = candidate.x - motion.x.value;
  const dy = candidate.y - motion.y.value;
  const missedSeconds = (options.now - track.lastDetectedAt) / 1000;
  const reach = Math.min(tuning.stepMost, tuning.stepBase + tuning.stepPerSecond * missedSeconds) * scale;
  if (dx * dx + dy * dy > reach * reach) return undefined;
  const noise = centreVariance(candidate.size, jitter, tuning);
  const widest = (reach / 2) ** 2;
  const varianceX = Math.min(widest, motion.x.variance + noise);
  const varianceY = Math.min(widest, motion.y.variance + noise);
  const varianceSize = motion.logSize.variance + (tuning.sizeJitter * jitter) ** 2;
  const ds = candidate.logSize - motion.logSize.value;
  const squared = (dx * dx) / varianceX + (dy * dy) / varianceY + (ds * ds) / varianceSize;
  if (squared > options.gate) return undefined;
  const spread = 0.5 * Math.log((varianceX * varianceY * varianceSize) / scale ** 4);
  return ((tuning.tails + 3) / 2) * Math.log1p(squared / tuning.tails) + spread;
}

/** How unlike the key points lie in their boxes: a head does not turn at once, so two faces often differ in it. */
function shapeCost(
  before: Float64Array | undefined,
  now: Float64Array | undefined,
  seconds: number,
  tuning: TrackerTuning,
): number {
  if (before === undefined || now === undefined || before.length !== now.length) return 0;
  let sum = 0;
  for (let i = 0; i < before.length; i += 2) {
    const dx = (now[i] as number) - (before[i] as number);
    const dy = (now[i + 1] as number) - (before[i + 1] as number);
    sum += Math.sqrt(dx * dx + dy * dy);
  }
  const apart = sum / (before.length / 2) / (tuning.keypointSpread + tuning.keypointDrift * seconds);
  return Math.min(tuning.keypointMost, (apart * apart) / 2);
}

interface Choice {
  readonly row: number;
  readonly columnOfRow: Int32Array;
  readonly columns: number;
  readonly benefit: Float64Array;
  readonly margin: number;
}

/** Whether swapping with another track, or giving the detection to an unseen one, would lose less than `margin`. */
function isAmbiguous(choice: Choice): boolean {
  const { row, columnOfRow, columns, benefit, margin } = choice;
  const column = columnOfRow[row] as number;
  const mine = benefit[row * columns + column] as number;
  for (let other = 0; other < columnOfRow.length; other++) {
    if (other === row) continue;
    const theirsHere = benefit[other * columns + column] as number;
    if (!(theirsHere > 0)) continue;
    const otherColumn = columnOfRow[other] as number;
    const now = mine + (otherColumn < 0 ? 0 : (benefit[other * columns + otherColumn] as number));
    const swapped =
      theirsHere + (otherColumn < 0 ? 0 : Math.max(0, benefit[row * columns + otherColumn] as number));
    if (now - swapped < margin) return true;
  }
  return false;
}
