import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isUrl, labelOf } from '../../src/capture/label.ts';

describe('the label of a source', () => {
  const addresses: readonly (readonly [source: string, label: string])[] = [
    ['rtsp://user:pass@camera/live', 'rtsp://camera/live'],
    ['rtsp://user:p@ss@10.0.0.7:554/live', 'rtsp://10.0.0.7:554/live'],
    ['rtsp://user@camera', 'rtsp://camera'],
    ['http://camera/video.mjpg', 'http://camera/video.mjpg'],
    ['http://camera/a@b/video', 'http://camera/a@b/video'],
    ['http://u:p@camera?user=admin&pwd=12345&fps=5', 'http://camera?user=…&pwd=…&fps=5'],
    ['http://camera/cgi?Password=x#top', 'http://camera/cgi?Password=…#top'],
    ['http://camera/cgi?token=abc', 'http://camera/cgi?token=…'],
    ['/tmp/a:b@c.mp4', '/tmp/a:b@c.mp4'],
    ['clip.mp4', 'clip.mp4'],
  ];
  for (const [source, label] of addresses) {
    it(`of ${source} shows no secret`, () => assert.equal(labelOf(source), label));
  }

  it('is that of a path for a drive letter', () => {
    assert.equal(isUrl('C:\\clip.mp4'), false);
    assert.equal(isUrl('rtsp://camera'), true);
  });
});
