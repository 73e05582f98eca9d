export interface RetryOptions {
  /** The first pause, in ms; each further one is twice as long. */
  readonly initialMs: number;
  /** The longest pause, in ms. */
  readonly maxMs: number;
  /** Attempts before the transport gives up and says so to publishers and `drain`. */
  readonly limit: number;
}

/** Some 45 minutes of trying: longer than a person needs to free a disk, and the messages are safe in the outbox. */
export const defaultRetry: RetryOptions = { initialMs: 100, maxMs: 30_000, limit: 100 };

/** The pause after attempt `attempt` (0, 1, …) in ms: half of it fixed, half random, so that retries do not march. */
export function pauseAfter(attempt: number, retry: RetryOptions, random: () => number): number {
  const full = Math.min(retry.maxMs, retry.initialMs * 2 ** attempt);
  return full * (0.5 + random() / 2);
}
