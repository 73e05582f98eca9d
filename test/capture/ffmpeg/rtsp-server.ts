import { readFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { after } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * A small RTSP camera (RFC 2326) that sends the H.264 of an MP4 of ours as RTP (RFC 6184) in the TCP connection of the
 * control channel. It asks for a password if it is given one.
 */
export interface RtspCameraOptions {
  readonly clip: string;
  /** `user:password`. */
  readonly credentials?: string;
  /** What each connection does after so many frames; the last one is repeated. Default: the clip over and over. */
  readonly script?: readonly { readonly frames: number; readonly ending: 'silence' | 'cut' | 'teardown' }[];
  readonly framesPerSecond?: number;
  /** The frame with which each connection begins; only the clip's first one can be decoded by itself. */
  readonly joinAt?: number;
}

interface Sample {
  /** NAL units of one picture. */
  readonly units: readonly Uint8Array[];
  /** Seconds at which it is shown. */
  readonly shownAt: number;
}

interface Film {
  readonly parameterSets: readonly Uint8Array[];
  readonly samples: readonly Sample[];
}

export async function startRtspCamera(
  options: RtspCameraOptions,
): Promise<{ url: string; connections(): number }> {
  const film = parseClip(await readFile(options.clip));
  let connections = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const turn = connections++;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    serve(socket, { film, options, turn });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const credentials =
    options.credentials === undefined
      ? ''
      : `${options.credentials.split(':').map(encodeURIComponent).join(':')}@`;
  const { port } = server.address() as AddressInfo;
  return { url: `rtsp://${credentials}127.0.0.1:${port}/live`, connections: () => connections };
}

interface Session {
  readonly film: Film;
  readonly options: RtspCameraOptions;
  readonly turn: number;
}

function serve(socket: Socket, session: Session): void {
  let received = '';
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1');
    for (let end = received.indexOf('\r\n\r\n'); end >= 0; end = received.indexOf('\r\n\r\n')) {
      const request = received.slice(0, end);
      received = received.slice(end + 4);
      // Reports of the receiver, in frames that begin with a dollar sign, are of no interest.
      const start = request.search(/(OPTIONS|DESCRIBE|SETUP|PLAY|TEARDOWN|GET_PARAMETER) /);
      if (start >= 0) answer(socket, request.slice(start), session);
    }
  });
}

function answer(socket: Socket, request: string, { film, options, turn }: Session): void {
  const method = request.split(' ', 1)[0];
  const sequence = /CSeq: *(\d+)/i.exec(request)?.[1] ?? '0';
  const reply = (status: string, headers: readonly string[] = [], body = '') =>
    socket.write([`RTSP/1.0 ${status}`, `CSeq: ${sequence}`, ...headers, '', body].join('\r\n'));
  const expected = options.credentials && `Basic ${Buffer.from(options.credentials).toString('base64')}`;
  if (expected && /Authorization: *(.*)/i.exec(request)?.[1] !== expected) {
    reply('401 Unauthorized', ['WWW-Authenticate: Basic realm="camera"']);
  } else if (method === 'DESCRIBE') {
    const sdp = describe(film);
    reply('200 OK', ['Content-Type: application/sdp', `Content-Length: ${sdp.length}`], sdp);
  } else if (method === 'SETUP') {
    reply('200 OK', ['Transport: RTP/AVP/TCP;unicast;interleaved=0-1', 'Session: 7;timeout=60']);
  } else if (method === 'PLAY') {
    reply('200 OK', ['Session: 7']);
    play(socket, { film, options, turn }).catch(() => socket.destroy());
  } else {
    reply('200 OK', ['Session: 7', 'Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN']);
  }
}

function describe({ parameterSets }: Film): string {
  const sets = parameterSets.map((set) => Buffer.from(set).toString('base64')).join(',');
  return [
    'v=0',
    'o=- 0 0 IN IP4 127.0.0.1',
    's=camera',
    'c=IN IP4 0.0.0.0',
    't=0 0',
    'm=video 0 RTP/AVP 96',
    'a=rtpmap:96 H264/90000',
    `a=fmtp:96 packetization-mode=1;sprop-parameter-sets=${sets}`,
    'a=control:track1',
    '',
  ].join('\r\n');
}

async function play(socket: Socket, { film, options, turn }: Session): Promise<void> {
  const { script = [], framesPerSecond = 25, joinAt = 0 } = options;
  const plan = script[Math.min(turn, script.length - 1)];
  const { samples } = film;
  const length = samples.length / framesPerSecond;
  const packer = new RtpPacker(socket);
  for (let i = joinAt; i < joinAt + (plan?.frames ?? Number.POSITIVE_INFINITY) && !socket.destroyed; i++) {
    const sample = samples[i % samples.length] as Sample;
    packer.send(sample.units, Math.floor(i / samples.length) * length + sample.shownAt);
    await delay(1000 / framesPerSecond);
  }
  if (plan?.ending === 'cut') socket.destroy();
  if (plan?.ending === 'teardown') socket.end();
}

const PAYLOAD = 1300;

class RtpPacker {
  readonly #socket: Socket;
  #sequence = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  send(units: readonly Uint8Array[], seconds: number): void {
    for (const [i, unit] of units.entries()) {
      const last = i === units.length - 1;
      const pieces = unit.length <= PAYLOAD ? [unit] : fragments(unit);
      for (const [k, piece] of pieces.entries()) {
        this.#packet(piece, { seconds, marker: last && k === pieces.length - 1 });
      }
    }
  }

  #packet(payload: Uint8Array, { seconds, marker }: { seconds: number; marker: boolean }): void {
    const packet = Buffer.alloc(16 + payload.length);
    packet.write('$', 0, 'latin1');
    packet.writeUInt16BE(12 + payload.length, 2);
    packet[4] = 0x80;
    packet[5] = 96 | (marker ? 0x80 : 0);
    packet.writeUInt16BE(this.#sequence++ & 0xffff, 6);
    packet.writeUInt32BE(Math.round(seconds * 90_000) % 2 ** 32, 8);
    packet.writeUInt32BE(0x1234, 12);
    packet.set(payload, 16);
    this.#socket.write(packet);
  }
}

/** FU-A: the unit's header byte is split over two bytes in front of each piece, with marks for the first and last. */
function fragments(unit: Uint8Array): Uint8Array[] {
  const header = unit[0] as number;
  const pieces: Uint8Array[] = [];
  for (let at = 1; at < unit.length; at += PAYLOAD) {
    const body = unit.subarray(at, at + PAYLOAD);
    const mark = (at === 1 ? 0x80 : 0) | (at + PAYLOAD >= unit.length ? 0x40 : 0);
    pieces.push(Buffer.concat([Uint8Array.of((header & 0xe0) | 28, mark | (header & 0x1f)), body]));
  }
  return pieces;
}

/** Our clips have one track, whose samples lie one after the other in 'mdat' (ISO 14496-12 and -15). */
function parseClip(file: Buffer): Film {
  const body = (type: string) => file.indexOf(type, 0, 'latin1') + 4;
  const scale = file.readUInt32BE(body('mdhd') + 12);
  const delta = file.readUInt32BE(body('stts') + 12);
  const shifts = compositionShifts(file);
  const count = file.readUInt32BE(body('stsz') + 8);
  const samples: Sample[] = [];
  let at = body('mdat');
  for (let i = 0; i < count; i++) {
    const size = file.readUInt32BE(body('stsz') + 12 + i * 4);
    const shownAt = (i * delta + (shifts[i] ?? 0) - (shifts[0] ?? 0)) / scale;
    samples.push({ units: splitUnits(file.subarray(at, at + size)), shownAt });
    at += size;
  }
  return { parameterSets: parameterSets(file, body('avcC')), samples };
}

function compositionShifts(file: Buffer): number[] {
  const found = file.indexOf('ctts', 0, 'latin1');
  if (found < 0) return [];
  const shifts: number[] = [];
  for (let i = 0; i < file.readUInt32BE(found + 8); i++) {
    const entry = found + 12 + i * 8;
    for (let k = file.readUInt32BE(entry); k > 0; k--) shifts.push(file.readInt32BE(entry + 4));
  }
  return shifts;
}

function splitUnits(sample: Buffer): Uint8Array[] {
  const units: Uint8Array[] = [];
  for (let at = 0; at + 4 <= sample.length; ) {
    const size = sample.readUInt32BE(at);
    units.push(sample.subarray(at + 4, at + 4 + size));
    at += 4 + size;
  }
  return units;
}

/** One sequence and one picture parameter set, each behind its length. */
function parameterSets(file: Buffer, avcC: number): Uint8Array[] {
  const first = avcC + 6;
  const firstSize = file.readUInt16BE(first);
  const second = first + 2 + firstSize + 1;
  const secondSize = file.readUInt16BE(second);
  return [
    file.subarray(first + 2, first + 2 + firstSize),
    file.subarray(second + 2, second + 2 + secondSize),
  ];
}
