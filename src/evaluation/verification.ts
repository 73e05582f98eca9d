import type { VerificationResult } from '../contract/evaluation.ts';

/** One pair of pictures: what is true, and how far apart the two faces are. */
export interface VerificationCase {
  readonly same: boolean;
  /** Undefined if no face was found in one of the two pictures. */
  readonly distance: number | undefined;
  /** Part of the data set for cross-validation; given for all cases or for none. */
  readonly fold: string | undefined;
}

/** Share of different pairs accepted at which `tarAtFar1e3` is read. */
const FAR = 1e-3;

type Measured = VerificationCase & { readonly distance: number };

/**
 * Verification figures. A pair is taken for the same person where its distance is at most the threshold. A pair
 * without a face (`failed`) is a wrong answer at every threshold, and ranks on the wrong side of all others in the
 * AUC. Undefined if there is no pair.
 */
export function measureVerification(
  cases: readonly VerificationCase[],
  threshold: number,
): VerificationResult | undefined {
  if (cases.length === 0) return undefined;
  const measured = cases.filter(isMeasured);
  const best = crossValidated(cases) ?? bestThreshold(measured) ?? { threshold: undefined, correct: 0 };
  return {
    pairs: cases.length,
    failed: cases.length - measured.length,
    threshold,
    accuracy: countCorrect(measured, threshold) / cases.length,
    bestAccuracy: best.correct / cases.length,
    bestThreshold: best.threshold ?? null,
    auc: areaUnderRoc(cases),
    tarAtFar1e3: acceptRate(cases, FAR),
  };
}

function isMeasured(item: VerificationCase): item is Measured {
  return item.distance !== undefined;
}

function countCorrect(cases: readonly Measured[], threshold: number): number {
  return cases.filter((item) => item.distance <= threshold === item.same).length;
}

/** The threshold that judges most cases rightly: of several, the middle of the widest gap. Undefined for no case. */
export function bestThreshold(
  cases: readonly Measured[],
): { readonly threshold: number; readonly correct: number } | undefined {
  const sorted = [...cases].sort((a, b) => a.distance - b.distance);
  const last = sorted.at(-1);
  if (last === undefined) return undefined;
  // Below the smallest distance every pair counts as different; each step upwards accepts one more distance.
  let correct = sorted.filter((item) => !item.same).length;
  let best = { threshold: (sorted[0]?.distance ?? 0) / 2, correct, gap: 0 };
  for (const [i, item] of sorted.entries()) {
    correct += item.same ? 1 : -1;
    const next = sorted[i + 1];
    if (next?.distance === item.distance) continue;
    const gap = next === undefined ? 0 : next.distance - item.distance;
    if (correct > best.correct || (correct === best.correct && gap > best.gap)) {
      best = { threshold: item.distance + gap / 2, correct, gap };
    }
  }
  return best;
}

/**
 * Each fold judged at the threshold that is best for the others, as in the LFW protocol: right answers over all
 * folds, and the mean of the thresholds. Undefined unless there are at least two folds.
 */
function crossValidated(
  cases: readonly VerificationCase[],
): { readonly threshold: number | undefined; readonly correct: number } | undefined {
  const folds = new Set(cases.map((item) => item.fold));
  if (folds.size < 2) return undefined;
  const thresholds: number[] = [];
  let correct = 0;
  for (const fold of folds) {
    const measured = cases.filter(isMeasured);
    const learnt = bestThreshold(measured.filter((item) => item.fold !== fold))?.threshold;
    if (learnt === undefined) continue;
    thresholds.push(learnt);
    correct += countCorrect(
      measured.filter((item) => item.fold === fold),
      learnt,
    );
  }
  const sum = thresholds.reduce((total, value) => total + value, 0);
  return { threshold: thresholds.length > 0 ? sum / thresholds.length : undefined, correct };
}

/**
 * Probability that a same pair is closer than a different pair, ties counting half (Mann and Whitney). Null without
 * both kinds. A failed pair loses against all others.
 */
export function areaUnderRoc(cases: readonly VerificationCase[]): number | null {
  const sameCount = cases.filter((item) => item.same).length;
  const differentCount = cases.length - sameCount;
  if (sameCount === 0 || differentCount === 0) return null;
  const sorted = cases.filter(isMeasured).sort((a, b) => a.distance - b.distance);
  let wins = 0;
  let differentBelow = 0;
  const measuredDifferent = sorted.filter((item) => !item.same).length;
  for (let i = 0; i < sorted.length; ) {
    const distance = sorted[i]?.distance;
    let same = 0;
    let different = 0;
    for (; i < sorted.length && sorted[i]?.distance === distance; i++) {
      if (sorted[i]?.same) same++;
      else different++;
    }
    wins += same * (measuredDifferent - differentBelow - different / 2);
    differentBelow += different;
  }
  return wins / (sameCount * differentCount);
}

/**
 * Share of same pairs accepted at the largest threshold that accepts at most `far` of the different pairs. Nothing
 * is interpolated: with fewer than 1/far different pairs no false accept is allowed. A failed same pair is not
 * accepted; a failed different pair cannot be accepted and is left out of the allowance. Null without both kinds.
 */
export function acceptRate(cases: readonly VerificationCase[], far: number): number | null {
  const same = cases.filter((item) => item.same);
  const different = cases
    .filter((item) => !item.same)
    .filter(isMeasured)
    .map((item) => item.distance)
    .sort((a, b) => a - b);
  if (same.length === 0 || different.length === 0) return null;
  // The nudge keeps 0.001 × 3000 from rounding down to 2.
  const allowed = Math.floor(far * different.length + 1e-9);
  const firstForbidden = different[allowed] ?? Number.POSITIVE_INFINITY;
  return (
    same.filter((item) => item.distance !== undefined && item.distance < firstForbidden).length / same.length
  );
}
