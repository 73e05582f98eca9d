import { createServer, type Server, type ServerResponse } from 'node:http';
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Socket,
  type Server as TcpServer,
} from 'node:net';
import { after } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { encodeJpeg } from '../../../src/capture/images/encode.ts';
import { frameLevel, paint } from '../media.ts';

/** What a connection to the camera does, in order of the connections; the last one is repeated. */
export interface Connection {
  /** Pictures sent before `ending`; default: for ever. */
  readonly pictures?: number;
  readonly ending?: 'end' | 'cut' | 'silence';
  readonly everyMs?: number;
  /** Before the headers. */
  readonly delayMs?: number;
  /** Answered with this status and nothing else. */
  readonly status?: number;
  readonly width?: number;
}

export interface Camera {
  readonly url: string;
  readonly port: number;
  connections(): number;
}

/** An HTTP camera (multipart/x-mixed-replace) on a free port; picture `i` of a connection has `frameLevel(i)`. */
export async function startCamera(script: readonly Connection[]): Promise<Camera> {
  let connections = 0;
  const server = createServer((request, response) => {
    const connection = script[Math.min(connections++, script.length - 1)] ?? {};
    const gone = new AbortController();
    request.socket.on('close', () => gone.abort());
    play(response, connection, gone.signal).catch(() => response.destroy());
  });
  const port = await listening(server);
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${port}/video.mjpg`, port, connections: () => connections };
}

async function play(response: ServerResponse, connection: Connection, signal: AbortSignal): Promise<void> {
  const {
    pictures = Number.POSITIVE_INFINITY,
    everyMs = 20,
    delayMs = 0,
    status,
    width = 64,
    ending,
  } = connection;
  if (delayMs > 0) await delay(delayMs, undefined, { signal });
  if (status !== undefined) {
    response.writeHead(status).end();
    return;
  }
  response.writeHead(200, { 'content-type': 'multipart/x-mixed-replace; boundary=picture' });
  response.flushHeaders();
  for (let i = 0; i < pictures; i++) {
    const level = frameLevel(i);
    const jpeg = await encodeJpeg(
      paint(width, 48, () => [level, level, level]),
      90,
    );
    response.write(`--picture\r\nContent-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`);
    response.write(jpeg);
    response.write('\r\n');
    await delay(everyMs, undefined, { signal });
  }
  if (ending === 'end') response.end();
  if (ending === 'cut') response.destroy();
}

/** Accepts connections and does with them what `greet` does; by default nothing at all, ever. */
export async function startMute(
  greet: (socket: Socket) => void = () => {},
): Promise<{ readonly port: number }> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    greet(socket);
  });
  const port = await listening(server);
  after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port };
}

/** A port of this machine on which nobody listens. */
export async function closedPort(): Promise<number> {
  const server = createTcpServer();
  const port = await listening(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function listening(server: Server | TcpServer): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
