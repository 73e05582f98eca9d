import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AVERROR_EOF } from 'node-av/constants';
import { FormatContext, Packet, Rational, type Stream } from 'node-av/lib';
import { type BenchClip, benchFolder } from './clips.ts';

/** Ticks per second of the long clip, the same as in the clips that are made here. */
const TIME_BASE = 90_000;

/** The clip `times` times in a row as one file; packets are copied, nothing is encoded again. */
export async function repeatClip(clip: BenchClip, times: number): Promise<BenchClip> {
  if (times <= 1) return clip;
  const path = join(benchFolder, `${basename(clip.path, '.mp4')}-times-${times}.mp4`);
  const long = { ...clip, path, seconds: clip.seconds * times };
  if (await isNewer(path, clip.path)) return long;
  await mkdir(benchFolder, { recursive: true });
  const partial = `${path}.part`;
  const target = new FormatContext();
  try {
    const stream = await openTarget(target, partial, clip.path);
    for (let i = 0; i < times; i++)
      await copyPackets({ from: clip.path, target, stream, shift: i * clip.seconds });
    check(await target.writeTrailer(), 'finish');
    await target.closeOutput();
    await rename(partial, path);
  } finally {
    target.freeContext();
    await rm(partial, { force: true });
  }
  return long;
}

async function isNewer(path: string, than: string): Promise<boolean> {
  const times = await Promise.all([path, than].map((file) => stat(file).catch(() => undefined)));
  return times[0] !== undefined && times[1] !== undefined && times[0].mtimeMs > times[1].mtimeMs;
}

async function openTarget(target: FormatContext, path: string, like: string): Promise<Stream> {
  await using source = await openVideo(like);
  check(target.allocOutputContext2(null, 'mp4', `file:${path}`), 'open');
  const stream = target.newStream();
  check(source.stream.codecpar.copy(stream.codecpar), 'describe');
  stream.timeBase = new Rational(1, TIME_BASE);
  stream.avgFrameRate = source.stream.avgFrameRate;
  check(await target.openOutput(), 'open');
  check(await target.writeHeader(), 'begin');
  return stream;
}

async function openVideo(path: string) {
  const demuxer = new FormatContext();
  check(await demuxer.openInput(`file:${path}`), 'open');
  check(await demuxer.findStreamInfo(), 'read');
  const stream = demuxer.streams[0];
  if (stream === undefined) throw new Error(`${path} has no video`);
  return { demuxer, stream, [Symbol.asyncDispose]: () => demuxer.closeInput() };
}

async function copyPackets(options: {
  readonly from: string;
  readonly target: FormatContext;
  readonly stream: Stream;
  /** Seconds. */
  readonly shift: number;
}): Promise<void> {
  const { from, target, stream, shift } = options;
  await using source = await openVideo(from);
  using packet = new Packet();
  packet.alloc();
  const ticks = BigInt(Math.round(shift * TIME_BASE));
  for (;;) {
    const code = await source.demuxer.readFrame(packet);
    if (code === AVERROR_EOF) return;
    check(code, 'read');
    packet.rescaleTs(source.stream.timeBase, { num: 1, den: TIME_BASE });
    packet.pts += ticks;
    packet.dts += ticks;
    packet.rescaleTs({ num: 1, den: TIME_BASE }, stream.timeBase);
    packet.streamIndex = stream.index;
    check(await target.interleavedWriteFrame(packet), 'write');
    packet.unref();
  }
}

function check(code: number, what: string): void {
  if (code < 0) throw new Error(`the long clip: cannot ${what} (FFmpeg ${code})`);
}
