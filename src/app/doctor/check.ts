import { asVitrineError } from '../../core/errors.ts';

/** `warning`: it runs, but not as well as it could; `failed`: something will not run. */
export type CheckStatus = 'ok' | 'warning' | 'failed';

export interface CheckResult {
  readonly check: string;
  readonly status: CheckStatus;
  /** What was found; one line. */
  readonly detail: string;
  /** What can be done about it; only where something should be. */
  readonly advice?: string;
}

export interface Finding {
  readonly detail: string;
  readonly advice: string;
}

export function ok(check: string, detail: string): CheckResult {
  return { check, status: 'ok', detail };
}

export function warning(check: string, { detail, advice }: Finding): CheckResult {
  return { check, status: 'warning', detail, advice };
}

export function failed(check: string, { detail, advice }: Finding): CheckResult {
  return { check, status: 'failed', detail, advice };
}

/** The error as a failed check. */
export function failedBy(check: string, error: unknown): CheckResult {
  const { code, message, entry } = asVitrineError(error);
  return failed(check, { detail: `${message.replaceAll(/\s+/g, ' ')} (${code})`, advice: entry.advice });
}

/** `812 MB`, `5.1 GB`: decimal, as disks are sold. */
export function amount(bytes: number): string {
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
