/**
 * What the rooms need of a logger. Rule: no secret, no embedding, no pixel in a field; no full stop at the end of
 * a message. The pino adapter is built in `app/`.
 */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** Only plain values: an array or a typed array cannot be logged by mistake. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

export const silentLogger: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
};
