import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openSource } from '../../src/capture/open.ts';
import type { RgbImage } from '../../src/core/image.ts';
import { silentLogger } from '../../src/core/logger.ts';

/**
 * A process that gives frames of a clip to `@vladmandic/human`, in its build for Node and WebAssembly with the models
 * of the package: detection, mesh, description with age and gender; everything else that it can do is switched off.
 * Its own caching between frames of a video is on, as it ships. Decoding is not counted, nor are the first frames, in
 * which it compiles. Prints one `HumanResult`. Arguments: the clip, and how many frames to count.
 */

export interface HumanResult {
  readonly version: string;
  readonly backend: string;
  readonly frames: number;
  readonly framesPerSecond: number;
  readonly cpuMsPerFrame: number;
  readonly facesPerFrame: number;
  /** Counted frames for which it used what it knew of an earlier one. */
  readonly cachedFrames: number;
  readonly peakMB: number;
}

const WARM_UP_FRAMES = 3;

/** What is used of the package; its own declarations need the whole of TensorFlow.js' types. */
interface Human {
  readonly version: string;
  readonly tf: {
    tensor3d(values: Uint8Array, shape: readonly number[], type: 'int32'): object;
    dispose(tensor: object): void;
    getBackend(): string;
  };
  readonly env: { readonly wasm: { readonly simd?: boolean; readonly multithread?: boolean } };
  load(): Promise<void>;
  detect(input: object): Promise<{
    readonly face: readonly { readonly embedding?: readonly number[]; readonly age?: number }[];
    readonly performance: { readonly cachedFrames: number };
  }>;
}

function packageFolder(name: string): string {
  return dirname(dirname(fileURLToPath(import.meta.resolve(name))));
}

/** The package loads its models with `fetch`, which reads no files: they are served to it on this machine. */
async function serveModels(folder: string): Promise<{ url: string; close(): void }> {
  const server = createServer((request, response) => {
    readFile(join(folder, basename(request.url ?? ''))).then(
      (bytes) => response.end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, close: () => server.close() };
}

async function openHuman(): Promise<Human> {
  const folder = packageFolder('@vladmandic/human');
  // By its path: the package's list of exports misses this build.
  const build = createRequire(import.meta.url)(join(folder, 'dist', 'human.node-wasm.js')) as {
    readonly Human: new (config: object) => Human;
  };
  const models = await serveModels(join(folder, 'models'));
  const off = { enabled: false };
  const human = new build.Human({
    backend: 'wasm',
    wasmPath: join(packageFolder('@tensorflow/tfjs-backend-wasm'), 'dist/'),
    modelBasePath: models.url,
    face: { detector: { maxDetected: 10 }, iris: off, emotion: off },
    body: off,
    hand: off,
    gesture: off,
  });
  await human.load();
  models.close();
  return human;
}

async function measure(path: string, count: number): Promise<HumanResult> {
  const human = await openHuman();
  const totals = { frames: 0, faces: 0, ms: 0, cpu: 0, cached: 0 };
  const take = async (image: RgbImage, counted: boolean) => {
    const [began, before] = [performance.now(), process.cpuUsage()];
    const tensor = human.tf.tensor3d(image.data, [image.height, image.width, 3], 'int32');
    const { face, performance: own } = await human.detect(tensor);
    human.tf.dispose(tensor);
    const { user, system } = process.cpuUsage(before);
    if (!counted) {
      totals.cached = -own.cachedFrames;
      return;
    }
    totals.frames++;
    totals.ms += performance.now() - began;
    totals.cpu += (user + system) / 1000;
    totals.faces += face.filter(({ embedding, age }) => embedding && age !== undefined).length;
    if (totals.frames === count) totals.cached += own.cachedFrames;
  };
  const source = await openSource(path, { camera: 'peer' }, { logger: silentLogger });
  for await (const frame of source.frames(new AbortController().signal)) {
    const image = frame.rgb();
    frame.close();
    await take(image, frame.sequence >= WARM_UP_FRAMES);
    if (totals.frames === count) break;
  }
  const { simd, multithread } = human.env.wasm;
  return {
    version: human.version,
    backend: `${human.tf.getBackend()}${simd ? ', SIMD' : ''}, ${multithread ? 'several threads' : 'one thread'}`,
    frames: totals.frames,
    framesPerSecond: (totals.frames * 1000) / totals.ms,
    cpuMsPerFrame: totals.cpu / totals.frames,
    facesPerFrame: totals.faces / totals.frames,
    cachedFrames: totals.cached,
    peakMB: (process.resourceUsage().maxRSS * 1024) / 1e6,
  };
}

const [, , path = '', count = '20'] = process.argv;
process.stdout.write(`${JSON.stringify(await measure(path, Number(count)))}\n`);
