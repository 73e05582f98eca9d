import { VitrineError } from '../core/errors.ts';

/**
 * Standard output. A reader that goes away (`| head`) ends it, not the program; a full disk does so too, but not
 * silently.
 */
export class Output {
  readonly #stream: NodeJS.WritableStream;
  readonly #onFailure: (error: VitrineError) => void;
  #ended = false;

  /** `onFailure` is called once, with what keeps the output from being complete: DISK_FULL, OUTPUT_UNWRITABLE. */
  constructor(stream: NodeJS.WritableStream, onFailure: (error: VitrineError) => void) {
    this.#stream = stream;
    this.#onFailure = onFailure;
    stream.on('error', (error: NodeJS.ErrnoException) => this.#end(error));
  }

  /** Nobody reads any more. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Waits where the reader is slow; never rejects. */
  async write(text: string): Promise<void> {
    if (this.#ended) return;
    const error = await new Promise<NodeJS.ErrnoException | null | undefined>((resolve) =>
      this.#stream.write(text, resolve),
    );
    if (error) this.#end(error);
  }

  #end(error: NodeJS.ErrnoException): void {
    if (this.#ended) return;
    this.#ended = true;
    if (error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED') return;
    const code = error.code === 'ENOSPC' || error.code === 'EDQUOT' ? 'DISK_FULL' : 'OUTPUT_UNWRITABLE';
    const reason = error.code ?? error.message;
    this.#onFailure(new VitrineError(code, `the output cannot be written (${reason})`, { cause: error }));
  }
}
