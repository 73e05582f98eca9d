import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { redactAddress, redactConfig } from '../../src/config/redact.ts';
import { configSchema } from '../../src/config/schema.ts';

describe('an address that is shown', () => {
  it('has neither user, password nor query values', () => {
    for (const [address, shown] of [
      ['rtsp://admin:pa55@10.0.0.7:554/live', 'rtsp://***@10.0.0.7:554/live'],
      ['rtsp://admin:p@55@10.0.0.7/live', 'rtsp://***@10.0.0.7/live'],
      ['http://10.0.0.7/live?token=abc&size=2#x', 'http://10.0.0.7/live?token=***&size=***#x'],
      ['cannot open rtsp://a:b@h/1 nor http://c@d/', 'cannot open rtsp://***@h/1 nor http://***@d/'],
      ['/dev/video0', '/dev/video0'],
      ['clips/day 1.mp4', 'clips/day 1.mp4'],
      ['http://10.0.0.7/a@b', 'http://10.0.0.7/a@b'],
    ] as const) {
      assert.equal(redactAddress(address), shown);
    }
  });

  it('never shows a password, whatever its characters', () => {
    const password = fc
      .string({ minLength: 6, maxLength: 20 })
      .map((text) => `s3cr3t${encodeURIComponent(text)}`);
    fc.assert(
      fc.property(password, (secret) => {
        assert.doesNotMatch(redactAddress(`rtsp://user:${secret}@camera.local/stream`), /s3cr3t/);
      }),
    );
  });

  it('is the only thing that a shown configuration lacks', () => {
    const source = 'rtsp://admin:pa55@door/1';
    const config = configSchema.parse({ cameras: [{ id: 'door', source, maxFrameRate: 5 }] });
    const shown = redactConfig(config);
    assert.doesNotMatch(JSON.stringify(shown), /pa55|admin/);
    assert.deepEqual({ ...shown, cameras: config.cameras }, config);
  });
});
