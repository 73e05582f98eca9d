/**
 * What a file is, told from its first bytes. File names lie, so an extension is only asked where the bytes say
 * nothing. Signatures: the formats' own specifications, and https://www.garykessler.net/library/file_sigs.html.
 */

export type ImageFormat = 'jpeg' | 'png' | 'webp' | 'gif' | 'tiff' | 'bmp' | 'avif';

export type MediaType =
  | { readonly kind: 'image'; readonly format: ImageFormat }
  | { readonly kind: 'video'; readonly container: string };

/** Bytes that `sniffMedia` wants to see; shorter files are fine. */
export const SNIFF_BYTES = 4096;

const IMAGE_EXTENSIONS: Readonly<Record<string, ImageFormat>> = {
  jpg: 'jpeg',
  jpeg: 'jpeg',
  jpe: 'jpeg',
  jfif: 'jpeg',
  png: 'png',
  webp: 'webp',
  gif: 'gif',
  tif: 'tiff',
  tiff: 'tiff',
  bmp: 'bmp',
  dib: 'bmp',
  avif: 'avif',
};

const VIDEO_EXTENSIONS: ReadonlySet<string> = new Set(
  'mp4 m4v mov mkv webm avi flv ts mts m2ts mpg mpeg vob wmv asf ogv ogg 3gp 3g2 mxf y4m ivf h264 h265 264 265 hevc mjpeg mjpg'.split(
    ' ',
  ),
);

/** `video.MP4` → `mp4`; empty without an extension. */
export function extensionOf(path: string): string {
  return /\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
}

/** What the name promises; only a hint. */
export function mediaTypeOfName(path: string): MediaType | undefined {
  const extension = extensionOf(path);
  const format = IMAGE_EXTENSIONS[extension];
  if (format !== undefined) return { kind: 'image', format };
  return VIDEO_EXTENSIONS.has(extension) ? { kind: 'video', container: extension } : undefined;
}

/**
 * What the first bytes say, or undefined where they say nothing. A GIF is reported as an image here: whether it moves
 * needs more than its head.
 */
export function sniffMedia(head: Uint8Array): MediaType | undefined {
  const format = sniffImage(head);
  if (format !== undefined) return { kind: 'image', format };
  const container = sniffContainer(head);
  return container === undefined ? undefined : { kind: 'video', container };
}

function sniffImage(head: Uint8Array): ImageFormat | undefined {
  if (bytesAt(head, 0, [0xff, 0xd8, 0xff])) return 'jpeg';
  if (bytesAt(head, 0, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return 'png';
  if (textAt(head, 0, 'RIFF') && textAt(head, 8, 'WEBP')) return 'webp';
  if (textAt(head, 0, 'GIF87a') || textAt(head, 0, 'GIF89a')) return 'gif';
  if (bytesAt(head, 0, [0x49, 0x49, 0x2a, 0]) || bytesAt(head, 0, [0x4d, 0x4d, 0, 0x2a])) return 'tiff';
  if (bytesAt(head, 0, [0x49, 0x49, 0x2b, 0]) || bytesAt(head, 0, [0x4d, 0x4d, 0, 0x2b])) return 'tiff';
  if (textAt(head, 4, 'ftyp') && (textAt(head, 8, 'avif') || textAt(head, 8, 'avis'))) return 'avif';
  // 'BM' alone is too common: the two reserved words must be zero and the pixels begin after the headers.
  if (textAt(head, 0, 'BM') && bytesAt(head, 6, [0, 0, 0, 0]) && (head[10] ?? 0) + (head[11] ?? 0) > 0) {
    return 'bmp';
  }
  return undefined;
}

const CONTAINER_SIGNATURES: readonly (readonly [offset: number, signature: string, container: string])[] = [
  [4, 'ftyp', 'mp4'],
  [4, 'moov', 'mp4'],
  [4, 'mdat', 'mp4'],
  [4, 'wide', 'mp4'],
  [0, '\x1a\x45\xdf\xa3', 'matroska'],
  [8, 'AVI ', 'avi'],
  [0, 'FLV\x01', 'flv'],
  [0, 'OggS', 'ogg'],
  [0, '\x30\x26\xb2\x75\x8e\x66\xcf\x11', 'asf'],
  [0, '\x00\x00\x01\xba', 'mpeg'],
  [0, '\x00\x00\x01\xb3', 'mpeg'],
  [0, '\x06\x0e\x2b\x34\x02\x05\x01\x01', 'mxf'],
  [0, 'YUV4MPEG2', 'y4m'],
  [0, 'DKIF', 'ivf'],
  [0, '\x00\x00\x00\x01\x67', 'h264'],
  [0, '\x00\x00\x00\x01\x09', 'h264'],
  [0, '\x00\x00\x00\x01\x40', 'h265'],
];

/** MPEG transport streams have the sync byte 0x47 every 188 bytes (192 with a timestamp in front, as in M2TS). */
function sniffContainer(head: Uint8Array): string | undefined {
  for (const [offset, signature, container] of CONTAINER_SIGNATURES) {
    if (textAt(head, offset, signature)) return container;
  }
  const isTransport = (start: number, step: number) =>
    [0, 1, 2].every((k) => head[start + k * step] === 0x47) && head.length > start + 2 * step;
  return isTransport(0, 188) || isTransport(4, 192) ? 'mpegts' : undefined;
}

function bytesAt(head: Uint8Array, offset: number, bytes: readonly number[]): boolean {
  return bytes.every((byte, i) => head[offset + i] === byte);
}

function textAt(head: Uint8Array, offset: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    if (head[offset + i] !== text.charCodeAt(i)) return false;
  }
  return true;
}
