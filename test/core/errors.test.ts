import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  asVitrineError,
  type CatalogueEntry,
  describeError,
  type ErrorCode,
  errorCatalogue,
  VitrineError,
} from '../../src/core/errors.ts';

const entries = Object.entries(errorCatalogue) as [ErrorCode, CatalogueEntry][];

describe('the error catalogue', () => {
  for (const [code, entry] of entries) {
    it(`${code} says what happened and what to do, each on one line`, () => {
      assert.match(code, /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/);
      assert.match(entry.summary, /^[A-Z0-9][^\n]*[^.\s]$/);
      assert.match(entry.advice, /^[A-Z][^\n]*\.$/);
      assert.ok(
        !entry.summary.includes('|') && !entry.advice.includes('|'),
        'breaks the table of the reference',
      );
    });
  }

  it('ends a wrong call with 2 and nothing that a retry could cure', () => {
    for (const [code, entry] of entries) {
      if (entry.exitCode === 2) assert.equal(entry.retryable, false, code);
    }
  });
});

describe('an error', () => {
  it('is told on exactly one line, whatever its message holds', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.constantFrom(...entries.map(([code]) => code)),
        (message, code) => {
          const line = describeError(new VitrineError(code, message));
          assert.doesNotMatch(line, /[\n\r\u2028\u2029\v\f]/);
          assert.ok(line.endsWith(` (${code}). ${errorCatalogue[code].advice}`));
        },
      ),
    );
  });

  it('keeps one full stop between message, code and advice', () => {
    assert.equal(
      describeError(new VitrineError('MODEL_MISSING', 'No file\n  faceres.onnx. ')),
      'No file faceres.onnx (MODEL_MISSING). Run `vitrine models build`.',
    );
  });

  it('carries code, cause and whether a retry can help', () => {
    const cause = new Error('ECONNREFUSED');
    const error = new VitrineError('SOURCE_UNREACHABLE', 'No answer from the camera', { cause });
    assert.equal(error.code, 'SOURCE_UNREACHABLE');
    assert.equal(error.retryable, true);
    assert.equal(error.cause, cause);
    assert.ok(error instanceof Error);
  });

  it('that nobody foresaw becomes INTERNAL and keeps its cause; one of ours stays itself', () => {
    const ours = new VitrineError('USAGE', 'x');
    assert.equal(asVitrineError(ours), ours);
    const foreign = new TypeError('x is not a function');
    assert.equal(asVitrineError(foreign).code, 'INTERNAL');
    assert.equal(asVitrineError(foreign).cause, foreign);
    for (const thrown of ['text', null, undefined, 42, { a: 1 }]) {
      assert.equal(asVitrineError(thrown).code, 'INTERNAL');
    }
  });
});
