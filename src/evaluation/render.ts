import type {
  AgeGroup,
  AgeResult,
  DetectionResult,
  Evaluation,
  GenderGroup,
  GenderResult,
  ReidentificationResult,
  VerificationResult,
} from '../contract/evaluation.ts';
import { wilsonInterval } from './intervals.ts';

type Row = readonly string[];

const NOTHING = '–';
const LABEL_WIDTH = 24;

/**
 * The evaluation as text for a terminal: one block a subject, figures aligned, each with n and its 95 % interval
 * where the document gives n. Ends with a line feed.
 */
export function renderEvaluation(evaluation: Evaluation): string {
  const { verification, reidentification, detection, age, gender, performance } = evaluation;
  const blocks = [
    verification && renderVerification(verification),
    reidentification && renderReidentification(reidentification),
    detection && renderDetection(detection),
    age && renderAge(age),
    gender && renderGender(gender),
    `Speed: ${performance.imagesPerSecond.toFixed(1)} pictures/s`,
  ];
  return `${blocks.filter((block) => block !== undefined).join('\n\n')}\n`;
}

function renderVerification(result: VerificationResult): string {
  const { pairs, failed, threshold, bestThreshold } = result;
  const title = `Verification: ${counted(pairs, 'pair')}, no face in ${whole(failed)} (counted as wrong)`;
  const best = bestThreshold === null ? 'best' : `best, at ${bestThreshold.toFixed(3)}`;
  return block(title, [
    ['', '', '95 % interval'],
    [`right, at ${threshold.toFixed(3)}`, ...rateWithInterval(result.accuracy, pairs)],
    [best, ...rateWithInterval(result.bestAccuracy, pairs)],
    ['area under ROC', result.auc === null ? NOTHING : result.auc.toFixed(4), ''],
    ['true at 0.1 % false', percent(result.tarAtFar1e3), ''],
  ]);
}

function renderReidentification(result: ReidentificationResult): string {
  const { enrolled, returning, new: newcomers, threshold } = result;
  const counts = `${whole(enrolled)} enrolled, ${whole(returning)} returning, ${whole(newcomers)} new`;
  return block(`Re-identification: ${counts}, threshold ${threshold.toFixed(3)}`, [
    ['', '', '95 % interval'],
    ['missed returns', ...rateWithInterval(result.missedReturn, returning)],
    ['  of these, wrong id', ...rateWithInterval(result.wrongId, returning)],
    ['false returns', ...rateWithInterval(result.falseReturn, newcomers)],
  ]);
}

function renderDetection(result: DetectionResult): string {
  const { images, faces, recall, precision } = result;
  return block(`Detection: ${counted(images, 'picture')}, ${counted(faces, 'face')}, IoU at least 0.4`, [
    ['', '', '95 % interval'],
    ['recall', ...rateWithInterval(recall, faces)],
    ['precision', percent(precision), ''],
  ]);
}

function renderAge(result: AgeResult): string {
  const title = `Age: ${counted(result.n, 'face')}, ${whole(result.failed)} not found (counted as a blind guess)`;
  const rows = result.groups.map((group): Row => {
    return [groupName(group), whole(group.n), group.mae.toFixed(2), span(group, (years) => years.toFixed(2))];
  });
  return block(title, [['', 'n', 'mean error, years', '95 % interval'], ...rows]);
}

function renderGender(result: GenderResult): string {
  const title = `Gender: ${counted(result.n, 'face')}, ${whole(result.unknown)} answered with unknown (counted as wrong)`;
  const rows = result.groups.map((group): Row => {
    return [groupName(group), whole(group.n), percent(group.accuracy), span(group, bare)];
  });
  return block(title, [['', 'n', 'right', '95 % interval'], ...rows]);
}

function groupName({ by, value }: AgeGroup | GenderGroup): string {
  if (by === 'all') return 'all';
  return by === 'range' ? `${value} years` : `${by} ${value}`;
}

/** A title and aligned columns: the first to the left, the others to the right. */
function block(title: string, rows: readonly Row[]): string {
  const columns = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(column === 0 ? LABEL_WIDTH : 0, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const lines = rows.map((row) => {
    const cells = row.map((cell, column) => {
      const width = widths[column] ?? 0;
      return column === 0 ? cell.padEnd(width) : cell.padStart(width);
    });
    return `  ${cells.join('  ')}`.trimEnd();
  });
  return [title, ...lines].join('\n');
}

function rateWithInterval(rate: number | null, n: number): [string, string] {
  if (rate === null) return [NOTHING, ''];
  return [percent(rate), span(wilsonInterval(rate * n, n) ?? { low: null, high: null }, bare)];
}

function span(
  interval: { readonly low: number | null; readonly high: number | null },
  format: (value: number) => string,
): string {
  if (interval.low === null || interval.high === null) return NOTHING;
  return `${format(interval.low)}–${format(interval.high)}`;
}

function percent(rate: number | null): string {
  return rate === null ? NOTHING : `${bare(rate)} %`;
}

function bare(rate: number): string {
  return (rate * 100).toFixed(2);
}

function counted(n: number, noun: string): string {
  return `${whole(n)} ${noun}${n === 1 ? '' : 's'}`;
}

function whole(n: number): string {
  return n.toLocaleString('en-GB');
}
