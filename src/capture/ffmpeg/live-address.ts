import { VitrineError } from '../../core/errors.ts';
import { type InputAddress, videoMegapixels } from './input.ts';

/** A network stream or a device, with its credentials. */
export type LiveInput =
  | { readonly kind: 'stream'; readonly url: string }
  | { readonly kind: 'device'; readonly path: string };

/** What a stream may open: never a local file, whatever a playlist or redirection asks for. */
const NETWORK_PROTOCOLS =
  'rtsp,rtsps,rtp,rtmp,rtmps,srt,udp,tcp,tls,http,https,httpproxy,hls,crypto,data,srtp';

const SCHEMES: ReadonlySet<string> = new Set([
  'rtsp',
  'rtsps',
  'http',
  'https',
  'rtmp',
  'rtmps',
  'srt',
  'udp',
  'tcp',
]);

/** Enough to know codec and size; the defaults (5 s, 5 MB, 20 frames for the rate) would hold the first frame back by seconds. */
const PROBING = { analyzeduration: 1_500_000, probesize: 1_500_000, fpsprobesize: 0 } as const;

/**
 * Ways to open a live source, best first; the next is tried where one is refused. Throws SOURCE_UNSUPPORTED for an
 * address of another kind.
 */
export function liveAddresses(input: LiveInput, label: string): readonly InputAddress[] {
  return input.kind === 'device' ? deviceAddresses(input.path) : [streamAddress(input.url, label)];
}

function streamAddress(url: string, label: string): InputAddress {
  const scheme = url.slice(0, url.indexOf(':')).toLowerCase();
  if (!SCHEMES.has(scheme)) {
    throw new VitrineError(
      'SOURCE_UNSUPPORTED',
      `${label}: addresses of the kind ${scheme}:// cannot be opened`,
    );
  }
  const rtsp = scheme === 'rtsp' || scheme === 'rtsps';
  return {
    url,
    options: {
      ...PROBING,
      protocol_whitelist: NETWORK_PROTOCOLS,
      // UDP loses packets without a word, which damages frames.
      ...(rtsp && { rtsp_transport: 'tcp' }),
    },
    ...LIVE_DECODING,
  };
}

/** One frame in the making: each more would add a frame's time of delay. Damaged frames are judged after decoding. */
const LIVE_DECODING = {
  threads: 1,
  skipDamaged: false,
  nonBlocking: false,
  maxMegapixels: videoMegapixels({}),
} as const;

/**
 * V4L2 takes the nearest size and rate that the camera has. Motion JPEG first: over USB 2, raw video of that size comes
 * at a few frames a second. Non-blocking, so that a camera that goes silent does not hold a thread for ever.
 */
function deviceAddresses(path: string): readonly InputAddress[] {
  const size = { video_size: '1280x720' };
  const ways = [{ ...size, input_format: 'mjpeg' }, size, {}];
  return ways.map((way) => ({
    url: path,
    format: 'v4l2',
    options: { ...PROBING, ...way },
    ...LIVE_DECODING,
    nonBlocking: true,
  }));
}
