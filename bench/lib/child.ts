import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The processors that this process may use, e.g. [0, 1]; empty where the system does not say. */
function allowedProcessors(): number[] {
  try {
    const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '';
    return list.split(',').flatMap((range) => {
      const [from = 0, to = from] = range.split('-').map(Number);
      return Array.from({ length: to - from + 1 }, (_, i) => from + i);
    });
  } catch {
    return [];
  }
}

/** What to put before a command so that it runs on `cores` processors, all its threads together; empty: impossible. */
export function pinning(cores: number): string[] {
  const processors = allowedProcessors().slice(0, cores);
  const possible = processors.length === cores && spawnSync('taskset', ['-V']).status === 0;
  return possible ? ['taskset', '-c', processors.join(',')] : [];
}

/**
 * Runs a script of this folder as a process of its own on `cores` processors, where the system can do that, and reads
 * the JSON document in the last line that it prints. So no measurement inherits the memory, the compiled code or the
 * threads of another.
 */
export async function runScript<Result>(options: {
  /** Relative to `bench/`. */
  readonly script: string;
  readonly args: readonly string[];
  readonly cores?: number;
}): Promise<Result> {
  const script = fileURLToPath(new URL(`../${options.script}`, import.meta.url));
  const before = options.cores === undefined ? [] : pinning(options.cores);
  const [command = process.execPath, ...rest] = [
    ...before,
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    script,
    ...options.args,
  ];
  const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`bench/${options.script} ended with ${code}`);
  return JSON.parse(text.trimEnd().split('\n').at(-1) ?? '') as Result;
}
