import { setTimeout as delay } from 'node:timers/promises';
import {
  AV_FRAME_FLAG_CORRUPT,
  AV_NOPTS_VALUE,
  AV_PKT_FLAG_CORRUPT,
  AVERROR_EOF,
  AVERROR_EXIT,
} from 'node-av/constants';
import { Frame as AvFrame, type CodecContext, FormatContext, Packet, type Stream } from 'node-av/lib';
import {
  describe,
  type InputAddress,
  InputFailure,
  openDecoder,
  openDemuxer,
  type VideoInfo,
} from './input.ts';
import { AVERROR_EAGAIN } from './library.ts';

/** Between two questions to a non-blocking device, milliseconds. */
const POLL_MS = 4;

export interface DecodedPicture {
  readonly picture: AvFrame;
  /** Seconds on the source's own time line; undefined where it has none. */
  readonly time: number | undefined;
}

/** An opened video: demuxer and decoder. All work happens in libuv's and FFmpeg's threads. */
export class VideoDecoder {
  readonly #demuxer: FormatContext;
  readonly #decoder: CodecContext;
  readonly #stream: Stream;
  readonly #streamIndex: number;
  readonly #timeBase: number;
  readonly #address: InputAddress;
  readonly info: VideoInfo;
  #packets = 0;
  #damaged = 0;
  #lastDamaged = false;
  #lastEnd = 0;
  #decodeMs = 0;
  #reading: Promise<unknown> | undefined;

  private constructor(parts: {
    demuxer: FormatContext;
    decoder: CodecContext;
    streamIndex: number;
    stream: Stream;
    address: InputAddress;
  }) {
    this.#demuxer = parts.demuxer;
    this.#decoder = parts.decoder;
    this.#stream = parts.stream;
    this.#streamIndex = parts.streamIndex;
    this.#address = parts.address;
    this.#timeBase = parts.stream.timeBase.toDouble();
    this.info = describe(parts.demuxer, parts.stream);
  }

  /** Throws InputFailure. An aborted `signal` interrupts the opening (code AVERROR_EXIT). */
  static async open(address: InputAddress, signal: AbortSignal): Promise<VideoDecoder> {
    if (signal.aborted) throw new InputFailure('open', AVERROR_EXIT);
    const demuxer = new FormatContext();
    const interrupt = () => demuxer.interrupt();
    signal.addEventListener('abort', interrupt);
    try {
      const streamIndex = await openDemuxer(demuxer, address, signal);
      const stream = demuxer.streams[streamIndex] as Stream;
      const decoder = await openDecoder(stream, address);
      return new VideoDecoder({ demuxer, decoder, streamIndex, stream, address });
    } catch (error) {
      await demuxer.closeInput();
      // Interrupted, protocols report what they were missing at that moment.
      if (signal.aborted && error instanceof InputFailure) throw new InputFailure(error.step, AVERROR_EXIT);
      throw error;
    } finally {
      signal.removeEventListener('abort', interrupt);
    }
  }

  /** Packets of the video stream that were read. */
  get packets(): number {
    return this.#packets;
  }

  /** Packets and frames that could not be decoded. */
  get damaged(): number {
    return this.#damaged;
  }

  /** Time in the decoder (and waiting for this thread to look), milliseconds. */
  get decodeMs(): number {
    return this.#decodeMs;
  }

  /** True if the container promises clearly more than was read until its end. */
  get endedEarly(): boolean {
    const { frames, durationSeconds } = this.info;
    if (this.#lastDamaged) return true;
    if (frames !== undefined) return frames - this.#packets > Math.max(1, frames * 0.02);
    return (
      durationSeconds !== undefined && durationSeconds - this.#lastEnd > Math.max(1, durationSeconds * 0.02)
    );
  }

  /** Told of every packet of the video, whether or not a picture comes of it. */
  onPacket: () => void = () => {};

  /** Makes a waiting `pictures()` fail soon with AVERROR_EXIT; harmless otherwise. */
  interrupt(): void {
    this.#demuxer.interrupt();
  }

  /**
   * Decoded pictures in order of showing; whoever iterates frees each. Damaged ones are left out and counted.
   * Ends at the end of the source; throws InputFailure where reading fails.
   */
  async *pictures(): AsyncGenerator<DecodedPicture, void, undefined> {
    for await (const packet of this.#readAhead()) {
      const from = performance.now();
      const sent = await this.#decoder.sendPacket(packet);
      this.#decodeMs += performance.now() - from;
      packet.free();
      if (sent < 0) this.#damaged++;
      yield* this.#received();
    }
    await this.#decoder.sendPacket(null);
    yield* this.#drained();
  }

  async close(): Promise<void> {
    this.#demuxer.interrupt();
    await this.#reading?.catch(() => {});
    this.#decoder.freeContext();
    await this.#demuxer.closeInput();
  }

  /** The next packet is being read while one is decoded. */
  async *#readAhead(): AsyncGenerator<Packet, void, undefined> {
    let next = this.#readPacket();
    try {
      for (;;) {
        const packet = await next;
        if (packet === undefined) return;
        next = this.#readPacket();
        yield packet;
      }
    } finally {
      // Reached early when the iteration is given up: the packet in flight is still ours.
      (await next.catch(() => undefined))?.free();
    }
  }

  #readPacket(): Promise<Packet | undefined> {
    const reading = this.#nextVideoPacket();
    reading.catch(() => {});
    this.#reading = reading;
    return reading;
  }

  async #nextVideoPacket(): Promise<Packet | undefined> {
    const packet = new Packet();
    packet.alloc();
    for (;;) {
      const code = await this.#demuxer.readFrame(packet);
      if (code >= 0 && packet.streamIndex === this.#streamIndex && this.#accept(packet)) return packet;
      packet.unref();
      if (code >= 0) continue;
      if (code === AVERROR_EAGAIN && this.#address.nonBlocking) {
        await delay(POLL_MS);
        continue;
      }
      packet.free();
      if (code === AVERROR_EOF) return undefined;
      throw new InputFailure('read', code);
    }
  }

  #accept(packet: Packet): boolean {
    this.#packets++;
    this.onPacket();
    this.#lastDamaged = this.#address.skipDamaged && (packet.flags & AV_PKT_FLAG_CORRUPT) !== 0;
    if (packet.pts !== AV_NOPTS_VALUE) {
      const start = this.#stream.startTime === AV_NOPTS_VALUE ? 0n : this.#stream.startTime;
      this.#lastEnd = Math.max(this.#lastEnd, Number(packet.pts - start + packet.duration) * this.#timeBase);
    }
    if (this.#lastDamaged) this.#damaged++;
    return !this.#lastDamaged;
  }

  /** What `sendPacket` has finished; never waits for the decoder. */
  *#received(): Generator<DecodedPicture, void, undefined> {
    for (;;) {
      const picture = new AvFrame();
      picture.alloc();
      const code = this.#decoder.receiveFrameSync(picture);
      if (code >= 0) {
        const good = this.#checked(picture);
        if (good !== undefined) yield good;
        continue;
      }
      picture.free();
      if (code === AVERROR_EAGAIN || code === AVERROR_EOF) return;
      this.#damaged++;
      return;
    }
  }

  /** The frames still in the making at the end of the source. */
  async *#drained(): AsyncGenerator<DecodedPicture, void, undefined> {
    // A decoder that keeps failing would never say that it is finished.
    for (let failures = 0; failures < 100; ) {
      const picture = new AvFrame();
      picture.alloc();
      const code = await this.#decoder.receiveFrame(picture);
      if (code >= 0) {
        const good = this.#checked(picture);
        if (good !== undefined) yield good;
        continue;
      }
      picture.free();
      if (code === AVERROR_EOF || code === AVERROR_EAGAIN) return;
      failures++;
      this.#damaged++;
    }
  }

  #checked(picture: AvFrame): DecodedPicture | undefined {
    const damaged = (picture.flags & AV_FRAME_FLAG_CORRUPT) !== 0 || picture.decodeErrorFlags !== 0;
    if (damaged || picture.width < 1 || picture.height < 1) {
      this.#damaged++;
      picture.free();
      return undefined;
    }
    const stamp = picture.bestEffortTimestamp;
    return { picture, time: stamp === AV_NOPTS_VALUE ? undefined : Number(stamp) * this.#timeBase };
  }
}
