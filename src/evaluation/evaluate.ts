import { join } from 'node:path';
import type { Evaluation } from '../contract/evaluation.ts';
import { type Clock, systemClock } from '../core/clock.ts';
import { describeError, VitrineError } from '../core/errors.ts';
import type { Box } from '../core/geometry.ts';
import type { FaceDescriptor } from '../core/track.ts';
import { type AnalyzedPicture, type FaceAnalyzer, nearestLookGallery } from './analyzer.ts';
import { type AttributeCase, measureAge, measureGender } from './attributes.ts';
import { type DetectionCase, measureDetection } from './detection.ts';
import type { FaceLabel, LabelledFolder } from './label-types.ts';
import { readLabels } from './labels.ts';
import { measureReidentification } from './reidentification.ts';
import { labelledFaces, subjectFace } from './subject.ts';
import { measureVerification } from './verification.ts';

export interface EvaluateOptions {
  /** Folder with labels.csv, pairs.csv or reid.csv. */
  readonly dir: string;
  readonly analyzer: FaceAnalyzer;
  readonly onProgress?: (progress: EvaluationProgress) => void;
  /** Told of each picture that cannot be read, in one line; it counts as a picture without a face. */
  readonly onUnreadable?: (message: string) => void;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
}

export interface EvaluationProgress {
  /** Pictures analysed, of `total`. */
  readonly done: number;
  readonly total: number;
  /** The picture just analysed, relative to the folder. */
  readonly path: string;
}

/** The pictures analysed, by path; undefined where one cannot be read. */
type Pictures = ReadonlyMap<string, AnalyzedPicture | undefined>;
/** Rows of labels.csv, by path. */
type Labels = ReadonlyMap<string, readonly FaceLabel[]>;

/**
 * Runs the vision path over every picture that a label can judge, each once, and measures it. Throws what
 * `readLabels` throws, what the analyzer throws except for unreadable pictures, and the signal's reason.
 */
export async function evaluate(options: EvaluateOptions): Promise<Evaluation> {
  const clock = options.clock ?? systemClock;
  const folder = await readLabels(options.dir);
  const labelsOf = Map.groupBy(folder.labels, (label) => label.path);
  const plan = planPictures(folder);
  if (plan.length === 0) {
    throw new VitrineError('EVAL_INVALID', `The labels in ${options.dir} hold nothing that can be measured`);
  }
  const pictures = new Map<string, AnalyzedPicture | undefined>();
  const started = clock.monotonic();
  for (const { path, descriptors } of plan) {
    options.signal?.throwIfAborted();
    const attributes = labelsOf.get(path)?.some(hasAttributes) ?? false;
    pictures.set(path, await analyze(path, options, { descriptors, attributes }));
    options.onProgress?.({ done: pictures.size, total: plan.length, path });
  }
  const seconds = (clock.monotonic() - started) / 1000;
  const imagesPerSecond = seconds > 0 ? plan.length / seconds : 0;
  return {
    ...measure({ folder, labelsOf, pictures, analyzer: options.analyzer }),
    performance: { imagesPerSecond },
  };
}

/** The pictures to analyse, and whether faces in them are compared. */
function planPictures(folder: LabelledFolder): { path: string; descriptors: boolean }[] {
  const compared = new Set<string>();
  for (const { a, b } of folder.pairs) compared.add(a).add(b);
  for (const { path } of folder.reid) compared.add(path);
  const paths = new Set(folder.labels.filter(canJudge).map((label) => label.path));
  return [...new Set([...paths, ...compared])].map((path) => ({ path, descriptors: compared.has(path) }));
}

function canJudge(label: FaceLabel): boolean {
  return label.box !== undefined || hasAttributes(label);
}

function hasAttributes(label: FaceLabel): boolean {
  return label.age !== undefined || label.gender !== undefined;
}

async function analyze(
  path: string,
  options: EvaluateOptions,
  needs: { readonly descriptors: boolean; readonly attributes: boolean },
): Promise<AnalyzedPicture | undefined> {
  const signal = options.signal ? { signal: options.signal } : {};
  try {
    return await options.analyzer.analyzeFile(join(options.dir, path), { ...needs, ...signal });
  } catch (error) {
    if (!(error instanceof VitrineError) || !error.code.startsWith('SOURCE_')) throw error;
    options.onUnreadable?.(describeError(error));
    return undefined;
  }
}

function measure(run: {
  readonly folder: LabelledFolder;
  readonly labelsOf: Labels;
  readonly pictures: Pictures;
  readonly analyzer: FaceAnalyzer;
}): Omit<Evaluation, 'performance'> {
  const { folder, labelsOf, pictures, analyzer } = run;
  const descriptor = (path: string, identity?: string): FaceDescriptor | undefined =>
    subjectFace({ picture: pictures.get(path), labels: labelsOf.get(path) ?? [], identity })?.descriptor;
  const { verification: threshold, reidentification: reidThreshold } = analyzer.thresholds;
  const pairs = folder.pairs.map(({ a, b, same, fold }) => {
    const [one, other] = [descriptor(a), descriptor(b)];
    return { same, fold, distance: one && other ? analyzer.distance(one, other) : undefined };
  });
  const reid = folder.reid.map(({ path, identity, role }) => {
    return { role, identity, descriptor: descriptor(path, identity) };
  });
  const gallery = analyzer.createGallery?.() ?? nearestLookGallery((a, b) => analyzer.distance(a, b));
  const attributes = attributeCases(labelsOf, pictures);
  return present({
    verification: measureVerification(pairs, threshold),
    reidentification: measureReidentification(reid, { gallery, threshold: reidThreshold }),
    detection: measureDetection(detectionCases(labelsOf, pictures)),
    age: measureAge(attributes),
    gender: measureGender(attributes),
  });
}

function attributeCases(labelsOf: Labels, pictures: Pictures): AttributeCase[] {
  return [...labelsOf].flatMap(([path, labels]) => {
    const faces = labelledFaces(labels, pictures.get(path));
    return labels.map(({ age, gender, ethnicity }, i) => ({ age, gender, ethnicity, found: faces[i] }));
  });
}

/** Pictures with boxes of their own, or labelled as empty. One row without a box leaves room for unmarked faces. */
function detectionCases(labelsOf: Labels, pictures: Pictures): DetectionCase[] {
  return [...labelsOf].flatMap(([path, labels]) => {
    const boxes = labels.map((label) => label.box);
    if (boxes.every((box) => box === undefined)) return [];
    const drawn = boxes.filter((box): box is Box => box !== undefined && box !== 'none');
    const found = pictures.get(path)?.faces.map((face) => face.box) ?? [];
    return [{ labels: drawn, complete: !boxes.includes(undefined), found }];
  });
}

/** Without the parts that do not apply, so that they are absent from the document. */
function present<T extends object>(parts: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const kept = Object.entries(parts).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
