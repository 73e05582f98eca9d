import { type DestinationStream, destination, type Logger as PinoLogger, pino, stdTimeFunctions } from 'pino';
import { redactAddress } from '../config/redact.ts';
import type { LogFields, Logger } from '../core/logger.ts';

export interface LoggerOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** `auto`: readable lines if `output` is a terminal, JSON lines otherwise. */
  readonly format: 'auto' | 'json' | 'pretty';
  /** Where lines go; stderr unless given. */
  readonly output?: LogOutput;
}

export interface LogOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  /** Colours the output can show; `process.stderr` asks the terminal and NO_COLOR. */
  hasColors?(): boolean;
}

/** What a field may be called and never shows, wherever it comes from. */
const secretName = /token|passw|secret|authori[sz]ation|cookie|credential|api_?key|embedding/i;

/** Names that the line itself uses; a field of such a name gets an underscore. */
const ownNames = new Set(['level', 'time', 'msg']);

/** Free text is searched for addresses with credentials; fields with a telling name lose their value. */
function redactFields(fields: LogFields): Record<string, unknown> {
  const safe: Record<string, unknown> = {};
  for (const [given, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    const name = ownNames.has(given) ? `${given}_` : given;
    if (secretName.test(name)) safe[name] = '[redacted]';
    else safe[name] = typeof value === 'string' ? redactAddress(value) : value;
  }
  return safe;
}

const colours: Readonly<Record<string, string>> = { debug: '2', info: '36', warn: '33', error: '31' };

/** A text value as it can stand in a line: quoted where it has blanks, with control characters escaped. */
function fieldText(value: unknown): string {
  const text = String(value);
  return /^[\w.:/@%+*,-]+$/.test(text) ? text : JSON.stringify(text);
}

/** A JSON line as a readable one: `14:03:07.120 warn  Camera stalled camera=door seconds=12`, time in UTC. */
export function prettyLine(json: string, coloured: boolean): string {
  const { level, time, msg, ...fields } = JSON.parse(json) as Record<string, unknown>;
  const paint = (code: string, text: string) => (coloured ? `\u001b[${code}m${text}\u001b[0m` : text);
  const clock = String(time).slice(11, 23);
  const name = String(level);
  // JSON escapes control characters: a name from outside cannot forge a line or move the cursor.
  const message = JSON.stringify(String(msg)).slice(1, -1).replaceAll('\\"', '"');
  const pairs = Object.entries(fields).map(([key, value]) => paint('2', `${key}=${fieldText(value)}`));
  return `${[paint('2', clock), paint(colours[name] ?? '0', name.padEnd(5)), message, ...pairs].join(' ')}\n`;
}

/** Lines are written at once, so that the last one before a crash is not lost; a reader that went away is ignored. */
function standardError(): DestinationStream {
  const stream = destination({ fd: 2, sync: true });
  stream.on('error', () => {});
  return stream;
}

function outputFor(options: LoggerOptions): DestinationStream {
  const { output } = options;
  const target: LogOutput = output ?? process.stderr;
  const pretty = options.format === 'pretty' || (options.format === 'auto' && target.isTTY === true);
  const sink: DestinationStream = output ? { write: (line) => void output.write(line) } : standardError();
  if (!pretty) return sink;
  const coloured = target.hasColors?.() ?? false;
  return { write: (line) => sink.write(prettyLine(line, coloured)) };
}

/** The logger of a process: JSON lines on stderr, or readable ones on a terminal. Secrets are taken out. */
export function createLogger(options: LoggerOptions): Logger {
  const log: PinoLogger = pino(
    {
      level: options.level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    outputFor(options),
  );
  const at =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, fields: LogFields = {}): void => {
      if (log.isLevelEnabled(level)) log[level](redactFields(fields), redactAddress(message));
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
