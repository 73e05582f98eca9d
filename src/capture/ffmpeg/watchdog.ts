/** Barks once if it is not fed for a while. */
export class Watchdog {
  readonly #timeoutMs: number;
  readonly #bark: () => void;
  #timer: NodeJS.Timeout | undefined;
  #meals = 0;

  constructor(timeoutMs: number, bark: () => void) {
    this.#timeoutMs = timeoutMs;
    this.#bark = bark;
  }

  /** Starts the wait anew. */
  feed(): void {
    this.#meals++;
    if (this.#timer === undefined) this.#timer = setTimeout(() => this.#suspect(), this.#timeoutMs);
    else this.#timer.refresh();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** A thread that was busy for long runs its timers first: food that came meanwhile is seen one turn later. */
  #suspect(): void {
    const meals = this.#meals;
    setImmediate(() => {
      if (this.#timer === undefined) return;
      if (this.#meals === meals) this.#bark();
    });
  }
}
