import { openVision, visionOptionsFrom } from '../../src/app/vision.ts';
import { openSource } from '../../src/capture/open.ts';
import { loadConfig } from '../../src/config/load.ts';
import { systemClock } from '../../src/core/clock.ts';
import { quantize } from '../../src/identity/descriptor.ts';
import { FaceWatcher } from '../../src/pipeline/face-watcher.ts';

/** What of a person could be left somewhere: the numbers of embeddings in every plain form, and pixels. */
export interface Trace {
  readonly what: string;
  readonly bytes: Buffer;
}

/** Numbers of a vector that are searched for together: enough to be no coincidence. */
const WINDOW = 6;

/** The forms in which a careless program would write a vector. */
export function tracesOf(vector: Float32Array, name: string): Trace[] {
  const float32 = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
  const float64 = Buffer.from(Float64Array.from(vector).buffer);
  const int8 = Buffer.from(quantize(vector).values.buffer);
  return [0, 48, 96].flatMap((start) => {
    const some = [...vector.subarray(start, start + WINDOW)];
    const raw = float32.subarray(start * 4, (start + WINDOW) * 4);
    return [
      { what: `${name} as float32`, bytes: raw },
      { what: `${name} as float32, big-endian`, bytes: Buffer.from(raw).swap32() },
      { what: `${name} as float64`, bytes: float64.subarray(start * 8, (start + WINDOW) * 8) },
      { what: `${name} as int8`, bytes: int8.subarray(start, start + 3 * WINDOW) },
      { what: `${name} as hex`, bytes: Buffer.from(raw.toString('hex')) },
      { what: `${name} as base64`, bytes: Buffer.from(raw.toString('base64')) },
      { what: `${name} as JSON`, bytes: Buffer.from(some.join(',')) },
      { what: `${name} as rounded numbers`, bytes: Buffer.from(some.map((v) => v.toFixed(4)).join(',')) },
    ];
  });
}

const PIXELS = 16;

/** The first bytes of every picture format that is written here, with enough behind them to be no coincidence. */
export const pictureTraces: readonly Trace[] = [
  { what: 'a JPEG', bytes: Buffer.from([0xff, 0xd8, 0xff, 0xe0]) },
  { what: 'a JPEG without header', bytes: Buffer.from([0xff, 0xd8, 0xff, 0xdb]) },
  { what: 'a PNG', bytes: Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a]) },
  { what: 'a JPEG in base64', bytes: Buffer.from('/9j/4AAQ') },
  { what: 'a PNG in base64', bytes: Buffer.from('iVBORw0KGgo') },
];

/** Runs the vision path over a clip in this process: every descriptor it makes, and rows of pixels of the faces. */
export async function tracesOfClip(path: string): Promise<Trace[]> {
  const vision = await openVision(visionOptionsFrom(loadConfig({ env: {}, overrides: { mode: 'loyalty' } })));
  const watcher = new FaceWatcher({ camera: 'camera-1' }, { ...vision, clock: systemClock });
  const traces: Trace[] = [];
  const source = await openSource(path, { camera: 'camera-1' });
  for await (const frame of source.frames(new AbortController().signal)) {
    for (const { looks, box } of await watcher.watch(frame))
      for (const { descriptor } of looks) {
        if (descriptor === undefined) continue;
        const at = `at ${frame.mediaTime.toFixed(2)} s`;
        traces.push(...tracesOf(descriptor.face, `the embedding ${at}`));
        if (descriptor.appearance) traces.push(...tracesOf(descriptor.appearance, `the appearance ${at}`));
        const { width, data } = frame.rgb();
        const [x, y] = [Math.round(box.x + box.width / 2), Math.round(box.y + box.height / 2)];
        const from = (y * width + x) * 3;
        traces.push({ what: `pixels ${at}`, bytes: Buffer.from(data.slice(from, from + PIXELS * 3)) });
      }
    frame.close();
  }
  await vision.close();
  return traces;
}
