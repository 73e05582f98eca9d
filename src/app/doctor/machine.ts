import { statfs } from 'node:fs/promises';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { amount, type CheckResult, failed, failedBy, ok, warning } from './check.ts';
import { existingAncestor } from './folder.ts';

/** The machine: what it is and whether there is enough of it. */

/** From here on Node strips types and has node:sqlite without a flag. */
const LEAST_NODE = 24;

/** The engine has libraries for these. */
const ARCHITECTURES = ['x64', 'arm64'];

/** What one process may take (design: resident memory under 700 MB). */
const COMFORTABLE_MEMORY = 700e6;

/** Models and a few months of rows; below the second, not even the next days fit. */
const COMFORTABLE_DISK = 1e9;
const LEAST_DISK = 100e6;

/** No release is older: a clock before it was never set. */
const LEAST_YEAR = 2024;

export function checkNode(version: string = process.versions.node): CheckResult {
  if (Number.parseInt(version, 10) >= LEAST_NODE) return ok('Node.js', version);
  const advice = `Node.js ${LEAST_NODE} or newer is needed; script/setup fetches one.`;
  return failed('Node.js', { detail: version, advice });
}

export interface ProcessorFacts {
  readonly model: string;
  readonly architecture: string;
  readonly cores: number;
}

export function checkProcessor(facts: ProcessorFacts = processorFacts()): CheckResult {
  const { model, architecture, cores } = facts;
  const detail = [model, architecture, cores === 1 ? '1 core' : `${cores} cores`].filter(Boolean).join(', ');
  if (!ARCHITECTURES.includes(architecture)) {
    const advice = `The inference engine runs on ${ARCHITECTURES.join(' and ')} only.`;
    return failed('processor', { detail, advice });
  }
  if (cores > 1) return ok('processor', detail);
  const advice = 'Decoding and inference share one core; lower maxFrameRate and maxSide of the cameras.';
  return warning('processor', { detail, advice });
}

function processorFacts(): ProcessorFacts {
  const model = cpus()[0]?.model.trim() ?? '';
  return { model, architecture: process.arch, cores: availableParallelism() };
}

export interface MemoryFacts {
  /** Bytes; a container's limit counts. */
  readonly total: number;
  readonly available: number;
}

export function checkMemory(facts: MemoryFacts = memoryFacts()): CheckResult {
  const detail = `${amount(facts.available)} of ${amount(facts.total)} free`;
  if (facts.available >= COMFORTABLE_MEMORY) return ok('memory', detail);
  const advice = `A run takes up to ${amount(COMFORTABLE_MEMORY)}; stop other programs.`;
  return warning('memory', { detail, advice });
}

function memoryFacts(): MemoryFacts {
  const limit = process.constrainedMemory();
  const total = totalmem();
  return { total: limit > 0 ? Math.min(limit, total) : total, available: process.availableMemory() };
}

/** Free space where the data folder is, or will be. */
export async function checkDisk(dataDir: string): Promise<CheckResult> {
  try {
    const { bavail, bsize } = await statfs(existingAncestor(dataDir));
    return judgeDisk(bavail * bsize, dataDir);
  } catch (error) {
    return failedBy('disk', error);
  }
}

export function judgeDisk(free: number, dataDir: string): CheckResult {
  const detail = `${amount(free)} free for ${dataDir}`;
  const advice = 'Free some space, or set dataDir to another disk.';
  if (free < LEAST_DISK) return failed('disk', { detail, advice });
  return free < COMFORTABLE_DISK ? warning('disk', { detail, advice }) : ok('disk', detail);
}

export function checkClock(now: number): CheckResult {
  const time = new Date(now);
  const detail = time.toISOString();
  if (time.getUTCFullYear() >= LEAST_YEAR) return ok('clock', detail);
  const advice = 'Set the clock (a network time service does it at every start): every row bears its time.';
  return failed('clock', { detail, advice });
}
