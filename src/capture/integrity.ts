import { type FileHandle, open } from 'node:fs/promises';

/**
 * Whether a file holds all the bytes that its own structure promises. Containers begin with the sizes of their parts,
 * so a copy that broke off is recognised without decoding anything:
 *   MP4 (ISO 14496-12): boxes of u32 size (1: u64 size follows the type; 0: to the end) and type
 *   AVI, WebP (RIFF): 'RIFF', u32 size of what follows
 *   Matroska, WebM (EBML): the Segment's size, unless unknown
 */
export async function isCutShort(path: string, container: string): Promise<boolean> {
  const promised = await promisedSize(path, container);
  return promised !== undefined && promised.size > promised.actual;
}

interface Promised {
  readonly size: number;
  readonly actual: number;
}

async function promisedSize(path: string, container: string): Promise<Promised | undefined> {
  await using file = await open(path);
  const { size: actual } = await file.stat();
  const reader = new ByteReader(file);
  if (container === 'mp4') return { size: await mp4Size(reader, actual), actual };
  if (container === 'avi') return { size: 8 + (await reader.view(4, 4)).getUint32(0, true), actual };
  if (container === 'matroska') return { size: (await matroskaSize(reader)) ?? actual, actual };
  return undefined;
}

/** Reads beyond the end give zeros. */
class ByteReader {
  readonly #file: FileHandle;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async view(offset: number, length: number): Promise<DataView> {
    const buffer = new Uint8Array(length);
    await this.#file.read(buffer, 0, length, offset);
    return new DataView(buffer.buffer);
  }
}

/** Where the last top-level box ends. Fragmented files hold thousands of boxes: more than that is not worth it. */
async function mp4Size(reader: ByteReader, actual: number): Promise<number> {
  let offset = 0;
  for (let boxes = 0; boxes < 20_000 && offset + 8 <= actual; boxes++) {
    const head = await reader.view(offset, 16);
    const short = head.getUint32(0);
    const size = short === 1 ? Number(head.getBigUint64(8)) : short;
    if (size === 0) return actual;
    if (size < 8) return actual; // not a box: trailing bytes of another kind
    offset += size;
  }
  return offset;
}

const EBML_SEGMENT = 0x18538067;

async function matroskaSize(reader: ByteReader): Promise<number | undefined> {
  const ebml = await readElement(reader, 0);
  const start = ebml.size === undefined ? undefined : ebml.dataOffset + ebml.size;
  if (start === undefined) return undefined;
  const segment = await readElement(reader, start);
  if (segment.id !== EBML_SEGMENT || segment.size === undefined) return undefined;
  return segment.dataOffset + segment.size;
}

/** An element's id (4 bytes here) and its variable-length size; all ones mean unknown. */
async function readElement(
  reader: ByteReader,
  offset: number,
): Promise<{ id: number; dataOffset: number; size: number | undefined }> {
  const view = await reader.view(offset, 12);
  const first = view.getUint8(4);
  const length = Math.clz32(first) - 23; // leading zeros of the byte, plus one
  if (length > 8) return { id: 0, dataOffset: offset, size: undefined };
  let size = BigInt(first & (0xff >> length));
  for (let i = 1; i < length; i++) size = (size << 8n) | BigInt(view.getUint8(4 + i));
  const unknown = size === (1n << BigInt(7 * length)) - 1n;
  return { id: view.getUint32(0), dataOffset: offset + 4 + length, size: unknown ? undefined : Number(size) };
}
