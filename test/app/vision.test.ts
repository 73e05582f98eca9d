import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { openVision, type Vision, type VisionOptions, visionOptionsFrom } from '../../src/app/vision.ts';
import { type ConfigInput, configSchema } from '../../src/config/schema.ts';
import { FaceWatcher } from '../../src/pipeline/face-watcher.ts';
import { analyzePicture } from '../../src/pipeline/picture.ts';
import { defaultModelsDir } from '../../src/vision/onnx/manifest.ts';
import { frozenClock, show, updatesOf } from '../pipeline/film.ts';
import { asPicture, cell, portrait } from '../vision/pictures.ts';

/** The models that make descriptors. */
const IDENTIFYING = ['face_recognition.onnx', 'faceres.onnx'];

/** A folder of the built models without some of them. */
async function modelsWithout(left: readonly string[]): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'vitrine-models-'));
  after(() => rm(dir, { recursive: true }));
  for (const file of await readdir(defaultModelsDir()))
    if (!left.includes(file)) await symlink(join(defaultModelsDir(), file), join(dir, file));
  return dir;
}

function optionsOf(input: ConfigInput): VisionOptions {
  return visionOptionsFrom(configSchema.parse(input));
}

async function withVision<T>(options: VisionOptions, work: (vision: Vision) => Promise<T>): Promise<T> {
  const vision = await openVision({ ...options, threads: 2 });
  try {
    return await work(vision);
  } finally {
    await vision.close();
  }
}

const missing = { code: 'MODEL_MISSING' };

/** Every array of numbers in a value, however deep. */
function* vectorsIn(value: unknown): Generator<ArrayLike<number>> {
  if (ArrayBuffer.isView(value)) yield value as unknown as ArrayLike<number>;
  else if (typeof value === 'object' && value !== null) {
    if (Array.isArray(value) && value.length > 10) yield value;
    for (const part of Object.values(value)) yield* vectorsIn(part);
  }
}

describe('vision in anonymous mode', () => {
  it('works where the models that could recognise anybody are not even there', async () => {
    const dir = await modelsWithout(IDENTIFYING);
    const options = optionsOf({ mode: 'anonymous', vision: { models: { dir } } });
    await withVision(options, async (vision) => {
      assert.equal(vision.embedder, undefined);
      const [face] = await analyzePicture(asPicture(await portrait(55)), vision);
      assert.equal(face?.attributes.gender.label, 'male');
      assert.equal(face?.description.descriptor, undefined);
    });
  });

  it('tells nothing of a track that could recognise it', async () => {
    const dir = await modelsWithout(IDENTIFYING);
    const face = await cell(80, 150);
    const film = { seconds: 1.5, actors: [{ face, at: () => ({ x: 200, y: 90 }) }] };
    await withVision(optionsOf({ mode: 'anonymous', vision: { models: { dir } } }), async (vision) => {
      const watcher = new FaceWatcher({ camera: 'door' }, { ...vision, clock: frozenClock });
      const updates = [...updatesOf(await show(watcher, film)), ...watcher.flush()];
      assert.ok(updates.flatMap((update) => update.looks).length >= 3);
      for (const update of updates) {
        for (const look of update.looks) assert.equal(look.descriptor, undefined);
        assert.deepEqual([...vectorsIn(update)], []);
      }
    });
  });

  it('is the default', () => {
    assert.equal(optionsOf({}).embeds, false);
  });
});

describe('vision in session and loyalty mode', () => {
  it('does not start without either of the models that make descriptors', async () => {
    for (const mode of ['session', 'loyalty'] as const)
      for (const file of IDENTIFYING) {
        const dir = await modelsWithout([file]);
        await assert.rejects(openVision(optionsOf({ mode, vision: { models: { dir } } })), missing);
      }
  });

  it('gives every face both descriptors', async () => {
    await withVision(optionsOf({ mode: 'session' }), async (vision) => {
      const [face] = await analyzePicture(asPicture(await portrait(55)), vision);
      assert.equal(face?.description.descriptor?.face.length, 128);
      assert.equal(face?.description.descriptor?.appearance?.length, 1024);
      assert.ok([...vectorsIn(face)].length >= 2, 'what is looked for in anonymous mode is here');
    });
  });
});

describe('vision options', () => {
  it('carry what the configuration says', async () => {
    const vision = {
      threads: 3,
      minFacePixels: 33,
      liveness: false,
      models: { dir: '/models', manifests: ['own.json'], select: { liveness: 'mine' } },
    };
    assert.deepEqual(optionsOf({ mode: 'session', vision }), {
      embeds: true,
      appearance: true,
      liveness: false,
      minFacePixels: 33,
      threads: 3,
      modelsDir: '/models',
      manifests: ['own.json'],
      selected: { liveness: 'mine' },
    });
  });

  it('load no liveness model where it is switched off', async () => {
    const dir = await modelsWithout([...IDENTIFYING, 'liveness.onnx']);
    const models = { dir };
    await assert.rejects(openVision(optionsOf({ vision: { models } })), missing);
    await withVision(optionsOf({ vision: { models, liveness: false } }), async (vision) => {
      const [face] = await analyzePicture(asPicture(await portrait(55)), vision);
      assert.equal(face?.description.liveness, 1);
    });
  });

  it('leave out narrower faces than configured', async () => {
    await withVision(optionsOf({ vision: { minFacePixels: 200 } }), async (vision) => {
      assert.deepEqual(await analyzePicture(asPicture(await portrait(55)), vision), []);
    });
  });
});
