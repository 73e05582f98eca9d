import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { openSource } from '../../src/capture/open.ts';
import { imageAnalysisSchema, videoAnalysisSchema } from '../../src/contract/analysis.ts';
import { startMute } from '../capture/ffmpeg/camera-server.ts';
import { type CliResult, runCli, temporaryFolder } from '../cli/run-cli.ts';
import { startFaceCamera } from './face-camera.ts';
import { groupPhoto, shopClip } from './material.ts';
import { assertGood, cleanEnvironment, documentIn, mainFile, start, until, untilFile } from './program.ts';

/** How the program behaves towards the terminal, the shell and Ctrl-C. */

const folder = temporaryFolder('terminal');
after(() => folder[Symbol.dispose]());
const cwd = folder.path;
const clip = await shopClip(8);
const longer = await shopClip(16);
const ESCAPE = '\u001b';

/** In a shell; `vitrine` is the program. */
function shell(line: string): Promise<CliResult> {
  const script = `vitrine() { "${process.execPath}" --disable-warning=ExperimentalWarning "${mainFile}" "$@"; }\n${line}`;
  const child = spawn('bash', ['-c', script], {
    cwd,
    env: cleanEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (piece: string) => {
      text[name] += piece;
    });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...text }));
  });
}

describe('in a pipe', () => {
  it('writes data only to standard output and no escape codes anywhere', async () => {
    const result = await runCli(['analyze', clip.path, groupPhoto.path], { cwd });
    assertGood(result);
    assert.match(result.stdout, /^\S+first-8-seconds\.mp4: 96 frames, 8 s at 12\.0 frames\/s/);
    assert.match(
      result.stdout,
      /\nFACE ID +FIRST SEEN +LAST SEEN +DWELL +VISITS +AGE +GENDER\nv-[0-9a-z]{12} /,
    );
    assert.ok(!(result.stdout + result.stderr).includes(ESCAPE));
  });

  it('stops working when its reader has had enough, without a word', async () => {
    const many = Array(200).fill(`"${groupPhoto.path}"`).join(' ');
    const began = Date.now();
    const { stdout, stderr, code } = await shell(
      `vitrine analyze ${many} --json | head -1; echo "exit \${PIPESTATUS[0]}"`,
    );
    const [line = '', exit] = stdout.trimEnd().split('\n');
    imageAnalysisSchema.parse(JSON.parse(line));
    assert.deepEqual([exit, stderr, code], ['exit 0', '', 0]);
    assert.ok(Date.now() - began < 20_000, 'not all two hundred pictures were analysed');
  });

  it('gives its data also to who closes the talk', async () => {
    const { stdout } = await shell(`vitrine analyze nothing.jpg "${groupPhoto.path}" --json 2>&-`);
    documentIn(stdout, imageAnalysisSchema);
  });
});

const noTerminal =
  spawnSync('script', ['--version']).error !== undefined && 'no `script` to make a terminal with';

describe('on a terminal', () => {
  it('shows a bar with the time left, and takes it away before the result', {
    skip: noTerminal,
  }, async () => {
    const { stdout } = await shell(
      `script -qec '"${process.execPath}" "${mainFile}" analyze "${longer.path}"' /dev/null`,
    );
    const drawn = stdout.split(`\r${ESCAPE}[K`);
    assert.ok(
      drawn.some((line) => /^analyze {2}█+░+ \d+ % {2}\d+ s left {2}\d+ frames\/s$/.test(line)),
      JSON.stringify(drawn.slice(0, 5)),
    );
    assert.match(
      drawn.at(-1) ?? '',
      /^\S+first-16-seconds\.mp4: 192 frames/,
      'the result is on a line of its own',
    );
  });
});

describe('eval on a terminal', () => {
  it('shows how far it is', { skip: noTerminal }, async () => {
    mkdirSync(join(cwd, 'few'));
    const names = Array.from({ length: 5 }, (_, i) => `${i}.jpg`);
    for (const name of names) cpSync(groupPhoto.path, join(cwd, 'few', name));
    writeFileSync(join(cwd, 'few/labels.csv'), `path,age\n${names.map((name) => `${name},30\n`).join('')}`);
    const { stdout } = await shell(`script -qec '"${process.execPath}" "${mainFile}" eval few' /dev/null`);
    const drawn = stdout.split(`\r${ESCAPE}[K`);
    assert.ok(
      drawn.some((line) => /^eval {2}█+░+ \d+ % {2}\d+ s left {2}\d\.jpg$/.test(line)),
      JSON.stringify(drawn.slice(0, 5)),
    );
    assert.match(drawn.at(-1) ?? '', /^Age: 5 faces/);
  });
});

describe('Ctrl-C', () => {
  it('ends a clip in the middle with a complete document and a whole annotated clip', async () => {
    const drawn = join(cwd, 'half.mp4');
    const running = start(['analyze', longer.path, '--json', '--annotate', drawn], { cwd });
    await untilFile(running, `${drawn}.part`);
    running.child.kill('SIGINT');
    const result = await running.ended;
    assertGood(result, [/^Stopped; the result is of what was seen until then\.$/, /^Written to /]);
    const { frames } = documentIn(result.stdout, videoAnalysisSchema);
    assert.ok(frames > 0 && frames < longer.truth.frames, `${frames} frames`);
    let read = 0;
    for await (const frame of (await openSource(drawn, { camera: 'test' })).frames(
      new AbortController().signal,
    )) {
      frame.close();
      read++;
    }
    assert.equal(read, frames);
    assert.deepEqual(
      readdirSync(cwd).filter((name) => name.endsWith('.part')),
      [],
    );
  });

  it('ends a live source with what it saw', async () => {
    const camera = await startFaceCamera();
    const running = start(['analyze', camera.url, '--json', '--every-frame'], { cwd });
    await until(running, () => camera.sent() > 15, { what: 'the camera had sent some pictures' });
    running.child.kill('SIGINT');
    const result = await running.ended;
    assertGood(result, [/^Stopped; /]);
    assert.ok(documentIn(result.stdout, videoAnalysisSchema).frames > 0);
  });

  it('before the first frame leaves a complete document too', async () => {
    let connected = false;
    const { port } = await startMute(() => {
      connected = true;
    });
    const running = start(['analyze', `http://127.0.0.1:${port}/video`, '--json'], { cwd });
    await until(running, () => connected, { what: 'it asked the camera' });
    running.child.kill('SIGINT');
    const result = await running.ended;
    assertGood(result, [/^Stopped; /]);
    const { frames, durationSeconds, visitors } = documentIn(result.stdout, videoAnalysisSchema);
    assert.deepEqual([frames, durationSeconds, visitors], [0, 0, []]);
  });

  it('given twice ends it at once', async () => {
    const running = start(['analyze', longer.path, '--json', '--annotate', 'never.mp4'], { cwd });
    await untilFile(running, join(cwd, 'never.mp4.part'));
    // Both signals wait while the process is halted, so that it hears of them together.
    for (const signal of ['SIGSTOP', 'SIGINT', 'SIGTERM', 'SIGCONT'] as const) running.child.kill(signal);
    const { code, stdout } = await running.ended;
    assert.deepEqual([code, stdout], [130, '']);
  });

  for (const [command, args] of [
    ['analyze', Array<string>(60).fill(groupPhoto.path)],
    ['eval', ['labelled']],
  ] as const)
    it(`before the first result of ${command} says by the exit code that there is none`, async () => {
      mkdirSync(join(cwd, 'labelled'), { recursive: true });
      const names = Array.from({ length: 60 }, (_, i) => `${i}.jpg`);
      for (const name of names) cpSync(groupPhoto.path, join(cwd, 'labelled', name));
      writeFileSync(
        join(cwd, 'labelled/labels.csv'),
        `path,age\n${names.map((name) => `${name},30\n`).join('')}`,
      );
      const running = start([command, ...args], { cwd });
      await until(running, () => hasLoaded(running.child.pid, 'libonnxruntime'), {
        what: 'the engine was there',
      });
      running.child.kill('SIGINT');
      const { code, stdout, stderr } = await running.ended;
      assert.match(stderr, /^Stopped; (nothing was seen until then|there is no result)\.\n$/);
      assert.deepEqual([code, stdout], [130, '']);
    });
});

/** Linux only: whether a process has this library in its memory. */
function hasLoaded(pid: number | undefined, library: string): boolean {
  return readFileSync(`/proc/${pid}/maps`, 'utf8').includes(library);
}
