import { InvalidArgumentError } from 'commander';

/** A parser for an option's number, which says what is allowed when it is not. */
export function numberOption(bounds: { readonly min: number; readonly max: number; readonly whole?: true }) {
  return (text: string): number => {
    const value = Number(text);
    const whole = bounds.whole !== true || Number.isInteger(value);
    if (text.trim() === '' || !Number.isFinite(value) || value < bounds.min || value > bounds.max || !whole)
      throw new InvalidArgumentError(
        `Give a ${bounds.whole ? 'whole ' : ''}number from ${bounds.min} to ${bounds.max}.`,
      );
    return value;
  };
}

/** Gathers an option that may be given several times. */
export function repeated(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}
