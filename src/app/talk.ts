import { describeError, type ErrorCode, errorCatalogue, VitrineError } from '../core/errors.ts';
import type { LogFields, Logger } from '../core/logger.ts';

/** What a part has to say, as one line for a person instead of a line of a log. */
export function talkLine(message: string, fields: LogFields = {}): string {
  const { code, reason } = fields;
  if (isErrorCode(code) && typeof reason === 'string') return describeError(new VitrineError(code, reason));
  const said = Object.entries(fields).flatMap(([name, value]) =>
    name === 'camera' || value === undefined ? [] : [`${name} ${value}`],
  );
  return said.length > 0 ? `${message} (${said.join(', ')})` : message;
}

export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && code in errorCatalogue;
}

/**
 * A logger for a command that a person waits for: warnings become lines of talk. A warning with the code of an error
 * waits for the end of the command: it is only told if it is not the same as what the command fails of.
 */
export class TalkLogger implements Logger {
  readonly #say: (line: string) => void;
  readonly #held: { readonly code: ErrorCode; readonly line: string }[] = [];

  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  debug(): void {}

  info(): void {}

  warn(message: string, fields: LogFields = {}): void {
    const { code } = fields;
    const line = talkLine(message, fields);
    if (code === 'SOURCE_STALLED' || !isErrorCode(code)) this.#say(line);
    // What a source fails of is told as its error; what it got over is no news.
    else if (!code.startsWith('SOURCE_')) this.#held.push({ code, line });
  }

  error(message: string, fields: LogFields = {}): void {
    this.warn(message, fields);
  }

  /** The command is over; `failure` is what it failed of. */
  finish(failure?: ErrorCode): void {
    for (const { code, line } of this.#held.splice(0)) if (code !== failure) this.#say(line);
  }
}
