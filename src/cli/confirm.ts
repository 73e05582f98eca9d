import { createInterface } from 'node:readline';

export interface ConfirmOptions {
  readonly question: string;
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  readonly signal: AbortSignal;
}

/** Asks until yes or no; only a clear yes is one: an empty line, the end of the input and Ctrl-C are a no. */
export async function confirm({ question, input, output, signal }: ConfirmOptions): Promise<boolean> {
  // Not as a terminal: that would take Ctrl-C away from the process, which knows what to do with it.
  const lines = createInterface({ input, terminal: false, signal });
  try {
    output.write(`${question} [y/N] `);
    for await (const line of lines) {
      const answer = line.trim();
      if (/^y(es)?$/i.test(answer)) return true;
      if (/^(no?)?$/i.test(answer)) return false;
      output.write(`${question} [y/N] `);
    }
    return false;
  } finally {
    lines.close();
  }
}
