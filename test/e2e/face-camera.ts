import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import sharp from 'sharp';
import { groupPhoto } from './material.ts';

export interface FaceCamera {
  readonly url: string;
  /** Pictures sent so far, over all connections. */
  sent(): number;
}

const PICTURES_PER_SECOND = 10;

/** Somebody who steps from one foot to the other in front of a wall, as JPEG. */
async function scenes(): Promise<Buffer[]> {
  const [x, y] = groupPhoto.middles[0];
  const crop = { left: x - 75, top: y - 75, width: 150, height: 150 };
  const face = await sharp(groupPhoto.path).extract(crop).toBuffer();
  const places = Array.from({ length: 12 }, (_, i) => 60 + Math.round(50 * Math.sin((i / 12) * 2 * Math.PI)));
  return Promise.all(
    places.map((left) =>
      sharp({ create: { width: 400, height: 240, channels: 3, background: '#8d8a86' } })
        .composite([{ input: face, left, top: 40 }])
        .jpeg()
        .toBuffer(),
    ),
  );
}

/** An HTTP camera (multipart/x-mixed-replace) on a free port, with a real face in front of it. */
export async function startFaceCamera(): Promise<FaceCamera> {
  const pictures = await scenes();
  let sent = 0;
  const server = createServer(async (request, response) => {
    const gone = new AbortController();
    request.socket.on('close', () => gone.abort());
    response.writeHead(200, { 'content-type': 'multipart/x-mixed-replace; boundary=picture' });
    while (!gone.signal.aborted) {
      const jpeg = pictures[sent++ % pictures.length] as Buffer;
      response.write(`--picture\r\nContent-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`);
      response.write(jpeg);
      response.write('\r\n');
      await delay(1000 / PICTURES_PER_SECOND, undefined, { signal: gone.signal }).catch(() => {});
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/video.mjpg`, sent: () => sent };
}
