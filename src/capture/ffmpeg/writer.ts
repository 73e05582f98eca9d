import { rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  AV_CODEC_FLAG_GLOBAL_HEADER,
  AV_PIX_FMT_RGB24,
  AV_PIX_FMT_YUV420P,
  AVCOL_PRI_BT709,
  AVCOL_RANGE_MPEG,
  AVCOL_SPC_BT709,
  AVCOL_TRC_BT709,
  AVERROR_EOF,
  type AVPixelFormat,
  FF_ENCODER_LIBX264,
} from 'node-av/constants';
import {
  Frame as AvFrame,
  Codec,
  CodecContext,
  Dictionary,
  FormatContext,
  Packet,
  Rational,
  SoftwareScaleContext,
  type Stream,
} from 'node-av/lib';
import { VitrineError } from '../../core/errors.ts';
import type { RgbImage } from '../../core/image.ts';
import { AVERROR_EAGAIN, AVERROR_ENOSPC, ffmpegReason } from './library.ts';

export interface VideoWriterOptions {
  /** Where the finished MP4 appears; `<path>.part` until then. */
  readonly path: string;
  /** Pixels, at least 2; an odd side is made even by shrinking it by one pixel. */
  readonly width: number;
  readonly height: number;
  /** Used for the frames' times unless `write` is told them. */
  readonly framesPerSecond: number;
  /** Constant rate factor of x264: 0 (lossless) to 51; default 21, hardly told from the original. */
  readonly quality?: number;
}

/** Ticks per second of the time stamps: the customary clock of video, fine enough for any rate. */
const TIME_BASE = 90_000;

interface Encoder {
  readonly codec: CodecContext;
  readonly muxer: FormatContext;
  readonly stream: Stream;
  readonly rgb: AvFrame;
  readonly yuv: AvFrame;
  readonly scaler: SoftwareScaleContext;
  readonly packet: Packet;
}

/**
 * Writes pictures as an H.264 MP4 that plays everywhere (yuv420p, BT.709, index in front). The file appears whole, by
 * `finish`, or not at all. Encoding runs in FFmpeg's threads. Throws VitrineError: OUTPUT_UNWRITABLE, DISK_FULL.
 */
export class VideoWriter {
  readonly #options: VideoWriterOptions;
  readonly #encoder: Encoder;
  #frames = 0;
  #lastStamp = -1;
  #open = true;

  private constructor(options: VideoWriterOptions, encoder: Encoder) {
    this.#options = options;
    this.#encoder = encoder;
  }

  static async open(options: VideoWriterOptions): Promise<VideoWriter> {
    const partial = partialPath(options);
    try {
      return new VideoWriter(options, await openEncoder(options, partial));
    } catch (error) {
      await rm(partial, { force: true });
      throw error;
    }
  }

  /** Frames written so far. */
  get frames(): number {
    return this.#frames;
  }

  /** Appends a picture of the size given to `open`, at `time` seconds (growing), by default one frame on. */
  async write(image: RgbImage, time = this.#frames / this.#options.framesPerSecond): Promise<void> {
    const { width, height } = this.#options;
    if (!this.#open) throw new VitrineError('INTERNAL', 'A video was written to after it was finished');
    if (image.width !== width || image.height !== height) {
      throw new VitrineError(
        'INTERNAL',
        `A ${image.width} × ${image.height} picture for a ${width} × ${height} video`,
      );
    }
    const { rgb, yuv, scaler, codec } = this.#encoder;
    this.#check(yuv.makeWritable());
    fillRows(rgb, image);
    this.#check(await scaler.scaleFrame(yuv, rgb));
    this.#lastStamp = Math.max(this.#lastStamp + 1, Math.round(time * TIME_BASE));
    yuv.pts = BigInt(this.#lastStamp);
    this.#check(await codec.sendFrame(yuv));
    await this.#writePackets();
    this.#frames++;
  }

  /** Completes the file and gives it its name. A video without a frame is an error (OUTPUT_UNWRITABLE). */
  async finish(): Promise<void> {
    if (!this.#open) return;
    try {
      if (this.#frames === 0)
        throw new VitrineError('OUTPUT_UNWRITABLE', `${this.#options.path} would have no frame`);
      this.#check(await this.#encoder.codec.sendFrame(null));
      await this.#writePackets();
      this.#check(await this.#encoder.muxer.writeTrailer());
      await this.#release();
      await rename(partialPath(this.#options), this.#options.path);
    } catch (error) {
      await this.abort();
      throw error instanceof VitrineError ? error : unwritable(this.#options.path, error);
    }
  }

  /** Gives up: nothing is left on the disk. Harmless after `finish`. */
  async abort(): Promise<void> {
    await this.#release();
    await rm(partialPath(this.#options), { force: true });
  }

  async #writePackets(): Promise<void> {
    const { codec, muxer, packet, stream } = this.#encoder;
    for (;;) {
      const code = codec.receivePacketSync(packet);
      if (code === AVERROR_EAGAIN || code === AVERROR_EOF) return;
      this.#check(code);
      packet.streamIndex = 0;
      packet.rescaleTs({ num: 1, den: TIME_BASE }, stream.timeBase);
      this.#check(await muxer.interleavedWriteFrame(packet));
      packet.unref();
    }
  }

  async #release(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await releaseEncoder(this.#encoder);
  }

  #check(code: number): void {
    if (code < 0) throw writeFailure(this.#options.path, code);
  }
}

function partialPath(options: VideoWriterOptions): string {
  return `${resolve(options.path)}.part`;
}

async function openEncoder(options: VideoWriterOptions, partial: string): Promise<Encoder> {
  const width = options.width - (options.width % 2);
  const height = options.height - (options.height % 2);
  const codec = await openCodec({ width, height, options });
  const muxer = new FormatContext();
  const encoder: Encoder = {
    codec,
    muxer,
    stream: openStream(muxer, codec, partial),
    rgb: allocate({ width: options.width, height: options.height, format: AV_PIX_FMT_RGB24 }),
    yuv: allocate({ width, height, format: AV_PIX_FMT_YUV420P }),
    scaler: new SoftwareScaleContext(),
    packet: new Packet(),
  };
  encoder.scaler.allocContext();
  encoder.packet.alloc();
  const opened = await muxer.openOutput();
  using movOptions = Dictionary.fromObject({ movflags: '+faststart' });
  const written = opened < 0 ? opened : await muxer.writeHeader(movOptions);
  if (written < 0) {
    await releaseEncoder(encoder);
    throw writeFailure(options.path, written);
  }
  return encoder;
}

async function openCodec(setup: {
  readonly width: number;
  readonly height: number;
  readonly options: VideoWriterOptions;
}): Promise<CodecContext> {
  const { framesPerSecond, quality = 21, path } = setup.options;
  const encoder = Codec.findEncoderByName(FF_ENCODER_LIBX264);
  if (encoder === null)
    throw new VitrineError('OUTPUT_UNWRITABLE', `${path}: this FFmpeg cannot encode H.264`);
  const codec = new CodecContext();
  codec.allocContext3(encoder);
  codec.width = setup.width;
  codec.height = setup.height;
  codec.pixelFormat = AV_PIX_FMT_YUV420P;
  codec.timeBase = new Rational(1, TIME_BASE);
  codec.framerate = new Rational(Math.round(framesPerSecond * 1000), 1000);
  codec.gopSize = Math.max(1, Math.round(framesPerSecond * 2)); // two seconds between places to jump to
  codec.colorSpace = AVCOL_SPC_BT709;
  codec.colorRange = AVCOL_RANGE_MPEG;
  codec.colorPrimaries = AVCOL_PRI_BT709;
  codec.colorTrc = AVCOL_TRC_BT709;
  codec.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER);
  using options = Dictionary.fromObject({ preset: 'veryfast', crf: quality });
  const opened = await codec.open2(encoder, options);
  if (opened >= 0) return codec;
  codec.freeContext();
  throw writeFailure(path, opened);
}

function openStream(muxer: FormatContext, codec: CodecContext, partial: string): Stream {
  muxer.allocOutputContext2(null, 'mp4', `file:${partial}`);
  const stream = muxer.newStream();
  codec.parametersFromContext(stream.codecpar);
  stream.timeBase = codec.timeBase;
  stream.avgFrameRate = codec.framerate;
  return stream;
}

function allocate(shape: { width: number; height: number; format: AVPixelFormat }): AvFrame {
  const frame = new AvFrame();
  frame.alloc();
  frame.width = shape.width;
  frame.height = shape.height;
  frame.format = shape.format;
  if (shape.format === AV_PIX_FMT_YUV420P) {
    frame.colorSpace = AVCOL_SPC_BT709;
    frame.colorRange = AVCOL_RANGE_MPEG;
  }
  frame.allocBuffer();
  return frame;
}

function fillRows(frame: AvFrame, image: RgbImage): void {
  const plane = frame.data?.[0];
  const stride = frame.linesize[0] ?? 0;
  const row = image.width * 3;
  for (let y = 0; y < image.height; y++) plane?.set(image.data.subarray(y * row, (y + 1) * row), y * stride);
}

async function releaseEncoder(encoder: Encoder): Promise<void> {
  encoder.codec.freeContext();
  encoder.rgb.free();
  encoder.yuv.free();
  encoder.scaler.freeContext();
  encoder.packet.free();
  await encoder.muxer.closeOutput();
  encoder.muxer.freeContext();
}

function writeFailure(path: string, code: number): VitrineError {
  if (code === AVERROR_ENOSPC)
    return new VitrineError('DISK_FULL', `${path} cannot be written: the disk is full`);
  return new VitrineError('OUTPUT_UNWRITABLE', `${path} cannot be written: ${ffmpegReason(code)}`);
}

function unwritable(path: string, error: unknown): VitrineError {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC') return new VitrineError('DISK_FULL', `${path} cannot be written: the disk is full`);
  return new VitrineError('OUTPUT_UNWRITABLE', `${path} cannot be written (${code ?? 'unknown reason'})`, {
    cause: error,
  });
}
