import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { annotateImage } from '../annotation/annotate.ts';
import type { VideoWriter } from '../capture/ffmpeg/writer.ts';
import { encodeJpeg, encodePng } from '../capture/images/encode.ts';
import type { ImageAnalysis, VideoAnalysis } from '../contract/analysis.ts';
import type { Mode } from '../contract/primitives.ts';
import type { Sighting } from '../contract/sighting.ts';
import { VitrineError } from '../core/errors.ts';
import type { Frame } from '../core/frame.ts';
import { scaleBox } from '../core/geometry.ts';
import type { RgbImage } from '../core/image.ts';
import { sightingsAsCsv } from '../insight/export.ts';
import { renderReport } from '../insight/report/render-report.ts';
import { extractPatch } from '../vision/sampling.ts';
import type { PictureResult } from './analyze-pictures.ts';
import type { SeenFace } from './analyze-video.ts';
import { labelPictureFace, labelSeenFace } from './face-labels.ts';

export type AnalyzeResult =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'video'; readonly analysis: VideoAnalysis }
  | { readonly kind: 'picture'; readonly analysis: ImageAnalysis };

export interface OutputOptions {
  readonly label: string;
  readonly mode: Mode;
  readonly out: string | undefined;
  readonly annotate: string | undefined;
  readonly crops: boolean;
  readonly embeddings: boolean;
  readonly format: 'json' | 'csv' | 'none';
  /** Whether printed CSV begins with its header: once, before the first source. */
  readonly header: boolean;
}

/** Where the results of one source go: what is printed, and the files that were asked for. */
export interface AnalysisOutput {
  readonly wantsFrames: boolean;
  frame(frame: Frame, faces: readonly SeenFace[]): Promise<void>;
  picture(frame: Frame, result: PictureResult): Promise<void>;
  finishVideo(analysis: VideoAnalysis): Promise<void>;
  finishPictures(analyses: readonly ImageAnalysis[]): Promise<void>;
  videoResult(analysis: VideoAnalysis): AsyncGenerator<AnalyzeResult, void, undefined>;
  pictureResult(frame: Frame, result: PictureResult): AsyncGenerator<AnalyzeResult, void, undefined>;
  /** Leaves no half-written file. */
  abort(): Promise<void>;
}

export function openOutput(options: OutputOptions): AnalysisOutput {
  return new FileOutput(options);
}

/** Width of the thumbnails in the report, and the part of the picture they show, in widths of the face. */
const CROP_DETAIL = 96;
const CROP_FIELD = 1.6;
const VIDEO_RATE = 25;

class FileOutput implements AnalysisOutput {
  readonly #options: OutputOptions;
  readonly #crops = new Map<string, Uint8Array>();
  #writer: VideoWriter | undefined;
  #startedAt: number | undefined;
  #headerDue: boolean;

  constructor(options: OutputOptions) {
    this.#options = options;
    this.#headerDue = options.header;
  }

  get wantsFrames(): boolean {
    const { annotate, out, crops } = this.#options;
    return annotate !== undefined || out !== undefined || crops;
  }

  async frame(frame: Frame, faces: readonly SeenFace[]): Promise<void> {
    this.#startedAt ??= frame.capturedAt - frame.mediaTime * 1000;
    if (this.#options.crops) await this.#keepCrops(frame, faces);
    if (this.#options.annotate === undefined) return;
    const image = annotateImage({ image: frame.rgb(), faces: faces.map(labelSeenFace) });
    this.#writer ??= await this.#openWriter(this.#options.annotate, image);
    await this.#writer.write(image, frame.mediaTime);
  }

  async picture(frame: Frame, { analysis }: PictureResult): Promise<void> {
    const path = this.#options.annotate;
    if (path === undefined) return;
    const image = annotateImage({ image: frame.rgb(), faces: analysis.faces.map(labelPictureFace) });
    await writeWhole(
      path,
      extname(path).toLowerCase() === '.png' ? await encodePng(image) : await encodeJpeg(image),
    );
  }

  async finishVideo(analysis: VideoAnalysis): Promise<void> {
    await this.#writer?.finish();
    await this.#report(analysis, analysis.sightings);
  }

  async finishPictures(analyses: readonly ImageAnalysis[]): Promise<void> {
    await this.#report(analyses, []);
  }

  async abort(): Promise<void> {
    await this.#writer?.abort();
  }

  async *videoResult(analysis: VideoAnalysis): AsyncGenerator<AnalyzeResult, void, undefined> {
    const { format } = this.#options;
    if (format === 'none') yield { kind: 'video', analysis };
    else if (format === 'json') yield { kind: 'text', text: `${JSON.stringify(analysis)}\n` };
    else yield { kind: 'text', text: await this.#csv(analysis.sightings) };
  }

  async *pictureResult(frame: Frame, result: PictureResult): AsyncGenerator<AnalyzeResult, void, undefined> {
    const { format } = this.#options;
    const { analysis } = result;
    if (format === 'none') yield { kind: 'picture', analysis };
    else if (format === 'json') yield { kind: 'text', text: `${this.#pictureJson(result)}\n` };
    else yield { kind: 'text', text: await this.#pictureCsv(frame, analysis) };
  }

  #pictureJson({ analysis, faces }: PictureResult): string {
    if (!this.#options.embeddings) return JSON.stringify(analysis);
    const withEmbeddings = faces.map(({ face, embedding }) => ({
      ...face,
      embedding: [...(embedding ?? [])],
    }));
    return JSON.stringify({ ...analysis, faces: withEmbeddings });
  }

  /** A picture's faces as sightings. */
  async #pictureCsv(frame: Frame, analysis: ImageAnalysis): Promise<string> {
    const rows = analysis.faces.map((face, i): Sighting => {
      const { box, score, age, gender, faceId } = face;
      return {
        timestamp: new Date(frame.capturedAt).toISOString(),
        age: age.mean,
        gender: gender.label,
        faceId: faceId ?? null,
        camera: analysis.source,
        track: `face-${i + 1}`,
        box,
        confidence: score,
      };
    });
    return this.#csv(rows);
  }

  /** The header only before the first row of all. */
  async #csv(rows: readonly Sighting[]): Promise<string> {
    const [header = '', ...body] = await Array.fromAsync(sightingsAsCsv(rows));
    const text = this.#headerDue ? [header, ...body].join('') : body.join('');
    this.#headerDue = false;
    return text;
  }

  async #openWriter(path: string, image: RgbImage): Promise<VideoWriter> {
    const { VideoWriter: Writer } = await import('../capture/ffmpeg/writer.ts');
    const { width, height } = image;
    return Writer.open({ path, width, height, framesPerSecond: VIDEO_RATE });
  }

  async #keepCrops(frame: Frame, faces: readonly SeenFace[]): Promise<void> {
    for (const { update, resolution } of faces) {
      const faceId = resolution?.faceId;
      if (faceId === undefined || this.#crops.has(faceId)) continue;
      const { image } = extractPatch(frame.rgb(), scaleBox(update.box, CROP_FIELD), CROP_DETAIL);
      this.#crops.set(faceId, await encodeJpeg(image));
    }
  }

  async #report(
    analysis: VideoAnalysis | readonly ImageAnalysis[],
    sightings: readonly Sighting[],
  ): Promise<void> {
    const { out, label, mode } = this.#options;
    if (out === undefined) return;
    const file = (ending: string) => join(out, `${fileName(label)}${ending}`);
    const startedAt = this.#startedAt === undefined ? {} : { startedAt: this.#startedAt };
    const common = { mode, generatedAt: Date.now(), ...startedAt, crops: this.#crops };
    await writeWhole(file('.html'), renderReport({ analysis, ...common }));
    if (Array.isArray(analysis)) {
      await writeWhole(file('.ndjson'), analysis.map((picture) => `${JSON.stringify(picture)}\n`).join(''));
      return;
    }
    await writeWhole(file('.json'), `${JSON.stringify(analysis)}\n`);
    await writeWhole(file('.csv'), (await Array.fromAsync(sightingsAsCsv(sightings))).join(''));
  }
}

/** The label's last part, of harmless characters only. */
function fileName(label: string): string {
  return (
    basename(label)
      .replaceAll(/[^\w.-]+/g, '_')
      .replace(/^\.+/, '') || 'analysis'
  );
}

/** The file appears whole or not at all. Throws OUTPUT_UNWRITABLE, DISK_FULL. */
async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const partial = `${path}.part`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(partial, content);
    await rename(partial, path);
  } catch (cause) {
    await rm(partial, { force: true }).catch(() => {});
    const full = (cause as NodeJS.ErrnoException).code === 'ENOSPC';
    const message = full ? `${path} does not fit on the disk` : `${path} cannot be written`;
    throw new VitrineError(full ? 'DISK_FULL' : 'OUTPUT_UNWRITABLE', message, { cause });
  }
}
