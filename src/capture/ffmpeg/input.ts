import {
  AV_NOPTS_VALUE,
  AVDISCARD_ALL,
  AVERROR_EXIT,
  AVERROR_INVALIDDATA,
  AVFMT_FLAG_NONBLOCK,
  AVMEDIA_TYPE_VIDEO,
} from 'node-av/constants';
import { Codec, CodecContext, Dictionary, type FormatContext, InputFormat, type Stream } from 'node-av/lib';
import { mustSucceed } from './library.ts';

/** What to open, in FFmpeg's terms. */
export interface InputAddress {
  /** `file:…`, `rtsp://…`, `/dev/video0`: with credentials, so never shown. */
  readonly url: string;
  /** Demuxer to use; undefined: found by content. */
  readonly format?: string;
  readonly options: Readonly<Record<string, string | number>>;
  /** Frames in the making at once: more is faster, but each adds a frame of delay. */
  readonly threads: number;
  /** Leave packets out that the demuxer calls damaged; a live decoder does better with what there is. */
  readonly skipDamaged: boolean;
  /** Larger frames are refused, before they are decoded. */
  readonly maxMegapixels: number;
  /** Ask again and again for frames rather than sleep in the driver (devices). */
  readonly nonBlocking: boolean;
}

/** 8K video has 33; decoders hold several frames at once. */
const MAX_VIDEO_MEGAPIXELS = 40;

/** The limit on frames for a limit on pictures. */
export function videoMegapixels(options: { readonly maxMegapixels?: number }): number {
  return Math.min(options.maxMegapixels ?? MAX_VIDEO_MEGAPIXELS, MAX_VIDEO_MEGAPIXELS);
}

/** These give every frame the time of a rate that they assume. */
const WITHOUT_STAMPS: ReadonlySet<string> = new Set(['mpjpeg', 'mjpeg', 'h264', 'hevc', 'image2']);

export interface VideoInfo {
  readonly width: number;
  readonly height: number;
  /** Undefined where the container does not say. */
  readonly frames: number | undefined;
  readonly durationSeconds: number | undefined;
  readonly framesPerSecond: number | undefined;
  /** False where the time stamps are made up. */
  readonly stamped: boolean;
}

type InputStep = 'open' | 'streams' | 'decoder' | 'read';

/** Why opening or reading failed, in FFmpeg's terms. */
export class InputFailure extends Error {
  readonly step: InputStep;
  readonly avCode: number;
  /** The frames' size, where that is the reason. */
  readonly tooLarge: { readonly width: number; readonly height: number } | undefined;

  constructor(
    step: InputStep,
    avCode: number,
    tooLarge?: { readonly width: number; readonly height: number },
  ) {
    super(`${step} ${avCode}`);
    this.step = step;
    this.avCode = avCode;
    this.tooLarge = tooLarge;
  }
}

/** Index of the video stream. */
export async function openDemuxer(
  demuxer: FormatContext,
  address: InputAddress,
  signal: AbortSignal,
): Promise<number> {
  const format = address.format === undefined ? null : InputFormat.findInputFormat(address.format);
  using options = Dictionary.fromObject(address.options);
  demuxer.allocContext();
  if (address.nonBlocking) demuxer.setFlags(AVFMT_FLAG_NONBLOCK);
  const opened = await demuxer.openInput(address.url, format, options);
  if (opened < 0) throw new InputFailure('open', opened);
  if (signal.aborted) throw new InputFailure('open', AVERROR_EXIT);
  refuseTooLarge(demuxer.streams, address);
  // Without options: this version of node-av corrupts memory when it is given any.
  const found = await demuxer.findStreamInfo();
  if (found < 0) throw new InputFailure('streams', found);
  if (demuxer.nbStreams === 0) throw new InputFailure('streams', AVERROR_INVALIDDATA);
  const index = demuxer.findBestStream(AVMEDIA_TYPE_VIDEO);
  if (index < 0) throw new InputFailure('streams', index);
  for (const stream of demuxer.streams) if (stream.index !== index) stream.discard = AVDISCARD_ALL;
  return index;
}

/** Frames beyond the limit are refused by what the container says, before anything is decoded. */
function refuseTooLarge(streams: readonly Stream[], address: InputAddress): void {
  for (const { codecpar } of streams) {
    const { width, height } = codecpar;
    if (width * height > address.maxMegapixels * 1e6) throw new InputFailure('streams', 0, { width, height });
  }
}

export async function openDecoder(stream: Stream, address: InputAddress): Promise<CodecContext> {
  const codec = Codec.findDecoder(stream.codecpar.codecId);
  if (codec === null) throw new InputFailure('decoder', 0);
  refuseTooLarge([stream], address);
  const decoder = new CodecContext();
  decoder.allocContext3(codec);
  mustSucceed(decoder.parametersToContext(stream.codecpar), 'setting up a decoder');
  decoder.pktTimebase = stream.timeBase;
  decoder.threadCount = address.threads;
  // A stream may grow after it has begun.
  using options = Dictionary.fromObject({ max_pixels: Math.floor(address.maxMegapixels * 1e6) });
  const opened = await decoder.open2(codec, options);
  if (opened < 0) {
    decoder.freeContext();
    throw new InputFailure('decoder', opened);
  }
  return decoder;
}

export function describe(demuxer: FormatContext, stream: Stream): VideoInfo {
  const frames = stream.nbFrames > 0n ? Number(stream.nbFrames) : undefined;
  const durationSeconds = knownDuration(demuxer, stream);
  const declared = stream.avgFrameRate.num > 0 ? stream.avgFrameRate.toDouble() : undefined;
  // GIF and other containers without a rate declare a guess; frames over duration is a fact.
  const counted =
    frames !== undefined && durationSeconds !== undefined ? frames / durationSeconds : undefined;
  const { width, height } = stream.codecpar;
  const stamped = !WITHOUT_STAMPS.has(demuxer.iformat?.name ?? '');
  return { width, height, frames, durationSeconds, framesPerSecond: counted ?? declared, stamped };
}

function knownDuration(demuxer: FormatContext, stream: Stream): number | undefined {
  if (stream.duration !== AV_NOPTS_VALUE && stream.duration > 0n) {
    return Number(stream.duration) * stream.timeBase.toDouble();
  }
  // The whole file's duration is that of its longest stream, which may be the sound.
  const alone = demuxer.nbStreams === 1 && demuxer.duration !== AV_NOPTS_VALUE && demuxer.duration > 0n;
  return alone ? Number(demuxer.duration) / 1e6 : undefined;
}
