import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import { type LoadConfigOptions, loadConfig } from '../../src/config/load.ts';
import { configSchema } from '../../src/config/schema.ts';
import { describeError, VitrineError } from '../../src/core/errors.ts';

const folder = mkdtempSync(join(tmpdir(), 'vitrine-config-'));
// A vitrine.yaml in the working directory would be read where no file is named.
const checkout = process.cwd();
process.chdir(folder);
after(() => {
  process.chdir(checkout);
  rmSync(folder, { recursive: true, force: true });
});

let files = 0;
function fileWith(text: string): string {
  const path = join(folder, `${files++}.yaml`);
  writeFileSync(path, text);
  return path;
}

function load(text: string, options: Partial<LoadConfigOptions> = {}) {
  return loadConfig({ file: fileWith(text), env: {}, ...options });
}

/** The error of a configuration that must be refused. */
function refusal(text: string, options: Partial<LoadConfigOptions> = {}): VitrineError {
  try {
    load(text, options);
  } catch (error) {
    assert.ok(error instanceof VitrineError);
    return error;
  }
  assert.fail('the configuration was accepted');
}

describe('a configuration', () => {
  it('needs nothing: every key has a default', () => {
    const config = loadConfig({ env: {} });
    assert.equal(config.mode, 'anonymous');
    assert.equal(config.server.host, '127.0.0.1');
    assert.equal(config.privacy.keepCrops, false);
    assert.deepEqual(config.cameras, []);
    assert.deepEqual(load(''), config);
  });

  it('takes defaults, file, environment and command line, each over the one before', () => {
    const text = 'server: {host: 10.0.0.1, port: 1}\nvisits: {gapMinutes: 5}\nmode: session\n';
    const env = { VITRINE_SERVER__PORT: '2', VITRINE_MODE: 'loyalty' };
    const config = load(text, { env, overrides: { mode: 'anonymous', server: {} } });
    assert.deepEqual(config.server, { host: '10.0.0.1', port: 2 });
    assert.equal(config.visits.gapMinutes, 5);
    assert.equal(config.mode, 'anonymous');
  });

  it('lets an override that is undefined through to what is below', () => {
    const options = { overrides: { mode: undefined, server: { port: undefined } } };
    const config = load('mode: session\nserver: {port: 9}', options);
    assert.equal(config.mode, 'session');
    assert.equal(config.server.port, 9);
  });

  it('is replaced list by list: cameras of the command line stand alone', () => {
    const config = load('cameras: [{id: a, source: x}, {id: b, source: y}]', {
      overrides: { cameras: [{ id: 'c', source: 'z' }] },
    });
    assert.deepEqual(
      config.cameras.map((camera) => camera.id),
      ['c'],
    );
  });

  it('may have sections without keys, as they are left when all keys are commented out', () => {
    assert.deepEqual(load('site:\nvision:\n  models:\n    select:\n').vision, loadConfig({ env: {} }).vision);
  });

  it('is read from vitrine.yaml in the working directory where no file is named', () => {
    writeFileSync('vitrine.yaml', 'site: {id: here}');
    try {
      assert.equal(loadConfig({ env: {} }).site.id, 'here');
      assert.equal(load('site: {id: there}').site.id, 'there');
      assert.equal(load('mode: session').site.id, 'shop', 'a named file stands alone');
    } finally {
      rmSync('vitrine.yaml');
    }
  });

  it('may be JSON', () => {
    assert.equal(load('{"site": {"id": "north"}, "vision": {"threads": null}}').site.id, 'north');
  });

  it('gives a camera only the keys it was given, so that absent means absent', () => {
    const [camera] = load('cameras: [{id: a, source: clip.mp4, asCamera: {}}]').cameras;
    assert.deepEqual(camera, {
      id: 'a',
      source: 'clip.mp4',
      greyscale: false,
      stallTimeoutMs: 10_000,
      asCamera: { loop: false },
    });
  });
});

describe('a wrong configuration', () => {
  it('is told whole: every problem with its key, in one line', () => {
    const error = refusal(
      `
mode: open
server: {port: 70000, prot: 1}
cameras: [{id: a b, source: 1}, {id: c}, {id: d, source: x}, {id: d, source: y, fps: 3}]
vision: {minFacePixels: 20.5, threads: 0, models: {select: {nose: x}}}
identity: {acceptDistance: 0.6, strangerDistance: 0.5}
buckets: {ageBands: [21, 20]}
site: {timeZone: Mars/Olympus}
privacy: {keepCrops: true}
colour: red
`,
      { env: { VITRINE_LOG__LEVEL: 'loud', VITRINE_LOG__COLOUR: 'red', VITRINE_IDENTITY__BIRTH_LOOKS: '[' } },
    );
    assert.equal(error.code, 'CONFIG_INVALID');
    const line = describeError(error);
    for (const expected of [
      'mode must be one of anonymous, session, loyalty',
      'server.port must be at most 65535',
      'server has no key prot (known here: host, port)',
      'cameras[0].id must be 1 to 63',
      'cameras[0].source must be text',
      'cameras[1].source is missing',
      'cameras[3].id is already the id of cameras[2]',
      'cameras[3] has no key fps',
      'vision.minFacePixels must be a whole number',
      'vision.threads must be at least 1',
      'vision.models.select has no key nose',
      'identity.strangerDistance must not be below identity.acceptDistance',
      'buckets.ageBands must rise',
      'site.timeZone must be an IANA time zone',
      'privacy.keepCrops needs mode loyalty',
      'the configuration has no key colour',
      'log.level (from VITRINE_LOG__LEVEL) must be one of',
      'the environment variable VITRINE_LOG__COLOUR names no key',
      'identity.birthLooks (from VITRINE_IDENTITY__BIRTH_LOOKS) is not YAML',
    ]) {
      assert.ok(line.includes(expected), `${expected}\nis not in\n${line}`);
    }
    assert.equal(error.message.split('; ').length, 19);
    assert.equal(line.includes('\n'), false);
  });

  it('never has a value repeated: it may be a secret', () => {
    const secrets = [
      'mode: rtsp://u:hunter2@door',
      'cameras: [{id: "rtsp://u:hunter2@door", source: 1}]',
      'cameras: [{id: a, source: rtsp://u:hunter2@door, stallTimeoutMs: hunter2}]',
      'cameras: [{id: a, source: "rtsp://u:hunter2@door"}\nx: "rtsp://u:hunter2@door\n',
      'site: "hunter2',
      'a: *hunter2rtsp://u:hunter2@door',
    ];
    for (const text of secrets) assert.doesNotMatch(refusal(text).message, /u:hunter2|hunter2@/);
    assert.doesNotMatch(refusal('', { env: { VITRINE_SERVER__PORT: 'hunter2' } }).message, /hunter2/);
  });

  it('that is no mapping, no YAML or not there is told as such', () => {
    assert.equal(refusal('- a\n- b').code, 'CONFIG_INVALID');
    assert.equal(refusal('just text').code, 'CONFIG_INVALID');
    const broken = refusal('server:\n  port: [1\nmode: session');
    assert.equal(broken.code, 'CONFIG_UNREADABLE');
    assert.match(broken.message, /line [23]: /);
    assert.equal(refusal('mode: session\nmode: loyalty').code, 'CONFIG_UNREADABLE');
    const missing = refusal('', { file: join(folder, 'none.yaml') });
    assert.equal(missing.code, 'CONFIG_UNREADABLE');
    assert.match(missing.message, /none\.yaml: ENOENT/);
    assert.equal(refusal('', { file: folder }).code, 'CONFIG_UNREADABLE');
  });

  it('cannot reach the prototype of anything', () => {
    assert.match(refusal('__proto__: {polluted: 1}\nserver: {__proto__: {port: 5}}').message, /__proto__/);
    assert.equal('polluted' in {}, false);
  });

  it('of any shape ends in a VitrineError or in a valid configuration', () => {
    const name = fc.constantFrom(
      'site',
      'mode',
      'cameras',
      'server',
      'vision',
      'identity',
      'id',
      'port',
      'source',
    );
    const tree = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        fc.jsonValue({ maxDepth: 0 }),
        fc.dictionary(name, tie('node'), { maxKeys: 4 }),
        fc.array(tie('node'), { maxLength: 3 }),
      ),
    })).node;
    fc.assert(
      fc.property(tree, (overrides) => {
        try {
          // Whatever comes from outside is unchecked, whatever its type says.
          const config = loadConfig({
            env: {},
            overrides: overrides as NonNullable<LoadConfigOptions['overrides']>,
          });
          assert.equal(configSchema.safeParse(config).success, true);
        } catch (error) {
          assert.ok(error instanceof VitrineError, String(error));
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('the environment', () => {
  it('sets keys of every type', () => {
    const { vision, cameras, site, identity, buckets, log } = loadConfig({
      env: {
        VITRINE_VISION__LIVENESS: 'false',
        VITRINE_VISION__THREADS: 'null',
        VITRINE_VISION__MODELS__SELECT__LANDMARKS_68: 'mine',
        VITRINE_CAMERAS: '[{id: door, source: "rtsp://u:p@h/1", maxFrameRate: 12}]',
        VITRINE_SITE__ID: '12',
        VITRINE_IDENTITY__ACCEPT_DISTANCE: '0.4',
        VITRINE_BUCKETS__AGE_BANDS: '[18, 40]',
        VITRINE_LOG__LEVEL: '',
      },
    });
    assert.equal(vision.liveness, false);
    assert.equal(vision.threads, null);
    assert.deepEqual(vision.models.select, { 'landmarks-68': 'mine' });
    assert.equal(cameras[0]?.maxFrameRate, 12);
    assert.equal(site.id, '12');
    assert.equal(identity.acceptDistance, 0.4);
    assert.deepEqual(buckets.ageBands, [18, 40]);
    assert.equal(log.level, 'info', 'an empty variable counts as not set');
  });

  it('leaves other variables to those they serve', () => {
    assert.doesNotThrow(() => loadConfig({ env: { VITRINE_KEY: 'secret', HOME: '/root', VITRINE_: 'x' } }));
  });
});
