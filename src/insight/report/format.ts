import type { Gender } from '../../core/track.ts';

const wholeNumber = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });
const oneDecimal = new Intl.NumberFormat('en-GB', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const twoDecimals = new Intl.NumberFormat('en-GB', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const date = new Intl.DateTimeFormat('en-GB', {
  dateStyle: 'long',
  timeStyle: 'short',
  timeZone: 'UTC',
});

/** 12,345 */
export function whole(value: number): string {
  return wholeNumber.format(value);
}

/** 12.3, and 0.04 where one decimal would hide the value. */
export function decimal(value: number): string {
  return (value > 0 && value < 0.95 ? twoDecimals : oneDecimal).format(value);
}

/** `1 visitor`, `12 visitors` */
export function counted(n: number, noun: string): string {
  return `${whole(n)} ${noun}${n === 1 ? '' : 's'}`;
}

/** 0:09, 2:40, 1:02:03 */
export function clockTime(seconds: number): string {
  const total = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  const tail = `${String(rest).padStart(2, '0')}`;
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${tail}` : `${minutes}:${tail}`;
}

/** 8 s, 2 min 40 s, 1 h 02 min */
export function duration(seconds: number): string {
  const total = Math.max(0, Math.round(seconds));
  if (total < 60) return `${total} s`;
  if (total < 3600) return `${Math.floor(total / 60)} min ${String(total % 60).padStart(2, '0')} s`;
  return `${Math.floor(total / 3600)} h ${String(Math.floor(total / 60) % 60).padStart(2, '0')} min`;
}

/** 22 November 2026 at 08:15 UTC */
export function instant(milliseconds: number): string {
  return `${date.format(milliseconds)} UTC`;
}

/** 31 (27–36) */
export function ageWithInterval(age: { mean: number; low: number; high: number } | undefined): string {
  if (!age) return 'unknown';
  return `${Math.floor(age.mean)} (${Math.floor(age.low)}–${Math.floor(age.high)})`;
}

/** female 98 % */
export function genderWithProbability(gender: Gender, probability: number | undefined): string {
  return gender === 'unknown' || probability === undefined
    ? gender
    : `${gender} ${whole(probability * 100)} %`;
}

/** 25–34, with the dash of a range. */
export function bandName(label: string): string {
  return label.replace('-', '–');
}
