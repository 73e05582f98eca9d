import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TalkLogger, talkLine } from '../../src/app/talk.ts';

describe('a line of talk', () => {
  it('is an error in the words of an error, and else what happened with its details', () => {
    assert.equal(
      talkLine('picture left out', { camera: 'x', code: 'SOURCE_EMPTY', reason: 'a.jpg is empty' }),
      'a.jpg is empty (SOURCE_EMPTY). Give a file or folder with at least one image or video.',
    );
    assert.equal(
      talkLine('damaged frames left out', { source: 'a.mp4', frames: 3 }),
      'damaged frames left out (source a.mp4, frames 3)',
    );
    assert.equal(talkLine('it rains'), 'it rains');
  });
});

describe('a talking logger', () => {
  const listen = () => {
    const said: string[] = [];
    return { said, logger: new TalkLogger((line) => said.push(line)) };
  };

  it('says at once what a person should know now, and nothing of routine', () => {
    const { said, logger } = listen();
    logger.debug();
    logger.info();
    logger.warn('camera stalled', { code: 'SOURCE_STALLED', silentMs: 5000 });
    logger.error('camera ended', { reason: 'the source ended' });
    assert.deepEqual(said, [
      'camera stalled (code SOURCE_STALLED, silentMs 5000)',
      'camera ended (reason the source ended)',
    ]);
  });

  it('does not say twice what the command fails of, nor what a source got over', () => {
    const { said, logger } = listen();
    logger.warn('camera unreachable', { code: 'SOURCE_UNREACHABLE', reason: 'no answer' });
    logger.warn('a visitor could not be updated', { code: 'DISK_FULL' });
    logger.finish('DISK_FULL');
    assert.deepEqual(said, []);
    logger.warn('a visitor could not be updated', { code: 'DISK_FULL' });
    logger.finish();
    logger.finish();
    assert.deepEqual(said, ['a visitor could not be updated (code DISK_FULL)']);
  });
});
