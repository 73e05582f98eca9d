/**
 * Who may import whom. A room is a folder under src/; adapters are rooms of their own below their port's. A room may
 * always import itself. Everything that is not written here is forbidden.
 */

export interface RoomRule {
  /** Rooms that this one may import. */
  readonly rooms: readonly string[];
  /** npm packages it may import. */
  readonly packages: readonly string[];
  /** `pure`: only built-ins that touch nothing outside the process. `any`: all of Node. `none`: runs in a browser. */
  readonly builtins: 'none' | 'pure' | 'any';
}

/** Files that state a port: the only part of another stage that a stage may know. */
export const ports = [
  'src/capture/source.ts',
  'src/vision/models.ts',
  'src/storage/store.ts',
  'src/transport/transport.ts',
  'src/player/player.ts',
];

const foundation = ['core', 'contract'];
const stages = [
  'capture',
  'vision',
  'identity',
  'privacy',
  'transport',
  'storage',
  'insight',
  'signage',
  'player',
];

function stage(options: Partial<RoomRule> = {}): RoomRule {
  return { rooms: [...foundation, 'ports'], packages: [], builtins: 'any', ...options };
}

/** An adapter knows its port's room and the foundation; never a sibling, never the configuration. */
function adapter(port: string, packages: readonly string[], rooms: readonly string[] = []): RoomRule {
  return { rooms: [port, ...foundation, ...rooms], packages, builtins: 'any' };
}

export const rooms: Readonly<Record<string, RoomRule>> = {
  core: { rooms: [], packages: [], builtins: 'pure' },
  contract: { rooms: ['core'], packages: ['zod'], builtins: 'none' },
  config: { rooms: [...foundation, 'ports'], packages: ['yaml', 'zod'], builtins: 'any' },

  capture: stage(),
  // Chooses between its adapters by what a source turns out to be. Only `app` may import it.
  'capture/open.ts': {
    rooms: ['capture', 'capture/ffmpeg', 'capture/images', ...foundation],
    packages: [],
    builtins: 'any',
  },
  'capture/ffmpeg': adapter('capture', ['node-av']),
  'capture/images': adapter('capture', ['sharp']),
  vision: stage({ builtins: 'pure' }),
  'vision/onnx': adapter('vision', ['onnxruntime-node', 'zod']),
  identity: stage(),
  'identity/index': adapter('identity', ['usearch']),
  privacy: stage(),
  transport: stage(),
  'transport/embedded': adapter('transport', []),
  'transport/kafka': adapter('transport', ['@platformatic/kafka']),
  storage: stage({ packages: ['kysely'] }),
  'storage/migrations': adapter('storage', ['kysely']),
  'storage/sqlite': adapter('storage', ['kysely'], ['storage/migrations']),
  'storage/mysql': adapter('storage', ['kysely', 'mysql2'], ['storage/migrations']),
  insight: stage({ builtins: 'pure', packages: ['csv-stringify'] }),
  signage: stage({ builtins: 'pure' }),
  player: stage(),

  annotation: stage({ builtins: 'pure' }),
  pipeline: { rooms: [...foundation, ...stages], packages: [], builtins: 'any' },
  evaluation: {
    rooms: [...foundation, ...stages],
    packages: ['csv-parse', 'csv-stringify'],
    builtins: 'any',
  },
  // Draws a clip of sample faces; never part of a running system.
  demo: { rooms: [...foundation, ...stages, 'pipeline'], packages: ['sharp'], builtins: 'any' },
  api: { rooms: [...foundation, ...stages, 'pipeline'], packages: ['fastify', 'zod'], builtins: 'any' },
  app: { rooms: ['*', 'models/convert/build.ts'], packages: ['pino'], builtins: 'any' },
  cli: {
    rooms: [...foundation, 'config', 'app', 'models/convert/build.ts', 'package.json'],
    packages: ['commander'],
    builtins: 'any',
  },
};

/** `app` may import every room but the command line, which stands above it. */
export const aboveApp = ['cli'];

/** Drivers that are heavy or optional: loaded only from the folder that adapts them. */
export const heavyPackages: Readonly<Record<string, readonly string[]>> = {
  'onnxruntime-node': ['vision/onnx'],
  'node-av': ['capture/ffmpeg'],
  sharp: ['capture/images', 'demo'],
  mysql2: ['storage/mysql'],
  '@platformatic/kafka': ['transport/kafka'],
};

/** Built-ins that read and write nothing outside the process. */
export const pureBuiltins = ['node:assert', 'node:crypto', 'node:events', 'node:perf_hooks', 'node:util'];

/** A test file is a list of behaviours, not a design: it may be longer. */
export const limits = { fileLines: 400, testFileLines: 600, functionLines: 80 };

/** Files, or functions as `file:line`, that may break a limit, each with the reason. */
export const exceptions: Readonly<Record<string, string>> = {};
