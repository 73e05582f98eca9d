import { createInterface } from 'node:readline/promises';

export interface ConfirmOptions {
  readonly question: string;
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  readonly signal: AbortSignal;
}

/** Asks until `y` or `n`; only a clear yes is one: an empty line, the end of the input and Ctrl-C are a no. */
export async function confirm({ question, input, output, signal }: ConfirmOptions): Promise<boolean> {
  // Not as a terminal: that would take Ctrl-C away from the process, which knows what to do with it.
  const lines = createInterface({ input, output, terminal: false });
  const ended = new AbortController();
  lines.once('close', () => ended.abort());
  try {
    for (;;) {
      const answer = await lines.question(`${question} [y/N] `, {
        signal: AbortSignal.any([signal, ended.signal]),
      });
      if (/^y(es)?$/i.test(answer.trim())) return true;
      if (/^(no?)?$/i.test(answer.trim())) return false;
    }
  } catch (error) {
    if (signal.aborted || ended.signal.aborted) return false;
    throw error;
  } finally {
    lines.close();
  }
}
