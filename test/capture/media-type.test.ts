import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { extensionOf, mediaTypeOfName, sniffMedia } from '../../src/capture/media-type.ts';

function bytes(text: string, length = 64): Uint8Array {
  const out = new Uint8Array(length);
  for (let i = 0; i < text.length; i++) out[i] = text.charCodeAt(i);
  return out;
}

describe('what the first bytes say', () => {
  const heads: readonly (readonly [name: string, head: string, found: string])[] = [
    ['JPEG', '\xff\xd8\xff\xe0', 'jpeg'],
    ['PNG', '\x89PNG\r\n\x1a\n', 'png'],
    ['WebP', 'RIFF\x10\0\0\0WEBPVP8 ', 'webp'],
    ['GIF', 'GIF89a', 'gif'],
    ['TIFF, little endian', 'II*\0', 'tiff'],
    ['TIFF, big endian', 'MM\0*', 'tiff'],
    ['BMP', 'BM\x10\0\0\0\0\0\0\0\x36', 'bmp'],
    ['AVIF', '\0\0\0\x20ftypavif', 'avif'],
    ['MP4', '\0\0\0\x20ftypisom', 'mp4'],
    ['QuickTime without ftyp', '\0\0\0\x08wide', 'mp4'],
    ['Matroska', '\x1a\x45\xdf\xa3', 'matroska'],
    ['AVI', 'RIFF\x10\0\0\0AVI LIST', 'avi'],
    ['Flash video', 'FLV\x01', 'flv'],
    ['raw H.264', '\0\0\0\x01\x67', 'h264'],
  ];
  for (const [name, head, found] of heads) {
    it(`recognises ${name}`, () => {
      const media = sniffMedia(bytes(head));
      assert.equal(media?.kind === 'image' ? media.format : media?.container, found);
    });
  }

  it('recognises a transport stream by its rhythm', () => {
    const stream = new Uint8Array(600);
    for (const at of [0, 188, 376]) stream[at] = 0x47;
    assert.deepEqual(sniffMedia(stream), { kind: 'video', container: 'mpegts' });
    stream[188] = 0;
    assert.equal(sniffMedia(stream), undefined);
  });

  it('says nothing of text, sound or an empty file', () => {
    assert.equal(sniffMedia(bytes('BMW sells cars')), undefined);
    assert.equal(sniffMedia(bytes('RIFF\x10\0\0\0WAVE')), undefined);
    assert.equal(sniffMedia(bytes('<svg xmlns=')), undefined);
    assert.equal(sniffMedia(new Uint8Array(0)), undefined);
  });
});

describe('what a name promises', () => {
  it('is taken from the last extension, in any case', () => {
    assert.deepEqual(mediaTypeOfName('/a.b/Photo.JPG'), { kind: 'image', format: 'jpeg' });
    assert.deepEqual(mediaTypeOfName('clip.tar.MOV'), { kind: 'video', container: 'mov' });
    assert.equal(mediaTypeOfName('notes.txt'), undefined);
    assert.equal(extensionOf('/folder.jpg/file'), '');
  });
});
