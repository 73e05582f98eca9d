import {
  AVERROR_DECODER_NOT_FOUND,
  AVERROR_DEMUXER_NOT_FOUND,
  AVERROR_EXIT,
  AVERROR_HTTP_UNAUTHORIZED,
  AVERROR_INVALIDDATA,
  AVERROR_PROTOCOL_NOT_FOUND,
  AVERROR_STREAM_NOT_FOUND,
} from 'node-av/constants';
import { asVitrineError, VitrineError } from '../../core/errors.ts';
import { InputFailure } from './input.ts';
import { AVERROR_EACCES, AVERROR_EISDIR, AVERROR_ENODEV, AVERROR_ENOENT, ffmpegReason } from './library.ts';

export interface FailedFile {
  readonly label: string;
  /** Its first bytes are those of a video. */
  readonly recognised: boolean;
  /** Bytes are missing at its end. */
  readonly cutShort: boolean;
}

/** The failure to open or read a file, in words for its owner. */
export function fileFailure(error: unknown, file: FailedFile): VitrineError {
  if (!(error instanceof InputFailure)) return asVitrineError(error);
  const { label } = file;
  const cause = { cause: error };
  if (error.tooLarge) return tooLarge(error, label);
  if (file.cutShort) return new VitrineError('SOURCE_CORRUPT', `${label} is cut short`, cause);
  switch (error.avCode) {
    case AVERROR_ENOENT:
      return new VitrineError('SOURCE_NOT_FOUND', `${label} does not exist`, cause);
    case AVERROR_EACCES:
    case AVERROR_EISDIR:
      return new VitrineError(
        'SOURCE_UNSUPPORTED',
        `${label} cannot be read: ${ffmpegReason(error.avCode)}`,
        cause,
      );
    case AVERROR_STREAM_NOT_FOUND:
      return new VitrineError('SOURCE_UNSUPPORTED', `${label} has no video in it`, cause);
  }
  if (isUnknownCodec(error)) {
    return new VitrineError(
      'SOURCE_UNSUPPORTED',
      `${label} holds video of a kind that cannot be decoded`,
      cause,
    );
  }
  if (error.step === 'open' && !file.recognised) {
    return new VitrineError('SOURCE_UNSUPPORTED', `${label} is not a video that can be read`, cause);
  }
  const reason =
    error.avCode === AVERROR_INVALIDDATA ? 'its structure is broken' : ffmpegReason(error.avCode);
  return new VitrineError('SOURCE_CORRUPT', `${label} is damaged or cut short: ${reason}`, cause);
}

function tooLarge(error: InputFailure, label: string): VitrineError {
  const { width, height } = error.tooLarge ?? { width: 0, height: 0 };
  const message = `${label} has frames of ${width} × ${height} pixels, more than the limit for video`;
  return new VitrineError('SOURCE_TOO_LARGE', message, { cause: error });
}

function isUnknownCodec(error: InputFailure): boolean {
  if (error.step === 'decoder') return true;
  const codes: readonly number[] = [
    AVERROR_DECODER_NOT_FOUND,
    AVERROR_DEMUXER_NOT_FOUND,
    AVERROR_PROTOCOL_NOT_FOUND,
  ];
  return codes.includes(error.avCode);
}

/** Why a live source could not be opened or read, in a few words without its address. */
export function liveReason(error: unknown): string {
  if (!(error instanceof InputFailure)) return asVitrineError(error).message;
  if (error.avCode === AVERROR_EXIT) return 'no answer in time';
  if (error.avCode === AVERROR_STREAM_NOT_FOUND) return 'no video in it';
  if (error.avCode === AVERROR_HTTP_UNAUTHORIZED) return 'the credentials were refused';
  if (error.avCode === AVERROR_ENODEV) return 'no camera behind it';
  if (error.step === 'decoder') return 'a codec that cannot be decoded';
  return ffmpegReason(error.avCode);
}

/** A live source that never opened: a device that is not there, or anything that cannot be reached. */
export function liveFailure(error: unknown, label: string): VitrineError {
  if (error instanceof VitrineError) return error;
  const cause = { cause: error };
  if (error instanceof InputFailure && error.tooLarge) return tooLarge(error, label);
  if (error instanceof InputFailure && error.avCode === AVERROR_ENOENT) {
    return new VitrineError('SOURCE_NOT_FOUND', `${label} does not exist`, cause);
  }
  return new VitrineError('SOURCE_UNREACHABLE', `${label} cannot be opened: ${liveReason(error)}`, cause);
}
