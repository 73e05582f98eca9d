import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import type { CliResult } from '../cli/run-cli.ts';

/** The real program in a process of its own, and what the tests ask of it. */

export const mainFile = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
export const launcher = fileURLToPath(new URL('../../bin/vitrine', import.meta.url));

/**
 * Without settings of the person who runs the tests; `node` is the one that runs them. Without `CI` too: under it the
 * engine is silent by itself.
 */
export function cleanEnvironment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => name !== 'CI' && !/^(VITRINE|ORT)_/.test(name));
  const path = [dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter);
  return { ...Object.fromEntries(kept), PATH: path, ...extra };
}

export interface Running {
  readonly child: ChildProcess;
  /** So far. */
  readonly text: { stdout: string; stderr: string };
  readonly ended: Promise<CliResult>;
}

/** Starts the program; the caller waits for `ended`. */
export function start(
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): Running {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', mainFile, ...args], {
    cwd: options.cwd,
    env: cleanEnvironment(options.env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (piece: string) => {
      text[name] += piece;
    });
  const ended = new Promise<CliResult>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...text }));
  });
  return { child, text, ended };
}

/** Resolves once `condition` holds; fails if the program ends or time runs out first. */
export async function until(
  running: Running,
  condition: () => boolean,
  { what, seconds = 60 }: { readonly what: string; readonly seconds?: number },
): Promise<void> {
  let over = false;
  void running.ended.then(() => {
    over = true;
  });
  for (const limit = Date.now() + seconds * 1000; !condition(); await delay(10)) {
    assert.ok(!over, `the program ended before ${what}: ${running.text.stderr}`);
    assert.ok(Date.now() < limit, `${seconds} s went by without ${what}`);
  }
}

export const untilFile = (running: Running, path: string) =>
  until(running, () => existsSync(path), { what: `${path} was there` });

/** It ended well and had nothing to say but, perhaps, these lines. */
export function assertGood({ code, stderr }: CliResult, talk: readonly RegExp[] = []): void {
  const lines = stderr.split('\n').filter((line) => line !== '' && !isProgress(line));
  assert.deepEqual(
    lines.filter((line) => !talk.some((expected) => expected.test(line))),
    [],
  );
  assert.equal(code, 0);
}

/** Exactly one line of talk: what is wrong, its code and what to do; no trace of the inside. */
export function assertRefused(
  { code, stderr }: CliResult,
  expected: { readonly exit: 1 | 2; readonly code: string; readonly names: string | RegExp },
): void {
  const lines = stderr.split('\n').filter((line) => line !== '' && !isProgress(line));
  assert.equal(lines.length, 1, `one line, not ${JSON.stringify(lines)}`);
  const [line = ''] = lines;
  assert.match(line, new RegExp(`^vitrine: \\S.* \\(${expected.code}\\)\\. [A-Z].*\\.$`));
  const named = expected.names instanceof RegExp ? expected.names.test(line) : line.includes(expected.names);
  assert.ok(named, `${line} names ${expected.names}`);
  assert.doesNotMatch(line, /\bat .*:\d+:\d+|node:internal|INTERNAL/);
  assert.equal(code, expected.exit);
}

/** A slow machine gets plain lines of progress now and then. */
function isProgress(line: string): boolean {
  return /^(analyze|eval|watching|composing the clip) {2}\d+/.test(line);
}

/** One document on one line, exactly as its contract says. */
export function documentIn<T extends z.ZodType>(text: string, schema: T): z.infer<T> {
  assert.match(text, /^[^\n]+\n$/, 'one line');
  return schema.parse(JSON.parse(text));
}

export function documentsIn<T extends z.ZodType>(text: string, schema: T): z.infer<T>[] {
  assert.match(text, /^([^\n]+\n)*$/);
  return text
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => schema.parse(JSON.parse(line)));
}
