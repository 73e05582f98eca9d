import { AV_LOG_QUIET } from 'node-av/constants';
import { FFmpegError, Log, PosixError } from 'node-av/lib';

/**
 * The door to FFmpeg: every other file of this folder imports this one first, so that the library is told to be quiet
 * before it is used. What goes wrong is known by return codes; its own lines would garble stderr.
 */
Log.setLevel(AV_LOG_QUIET);

/** Negative errno values differ between systems; FFmpeg knows its own. */
export const AVERROR_EAGAIN: number = FFmpegError.AVERROR(PosixError.EAGAIN);
export const AVERROR_ENOENT: number = FFmpegError.AVERROR(PosixError.ENOENT);
export const AVERROR_EACCES: number = FFmpegError.AVERROR(PosixError.EACCES);
export const AVERROR_EISDIR: number = FFmpegError.AVERROR(PosixError.EISDIR);
export const AVERROR_ENODEV: number = FFmpegError.AVERROR(PosixError.ENODEV);
export const AVERROR_ENOSPC: number = FFmpegError.AVERROR(PosixError.ENOSPC);

/** FFmpeg's words for an error code, in lower case and on one line. */
export function ffmpegReason(code: number): string {
  return FFmpegError.strerror(code).replaceAll(/\s+/g, ' ').trim().toLowerCase();
}

/** Throws a plain Error where FFmpeg refuses something that only a defect of ours makes it refuse. */
export function mustSucceed(code: number, what: string): number {
  if (code < 0) throw new Error(`${what}: ${ffmpegReason(code)}`);
  return code;
}
