import { accessSync, constants, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { CameraConfig, Config } from '../../config/schema.ts';
import { VitrineError } from '../../core/errors.ts';
import { type CheckResult, failed, failedBy, ok, warning } from './check.ts';

/** A camera has this long to show its first picture, in ms; half of it to be opened. */
const FIRST_PICTURE_MS = 8_000;
const STALL_MS = 3_000;

/** Cameras opened at the same time: each decodes on its own threads. */
const AT_ONCE = 4;

const VIDEO_DEVICE = /^video\d+$/;

/** Devices of Video4Linux, and whether those that the configuration names are among them. */
export function checkDevices(config: Config, folder = '/dev'): CheckResult {
  const check = 'video devices';
  const devices = videoDevices(folder);
  const named = config.cameras.filter(({ source }) => VIDEO_DEVICE.test(deviceName(source)));
  const lost = named.find(({ source }) => !devices.includes(deviceName(source)));
  if (lost) {
    const detail = `camera ${lost.id} names ${lost.source}, which is not there`;
    return failed(check, { detail, advice: 'Check the cable, and the number of the device.' });
  }
  const shut = devices.find((name) => !isUsable(join(folder, name)));
  if (shut) {
    const detail = `${join(folder, shut)} may not be used by this user`;
    return warning(check, { detail, advice: 'Add the user to the group `video` and log in again.' });
  }
  if (devices.length === 0) return ok(check, 'none; network cameras and files need none');
  return ok(check, devices.map((name) => described(folder, name)).join(', '));
}

function deviceName(source: string): string {
  return source.startsWith('/dev/') ? basename(source) : '';
}

function videoDevices(folder: string): string[] {
  try {
    const order = new Intl.Collator('en', { numeric: true });
    return readdirSync(folder)
      .filter((name) => VIDEO_DEVICE.test(name))
      .sort((a, b) => order.compare(a, b));
  } catch {
    return [];
  }
}

function isUsable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** With the name that its driver gives it, where there is one. */
function described(folder: string, name: string): string {
  const path = join(folder, name);
  try {
    return `${path} (${readFileSync(`/sys/class/video4linux/${name}/name`, 'utf8').trim()})`;
  } catch {
    return path;
  }
}

/** Opens every configured camera and waits for a picture of it; results in the order of the configuration. */
export async function* checkCameras(
  config: Config,
  signal: AbortSignal,
): AsyncGenerator<CheckResult, void, undefined> {
  const { cameras, capture } = config;
  if (cameras.length === 0) {
    const advice = 'Name them in vitrine.yaml, or give `vitrine run --source`.';
    yield warning('cameras', { detail: 'none in the configuration', advice });
  }
  for (let first = 0; first < cameras.length; first += AT_ONCE) {
    const some = cameras.slice(first, first + AT_ONCE);
    yield* await Promise.all(some.map((camera) => checkCamera(camera, capture.maxMegapixels, signal)));
  }
}

async function checkCamera(
  camera: CameraConfig,
  maxMegapixels: number,
  signal: AbortSignal,
): Promise<CheckResult> {
  const check = `camera ${camera.id}`;
  const startedAt = performance.now();
  try {
    const { width, height, label } = await firstPicture(camera, maxMegapixels, signal);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    return ok(check, `${label}: ${width}×${height} after ${seconds} s`);
  } catch (error) {
    return failedBy(check, error);
  }
}

async function firstPicture(camera: CameraConfig, maxMegapixels: number, signal: AbortSignal) {
  const { openSource } = await import('../../capture/open.ts');
  const options = { camera: camera.id, maxMegapixels, stallTimeoutMs: STALL_MS, openAttempts: 1 };
  const source = await openSource(camera.source, options);
  const { label } = source;
  for await (const frame of source.frames(AbortSignal.any([signal, AbortSignal.timeout(FIRST_PICTURE_MS)]))) {
    const { width, height } = frame;
    frame.close();
    return { width, height, label };
  }
  const seconds = FIRST_PICTURE_MS / 1000;
  throw new VitrineError('SOURCE_STALLED', `${label} gave no picture within ${seconds} s`);
}
