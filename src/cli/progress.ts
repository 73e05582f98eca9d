import { plainText } from './plain.ts';

/** One line that redraws itself on a terminal; elsewhere a plain line now and then. */

export interface ProgressOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

export interface ProgressOptions {
  readonly label: string;
  readonly output: ProgressOutput;
  /** Milliseconds that only grow. */
  readonly now: () => number;
}

const REDRAW_MS = 100;
const PLAIN_LINE_MS = 15_000;
const BAR_WIDTH = 24;

export class Progress {
  readonly #options: ProgressOptions;
  readonly #startedAt: number;
  #drawnAt: number;
  #drawn = false;

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#startedAt = options.now();
    this.#drawnAt = options.output.isTTY ? Number.NEGATIVE_INFINITY : this.#startedAt;
  }

  /** `total` undefined where the end is not known; `detail` stands behind. */
  update(done: number, total: number | undefined, detail = ''): void {
    const { output, now } = this.#options;
    const interval = output.isTTY ? REDRAW_MS : PLAIN_LINE_MS;
    if (now() - this.#drawnAt < interval) return;
    this.#drawnAt = now();
    const line = this.#line(done, total, detail);
    if (!output.isTTY) {
      output.write(`${line}\n`);
      return;
    }
    this.#drawn = true;
    // A terminal of unknown width says 0.
    const width = Math.max(10, (output.columns || 80) - 1);
    output.write(`\r\u001b[K${line.slice(0, width)}`);
  }

  /** Removes the line from the terminal. */
  clear(): void {
    if (this.#drawn) this.#options.output.write('\r\u001b[K');
    this.#drawn = false;
  }

  #line(done: number, total: number | undefined, detail: string): string {
    const { label, output, now } = this.#options;
    const tail = detail ? `  ${plainText(detail)}` : '';
    if (total === undefined || total <= 0) return `${label}  ${done}${tail}`;
    const share = Math.min(1, done / total);
    const seconds = (now() - this.#startedAt) / 1000;
    const left = share > 0.01 && share < 1 ? `  ${duration((seconds / share) * (1 - share))} left` : '';
    const filled = Math.round(share * BAR_WIDTH);
    const bar = output.isTTY ? `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} ` : '';
    return `${label}  ${bar}${Math.floor(share * 100)} %${left}${tail}`;
  }
}

/** `8 s`, `2 min 05 s`, `1 h 02 min`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (n: number) => String(n).padStart(2, '0');
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
}
