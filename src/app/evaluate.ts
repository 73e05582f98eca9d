import type { Config } from '../config/schema.ts';
import type { Evaluation } from '../contract/evaluation.ts';
import { type EvaluationProgress, evaluate } from '../evaluation/evaluate.ts';
import { renderEvaluation } from '../evaluation/render.ts';
import { createFaceAnalyzer } from './face-analyzer.ts';
import { openVision, visionOptionsFrom } from './vision.ts';

/** Measures the shipped path on a labelled folder. Throws EVAL_INVALID. */
export async function evaluateFolder(options: {
  readonly dir: string;
  readonly config: Config;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: EvaluationProgress) => void;
  readonly onUnreadable: (line: string) => void;
}): Promise<{ readonly evaluation: Evaluation; readonly text: string }> {
  const { config, ...rest } = options;
  const vision = await openVision(visionOptionsFrom(config));
  try {
    const evaluation = await evaluate({ ...rest, analyzer: createFaceAnalyzer({ config, vision }) });
    return { evaluation, text: `${renderEvaluation(evaluation).trimEnd()}\n` };
  } finally {
    await vision.close();
  }
}
