import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { isCutShort } from '../../src/capture/integrity.ts';
import { makeClip, scratchFolder } from './media.ts';

const folder = await scratchFolder();

async function cutShort(container: string, bytes: Uint8Array): Promise<boolean> {
  const path = join(folder, `file.${container}`);
  await writeFile(path, bytes);
  return isCutShort(path, container);
}

function box(type: string, size: number, length = size): Uint8Array {
  const bytes = new Uint8Array(length);
  new DataView(bytes.buffer).setUint32(0, size);
  bytes.set(Buffer.from(type), 4);
  return bytes;
}

describe('a file that promises more bytes than it has', () => {
  it('is an MP4 whose last box is not whole', async () => {
    const clip = await readFile(await makeClip({ path: join(folder, 'clip.mp4'), frames: 10 }));
    assert.equal(await cutShort('mp4', clip), false);
    assert.equal(await cutShort('mp4', clip.subarray(0, clip.length - 1)), true);
    assert.equal(await cutShort('mp4', clip.subarray(0, 40)), true);
  });

  it('is an MP4 with 64-bit sizes, too', async () => {
    const large = new Uint8Array(32);
    large.set(box('mdat', 1, 8));
    new DataView(large.buffer).setBigUint64(8, 32n);
    const head = box('ftyp', 16);
    assert.equal(await cutShort('mp4', Buffer.concat([head, large])), false);
    assert.equal(await cutShort('mp4', Buffer.concat([head, large.subarray(0, 31)])), true);
  });

  it('is not an MP4 with a box to the end of the file, or with something behind its boxes', async () => {
    assert.equal(await cutShort('mp4', Buffer.concat([box('ftyp', 16), box('mdat', 0, 50)])), false);
    assert.equal(
      await cutShort('mp4', Buffer.concat([box('ftyp', 16), new Uint8Array([0, 0, 0, 5, 1, 2, 3, 4, 5])])),
      false,
    );
  });

  it('is an AVI shorter than its RIFF size', async () => {
    const avi = new Uint8Array(100);
    avi.set(Buffer.from('RIFF'));
    new DataView(avi.buffer).setUint32(4, 92, true);
    assert.equal(await cutShort('avi', avi), false);
    assert.equal(await cutShort('avi', avi.subarray(0, 99)), true);
  });

  it('is a Matroska file shorter than its segment, unless that was written without knowing', async () => {
    const ebml = [0x1a, 0x45, 0xdf, 0xa3, 0x83, 1, 2, 3];
    const segment = [0x18, 0x53, 0x80, 0x67];
    const known = Uint8Array.from([...ebml, ...segment, 0x40, 0x05, 9, 9, 9, 9, 9]);
    assert.equal(await cutShort('matroska', known), false);
    assert.equal(await cutShort('matroska', known.subarray(0, known.length - 1)), true);
    const unknown = Uint8Array.from([...ebml, ...segment, 0x01, 255, 255, 255, 255, 255, 255, 255, 9]);
    assert.equal(await cutShort('matroska', unknown), false);
  });

  it('is never one whose container is not looked into', async () => {
    assert.equal(await cutShort('mpegts', new Uint8Array(10)), false);
  });
});
