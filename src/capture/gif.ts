import { readFile } from 'node:fs/promises';

/**
 * What the blocks of a GIF say, without decoding it (GIF89a specification): header and logical screen (13 bytes, flag
 * 0x80: colour table of 3·2^(n+1) bytes), then blocks: 0x21 extension, 0x2c image, 0x3b trailer; the data of both
 * comes in sub-blocks of a length byte and that many bytes, ended by a length of 0.
 */
export interface GifOutline {
  /** Images that are whole. */
  readonly pages: number;
  /** False if the file ends, or turns into something else, before its trailer. */
  readonly complete: boolean;
}

export async function outlineGif(path: string): Promise<GifOutline> {
  return outlineGifBytes(await readFile(path));
}

export function outlineGifBytes(bytes: Uint8Array): GifOutline {
  let pages = 0;
  let at = 13 + colourTable(bytes[10] ?? 0);
  while (at < bytes.length) {
    const kind = bytes[at];
    if (kind === 0x3b) return { pages, complete: true };
    const isImage = kind === 0x2c;
    if (!isImage && kind !== 0x21) break;
    // An image descriptor (9 bytes), its colour table and a byte for LZW; or an extension's label.
    const data = isImage ? at + 11 + colourTable(bytes[at + 9] ?? 0) : at + 2;
    const end = skipSubBlocks(bytes, data);
    if (end === undefined) break;
    if (isImage) pages++;
    at = end;
  }
  // Some writers forget the trailer: nothing but whole blocks is fine as well.
  return { pages, complete: pages > 0 && at === bytes.length };
}

function colourTable(flags: number): number {
  return (flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1);
}

function skipSubBlocks(bytes: Uint8Array, from: number): number | undefined {
  let at = from;
  for (;;) {
    const length = bytes[at];
    if (length === undefined) return undefined;
    at += length + 1;
    if (length === 0) return at;
  }
}
