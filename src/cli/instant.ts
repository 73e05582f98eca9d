import { InvalidArgumentError } from 'commander';

const ISO = /^(\d{4})-(\d{2})-(\d{2})(T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

/**
 * A parser for an option's time: an ISO 8601 date or time, UTC where it names no offset. Milliseconds since 1970.
 */
export function instantOption(text: string): number {
  const parts = ISO.exec(text);
  if (parts === null || !isDay(parts)) throw refusal();
  const [, , , , time, offset] = parts;
  const at = Date.parse(time === undefined || offset !== undefined ? text : `${text}Z`);
  if (Number.isNaN(at)) throw refusal();
  return at;
}

/** JavaScript takes 30 February for 2 March. */
function isDay([, year, month, day]: readonly (string | undefined)[]): boolean {
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
}

function refusal(): InvalidArgumentError {
  return new InvalidArgumentError('Give a date or time such as 2026-03-01 or 2026-03-01T10:00:00+01:00.');
}
