import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Clock, systemClock } from '../core/clock.ts';
import { VitrineError } from '../core/errors.ts';
import { type Logger, silentLogger } from '../core/logger.ts';
import { outlineGif } from './gif.ts';
import { ImageSource } from './images/image-source.ts';
import { readHead } from './images/read-image.ts';
import { isCutShort } from './integrity.ts';
import { isUrl, labelOf } from './label.ts';
import { mediaTypeOfName, sniffMedia } from './media-type.ts';
import type { CaptureOptions, FrameSource } from './source.ts';

export type ClassifiedSource =
  | { readonly kind: 'image' | 'folder'; readonly label: string; readonly path: string }
  | { readonly kind: 'device'; readonly label: string; readonly path: string }
  | VideoFile
  /** `url` holds the credentials; `label` does not. */
  | { readonly kind: 'stream'; readonly label: string; readonly url: string };

export interface VideoFile {
  readonly kind: 'video';
  readonly label: string;
  readonly path: string;
  /** The first bytes are those of a video, not only the name. */
  readonly recognised: boolean;
  /** Bytes are missing at its end. */
  readonly cutShort: boolean;
}

/**
 * What `source` is: a URL, a V4L2 device, a folder, or a file told by its content (its name only where the content
 * says nothing). A GIF that moves is a video, a still one an image. Throws VitrineError: SOURCE_NOT_FOUND,
 * SOURCE_EMPTY, SOURCE_UNSUPPORTED.
 */
export async function classifySource(source: string): Promise<ClassifiedSource> {
  const label = labelOf(source);
  if (isUrl(source) && !/^file:/i.test(source)) return { kind: 'stream', label, url: source };
  const path = resolve(isUrl(source) ? fileURLToPath(source) : source);
  if (/^\/dev\/video\d+$/.test(path)) return { kind: 'device', label, path };
  const facts = await stat(path).catch((error: unknown) => {
    throw new VitrineError('SOURCE_NOT_FOUND', `${label} does not exist`, { cause: error });
  });
  if (facts.isDirectory()) return { kind: 'folder', label, path };
  if (!facts.isFile())
    throw new VitrineError('SOURCE_UNSUPPORTED', `${label} is neither a file nor a folder`);
  if (facts.size === 0) throw new VitrineError('SOURCE_EMPTY', `${label} is empty`);
  return classifyFile(path, label);
}

async function classifyFile(path: string, label: string): Promise<ClassifiedSource> {
  const sniffed = sniffMedia(await readHead(path, label));
  const media = sniffed ?? mediaTypeOfName(path);
  if (media === undefined)
    throw new VitrineError('SOURCE_UNSUPPORTED', `${label} is neither a picture nor a video`);
  const recognised = sniffed !== undefined;
  if (media.kind === 'video') {
    const cutShort = recognised && (await isCutShort(path, media.container));
    return { kind: 'video', label, path, recognised, cutShort };
  }
  if (media.format === 'gif' && recognised) {
    const { pages, complete } = await outlineGif(path);
    if (pages > 1 || (pages === 1 && !complete))
      return { kind: 'video', label, path, recognised, cutShort: !complete };
  }
  return { kind: 'image', label, path };
}

/**
 * The pictures in a folder and the folders in it, by name, sorted as people count (`2.jpg` before `10.jpg`). Hidden
 * files and folders are left out; whether a file can be read is seen when it is read. Throws SOURCE_NOT_FOUND.
 */
export async function listImages(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    throw new VitrineError('SOURCE_NOT_FOUND', `${folder} is not a folder that can be read`, {
      cause: error,
    });
  });
  const order = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
  return entries
    .filter((entry) => !entry.isDirectory() && mediaTypeOfName(entry.name)?.kind === 'image')
    .map((entry) => join(entry.parentPath, entry.name))
    .filter(
      (path) =>
        !path
          .slice(folder.length)
          .split(/[/\\]/)
          .some((part) => part.startsWith('.')),
    )
    .sort((a, b) => order.compare(a, b) || (a < b ? -1 : 1));
}

export interface OpenSourceParts {
  readonly logger?: Logger;
  readonly clock?: Clock;
}

/**
 * The source as frames. Nothing is opened before `frames()` is iterated, except to find out what it is. Throws as
 * `classifySource`, and SOURCE_EMPTY for a folder without pictures.
 */
export async function openSource(
  source: string,
  options: CaptureOptions,
  parts: OpenSourceParts = {},
): Promise<FrameSource> {
  const { logger = silentLogger, clock = systemClock } = parts;
  const found = await classifySource(source);
  const common = { label: found.label, options, logger, clock };
  switch (found.kind) {
    case 'image':
      return new ImageSource({ ...common, images: [found.path] });
    case 'folder':
      return new ImageSource({ ...common, images: await imagesOf(found.path, found.label) });
    case 'video': {
      const { FileSource } = await import('./ffmpeg/file-source.ts');
      return new FileSource({ ...common, ...found });
    }
    case 'stream':
    case 'device': {
      const { LiveSource } = await import('./ffmpeg/live-source.ts');
      return new LiveSource({ ...common, input: found });
    }
  }
}

async function imagesOf(folder: string, label: string): Promise<string[]> {
  const images = await listImages(folder);
  if (images.length === 0) throw new VitrineError('SOURCE_EMPTY', `${label} holds no pictures`);
  return images;
}
