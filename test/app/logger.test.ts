import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createLogger, type LoggerOptions } from '../../src/app/logger.ts';

/** A logger that writes into a list of lines. */
function logInto(options: Partial<LoggerOptions> & { isTTY?: boolean; hasColors?: () => boolean } = {}) {
  const lines: string[] = [];
  const { isTTY, hasColors, ...rest } = options;
  const output = {
    write: (text: string) => lines.push(text),
    isTTY,
    ...(hasColors ? { hasColors } : {}),
  };
  return { log: createLogger({ level: 'debug', format: 'json', output, ...rest }), lines };
}

describe('the logger', () => {
  it('writes one JSON object per line with level, time and fields', () => {
    const { log, lines } = logInto();
    log.warn('Camera stalled', { camera: 'door', seconds: 12, live: true, left: null, gone: undefined });
    const { time, ...line } = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
    assert.match(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.deepEqual(line, {
      level: 'warn',
      msg: 'Camera stalled',
      camera: 'door',
      seconds: 12,
      live: true,
      left: null,
    });
    assert.equal(lines[0]?.endsWith('}\n'), true);
  });

  it('leaves out what is below its level', () => {
    const { log, lines } = logInto({ level: 'warn' });
    log.debug('a');
    log.info('b');
    log.error('c');
    assert.equal(lines.length, 1);
    const silent = logInto({ level: 'silent' });
    silent.log.error('d');
    assert.equal(silent.lines.length, 0);
  });

  for (const format of ['json', 'pretty'] as const) {
    it(`never shows a secret (${format})`, () => {
      const { log, lines } = logInto({ format });
      log.info('Opened rtsp://admin:hunter2@10.0.0.7/live?token=hunter2', {
        source: 'http://admin:hun@ter2@10.0.0.7/?pwd=hunter2',
        token: 'hunter2',
        accessToken: 'hunter2',
        Authorization: 'Bearer hunter2',
        password: 'hunter2',
        embedding: 0.123,
      });
      const text = lines.join('');
      assert.doesNotMatch(text, /hunter2|ter2|admin|0\.123/);
      assert.match(text, /10\.0\.0\.7/);
    });

    it(`keeps a name from outside on its own line (${format})`, () => {
      const { log, lines } = logInto({ format });
      log.info('Camera door\n{"level":"error"}', { camera: 'a\n\u001b[2Jb' });
      const text = lines.join('');
      assert.equal(text.trimEnd().includes('\n'), false);
      assert.equal(text.includes('\u001b[2J'), false);
    });
  }

  it('is readable on a terminal and JSON elsewhere when the format is auto', () => {
    const terminal = logInto({ format: 'auto', isTTY: true });
    terminal.log.info('Ready', { address: 'http://127.0.0.1:8080', note: 'two words' });
    assert.match(
      terminal.lines[0] ?? '',
      /^\d\d:\d\d:\d\d\.\d{3} info {2}Ready address=http:\/\/127\.0\.0\.1:8080 note="two words"\n$/,
    );
    const pipe = logInto({ format: 'auto', isTTY: false });
    pipe.log.info('Ready');
    assert.equal(JSON.parse(pipe.lines[0] ?? '').msg, 'Ready');
  });

  it('uses colour only where the terminal has it', () => {
    const coloured = logInto({ format: 'pretty', isTTY: true, hasColors: () => true });
    coloured.log.error('Bad');
    assert.equal(coloured.lines[0]?.includes('\u001b[31merror\u001b[0m'), true);
  });

  it("does not let a field overwrite the line's own", () => {
    const { log, lines } = logInto();
    log.info('Message', { msg: 'other', time: 5, level: 'x' });
    const { time, ...line } = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
    assert.notEqual(time, 5);
    assert.deepEqual(line, { level: 'info', msg: 'Message', msg_: 'other', time_: 5, level_: 'x' });
  });
});
