import './library.ts';
import { getFFmpegInfo } from 'node-av/lib';

/** Version of the FFmpeg inside node-av, e.g. `8.0`; importing this file loads its libraries. */
export function ffmpegVersion(): string {
  return getFFmpegInfo().version;
}
