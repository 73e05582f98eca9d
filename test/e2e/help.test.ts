import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import packageJson from '../../package.json' with { type: 'json' };
import { runCli } from '../cli/run-cli.ts';
import { assertRefused } from './program.ts';

/** What somebody sees who does not know how to call the program. */

const run = (...args: string[]) => runCli(args, { cwd: import.meta.dirname });

const commands: readonly (readonly [command: string, mentions: readonly RegExp[]])[] = [
  ['', [/\n {2}analyze /, /\n {2}demo /, /\n {2}doctor /, /Exit codes: 0 good, 1 .*, 2 .*, 130 /]],
  ['demo', [/--once/]],
  ['run', [/--source/, /Examples:\n {2}vitrine run --source \/dev\/video0/]],
  ['analyze', [/--annotate/, /Examples:\n {2}vitrine analyze photo\.jpg/, /exit code is 1/]],
  ['compare', [/Example:\n {2}vitrine compare /]],
  ['eval', [/labels\.csv +path,identity,age,gender,x,y,w,h/, /Example:\n {2}vitrine eval /]],
  ['models', [/ build /]],
  ['models verify', [/Usage: vitrine models verify/]],
  ['db', [/ erase /]],
  ['db export', [/Usage: vitrine db export/]],
  ['doctor', [/Examples:\n {2}vitrine doctor/]],
];

describe('help', () => {
  for (const [command, mentions] of commands)
    it(`of ${command || 'the program'} is data, and good`, async () => {
      const { code, stdout, stderr } = await run(...command.split(' ').filter(Boolean), '--help');
      assert.deepEqual([code, stderr], [0, '']);
      assert.ok(stdout.startsWith(`Usage: vitrine ${command}`.trimEnd()));
      for (const mention of mentions) assert.match(stdout, mention);
      assert.ok(stdout.split('\n').every((line) => line.length <= 120));
    });

  it('is given, not asked for, where no command is', async () => {
    const { code, stdout, stderr } = await run();
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, /^Usage: vitrine /);
  });

  it('knows the version', async () => {
    assert.deepEqual(await run('--version'), { code: 0, stdout: `${packageJson.version}\n`, stderr: '' });
  });
});

describe('wrong usage is one line with a hint and exit code 2', () => {
  for (const [args, names] of [
    [['analyse', 'x.jpg'], /unknown command 'analyse' \(Did you mean analyze\?\)/],
    [['analyze', 'x.jpg', '--jsn'], /unknown option '--jsn' \(Did you mean --json\?\)/],
    [['analyze'], /missing required argument 'source'/],
    [['analyze', 'x.jpg', '--json', '--csv'], /'--json' cannot be used with option '--csv'/],
    [['analyze', 'x.jpg', '--max-fps', 'fast'], /--max-fps <n>.*'fast'.* from 0\.1 to 240/],
    [['analyze', 'x.jpg', '--mode', 'open'], /--mode <mode>.*anonymous, session, loyalty/],
    [['compare', 'a.jpg'], /missing required argument 'b'/],
    [['run', 'camera'], /too many arguments for 'run'/],
    [['run'], /--source/],
    [['db', 'explode'], /unknown command 'explode'/],
  ] as const)
    it(args.join(' '), async () => {
      const result = await run(...args);
      assertRefused(result, { exit: 2, code: 'USAGE', names });
      assert.equal(result.stdout, '');
    });
});
