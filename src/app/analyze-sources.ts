import { realpath } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type ClassifiedSource, classifySource } from '../capture/open.ts';
import { describeError, VitrineError } from '../core/errors.ts';
import { checkDestinations } from './result-files.ts';

/** What there is to analyse, and whether it suits what was asked for. */

export interface SourceToAnalyze {
  readonly source: string;
  /** As it may be shown. */
  readonly label: string;
  readonly kind: ClassifiedSource['kind'];
}

/**
 * Says of each source what it is. One that cannot be read is an error if it is the only one; among several it is told
 * of and left out.
 */
export async function classifySources(
  sources: readonly string[],
  onTrouble: (line: string) => void,
): Promise<SourceToAnalyze[]> {
  const found: SourceToAnalyze[] = [];
  for (const given of sources) {
    try {
      const source = localPath(given);
      const { kind, label } = await classifySource(source);
      found.push({ source, label, kind });
    } catch (error) {
      if (sources.length === 1 || !isSourceError(error)) throw error;
      onTrouble(describeError(error));
    }
  }
  return found;
}

/** The path of a `file:` address; anything else as it is. */
function localPath(source: string): string {
  if (!/^file:/i.test(source)) return source;
  try {
    return fileURLToPath(source);
  } catch (cause) {
    throw new VitrineError('SOURCE_NOT_FOUND', `${source} is not the address of a file of this machine`, {
      cause,
    });
  }
}

export function isSourceError(error: unknown): boolean {
  return error instanceof VitrineError && error.code.startsWith('SOURCE_');
}

export function isPicture({ kind }: SourceToAnalyze): boolean {
  return kind === 'image' || kind === 'folder';
}

/** Throws USAGE or OUTPUT_UNWRITABLE where the sources cannot give what was asked for. */
export async function checkWishes(
  found: readonly SourceToAnalyze[],
  wishes: {
    readonly out: string | undefined;
    readonly annotate: string | undefined;
    readonly embeddings: boolean;
  },
): Promise<void> {
  const { out, annotate, embeddings } = wishes;
  const [first] = found;
  if (first === undefined) return;
  if (embeddings && !found.every(isPicture))
    throw new VitrineError('USAGE', '--embeddings is for pictures; a clip has visitors instead');
  if (annotate !== undefined && first.kind === 'folder')
    throw new VitrineError('USAGE', '--annotate takes one picture or clip, not a folder');
  if (annotate !== undefined && (await isSameFile(first.source, annotate)))
    throw new VitrineError('USAGE', `--annotate would overwrite ${first.source}`);
  await checkDestinations({ out, annotate, kind: isPicture(first) ? 'picture' : 'clip' });
}

async function isSameFile(a: string, b: string): Promise<boolean> {
  const [one, other] = await Promise.all([a, b].map((path) => realpath(path).catch(() => undefined)));
  return one !== undefined && one === other;
}
