import { extname, join } from 'node:path';
import { annotateImage } from '../annotation/annotate.ts';
import type { VideoWriter } from '../capture/ffmpeg/writer.ts';
import { encodeJpeg, encodePng } from '../capture/images/encode.ts';
import type { ImageAnalysis, VideoAnalysis } from '../contract/analysis.ts';
import type { Mode } from '../contract/primitives.ts';
import type { Sighting } from '../contract/sighting.ts';
import type { Frame } from '../core/frame.ts';
import { scaleBox } from '../core/geometry.ts';
import type { RgbImage } from '../core/image.ts';
import { sightingsAsCsv } from '../insight/export.ts';
import { renderReport } from '../insight/report/render-report.ts';
import { extractPatch } from '../vision/sampling.ts';
import type { PictureResult } from './analyze-pictures.ts';
import type { SeenFace } from './analyze-video.ts';
import { labelPictureFace, labelSeenFace } from './face-labels.ts';
import { makeFolderFor, ResultNames, writeResults } from './result-files.ts';

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
  readonly common: CommonOutput;
}

/** What the outputs of several sources share. */
export interface CommonOutput {
  readonly names: ResultNames;
  /** Whether printed CSV has had its header. */
  headed: boolean;
}

export function commonOutput(): CommonOutput {
  return { names: new ResultNames(), headed: false };
}

/** Where the results of one source go: what is printed, and the files that were asked for. */
export interface AnalysisOutput {
  readonly wantsFrames: boolean;
  frame(frame: Frame, faces: readonly SeenFace[]): Promise<void>;
  picture(frame: Frame, result: PictureResult): Promise<void>;
  finishVideo(analysis: VideoAnalysis): Promise<void>;
  finishPictures(): Promise<void>;
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
  /** Kept for the report only. */
  readonly #pictures: { readonly analysis: ImageAnalysis; readonly rows: readonly Sighting[] }[] = [];
  #writer: VideoWriter | undefined;
  #startedAt: number | undefined;

  constructor(options: OutputOptions) {
    this.#options = options;
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
    const { annotate: path, out } = this.#options;
    if (out !== undefined) this.#pictures.push({ analysis, rows: sightingsOf(frame, analysis) });
    if (path === undefined) return;
    const image = annotateImage({ image: frame.rgb(), faces: analysis.faces.map(labelPictureFace) });
    const encode = extname(path).toLowerCase() === '.png' ? encodePng : encodeJpeg;
    await writeResults([{ path, content: await encode(image) }]);
  }

  async finishVideo(analysis: VideoAnalysis): Promise<void> {
    await this.#writer?.finish();
    const startedAt = this.#startedAt === undefined ? {} : { startedAt: this.#startedAt };
    const report = () => this.#report({ analysis, ...startedAt, crops: this.#crops });
    await this.#write({
      report,
      json: { ending: '.json', text: `${JSON.stringify(analysis)}\n` },
      rows: analysis.sightings,
    });
  }

  async finishPictures(): Promise<void> {
    const analyses = this.#pictures.map(({ analysis }) => analysis);
    if (analyses.length === 0) return;
    await this.#write({
      report: () => this.#report({ analysis: analyses }),
      json: {
        ending: analyses.length === 1 ? '.json' : '.ndjson',
        text: analyses.map((analysis) => `${JSON.stringify(analysis)}\n`).join(''),
      },
      rows: this.#pictures.flatMap(({ rows }) => rows),
    });
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
    else yield { kind: 'text', text: await this.#csv(sightingsOf(frame, analysis)) };
  }

  #pictureJson({ analysis, faces }: PictureResult): string {
    if (!this.#options.embeddings) return JSON.stringify(analysis);
    const withEmbeddings = faces.map(({ face, embedding }) => ({
      ...face,
      embedding: [...(embedding ?? [])],
    }));
    return JSON.stringify({ ...analysis, faces: withEmbeddings });
  }

  /** The header only before the first row of all. */
  async #csv(rows: readonly Sighting[]): Promise<string> {
    const { common } = this.#options;
    const [header = '', ...body] = await Array.fromAsync(sightingsAsCsv(rows));
    const text = common.headed ? body.join('') : [header, ...body].join('');
    common.headed = true;
    return text;
  }

  async #openWriter(path: string, image: RgbImage): Promise<VideoWriter> {
    const { VideoWriter: Writer } = await import('../capture/ffmpeg/writer.ts');
    const { width, height } = image;
    await makeFolderFor(path);
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

  #report(about: Omit<Parameters<typeof renderReport>[0], 'mode' | 'generatedAt'>): string {
    return renderReport({ ...about, mode: this.#options.mode, generatedAt: Date.now() });
  }

  async #write(results: {
    readonly report: () => string;
    readonly json: { readonly ending: string; readonly text: string };
    readonly rows: readonly Sighting[];
  }): Promise<void> {
    const { out, label, common } = this.#options;
    if (out === undefined) return;
    const path = join(out, common.names.next(label));
    const csv = (await Array.fromAsync(sightingsAsCsv(results.rows))).join('');
    await writeResults([
      { path: `${path}.html`, content: results.report() },
      { path: `${path}${results.json.ending}`, content: results.json.text },
      { path: `${path}.csv`, content: csv },
    ]);
  }
}

/** A picture's faces as sightings. */
function sightingsOf(frame: Frame, { source, faces }: ImageAnalysis): Sighting[] {
  const timestamp = new Date(frame.capturedAt).toISOString();
  return faces.map(({ box, score, age, gender, faceId }, i) => ({
    timestamp,
    age: age.mean,
    gender: gender.label,
    faceId: faceId ?? null,
    camera: source,
    track: `face-${i + 1}`,
    box,
    confidence: score,
  }));
}
