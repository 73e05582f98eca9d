import { cpus, totalmem, type } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

/** Where and when something was measured. */
export interface Machine {
  readonly cpu: string;
  /** Of the whole machine, whatever a measurement was allowed to use. */
  readonly cores: number;
  readonly memoryGB: number;
  readonly system: string;
  readonly node: string;
  /** UTC, when the measurement began. */
  readonly date: string;
  /** Share of the processors' time that other work took just before, 0 to 1; by the system's own count. */
  readonly otherWork: number;
}

/** So long the machine is watched, doing nothing itself. */
const WATCH_MS = 500;
/** Above this share of other work, times say little. */
const QUIET = 0.1;

export async function describeMachine(): Promise<Machine> {
  const before = processorTime();
  await delay(WATCH_MS);
  const after = processorTime();
  const share = (after.busy - before.busy) / Math.max(1, after.all - before.all);
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGB: Math.round(totalmem() / 1e9),
    system: `${type()} ${process.arch}`,
    node: process.version,
    date: new Date().toISOString(),
    otherWork: Math.round(share * 100) / 100,
  };
}

export function isBusy({ otherWork }: Machine): boolean {
  return otherWork > QUIET;
}

/** Milliseconds since the machine was started, over all processors. */
function processorTime(): { readonly busy: number; readonly all: number } {
  const times = cpus().flatMap((cpu) => Object.entries(cpu.times));
  const sum = (of: typeof times) => of.reduce((total, [, ms]) => total + ms, 0);
  return { busy: sum(times.filter(([kind]) => kind !== 'idle')), all: sum(times) };
}
