import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { VitrineError } from '../../src/core/errors.ts';
import { networks } from './catalogue.ts';
import { GraphBuilder } from './graph-builder.ts';
import type { Network } from './network.ts';

export interface BuildOptions {
  /** Made if it is not there. */
  readonly outDir: string;
  readonly onProgress?: (progress: BuildProgress) => void;
  /** SHA-256 by model name that the results must have; read from `models/manifest.json` unless given. */
  readonly expected?: ReadonlyMap<string, string>;
}

export interface BuildProgress extends BuiltModel {
  /** Models done so far, this one included. */
  readonly done: number;
  readonly total: number;
}

export interface BuiltModel {
  readonly name: string;
  /** Where the file lies. */
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
  /** False where the file was there already. */
  readonly built: boolean;
}

const manifestUrl = new URL('../manifest.json', import.meta.url);

/**
 * Turns the weights inside the installed npm packages into ONNX files: one after the other, without any network
 * access. A file that already has the manifest's hash is left alone; every other is written beside its place and then
 * renamed, so a reader never sees half a file; what builds that were killed left of these is removed after an hour.
 * Throws MODEL_BUILD_FAILED, or OUTPUT_UNWRITABLE or DISK_FULL where the folder is the trouble.
 */
export async function buildModels(options: BuildOptions): Promise<BuiltModel[]> {
  const expected = options.expected ?? (await manifestHashes());
  const results: BuiltModel[] = [];
  try {
    await mkdir(options.outDir, { recursive: true });
    await removeLeftovers(options.outDir);
    for (const network of networks) {
      const result = await buildModel(network, options.outDir, expected.get(network.name));
      results.push(result);
      options.onProgress?.({ ...result, done: results.length, total: networks.length });
    }
  } catch (error) {
    throw asBuildError(error, options.outDir);
  }
  return results;
}

/** A failed system call, after the converter has raised its own errors, is trouble with the folder. */
function asBuildError(error: unknown, outDir: string): unknown {
  const system = error instanceof Error && 'syscall' in error && 'code' in error ? error.code : undefined;
  if (system === undefined) return error;
  const code = system === 'ENOSPC' ? 'DISK_FULL' : 'OUTPUT_UNWRITABLE';
  return new VitrineError(code, `the models cannot be written to ${outDir} (${system})`, { cause: error });
}

async function buildModel(
  network: Network,
  outDir: string,
  expected: string | undefined,
): Promise<BuiltModel> {
  const path = join(outDir, network.file);
  const present = await readFile(path).catch(() => undefined);
  if (present !== undefined && sha256(present) === expected) {
    return { name: network.name, path, sha256: expected, bytes: present.byteLength, built: false };
  }
  const bytes = await convert(network);
  const hash = sha256(bytes);
  if (expected !== undefined && hash !== expected) {
    const message = `${network.name} came out as ${hash.slice(0, 12)}…, the manifest says ${expected.slice(0, 12)}…: other versions of the packages are installed`;
    throw new VitrineError('MODEL_BUILD_FAILED', message);
  }
  await writeAtomically(path, bytes);
  return { name: network.name, path, sha256: hash, bytes: bytes.byteLength, built: true };
}

/** The bytes of a network's ONNX file: always the same for the same weights. */
export async function convert(network: Network): Promise<Uint8Array> {
  const graph = new GraphBuilder({ name: network.name, input: network.input });
  try {
    const values = await network.convert(graph);
    for (const spec of network.outputs) {
      const value = values[spec.name];
      if (value === undefined) throw new Error(`the converter gives no output "${spec.name}"`);
      graph.output(spec, value);
    }
    return graph.encode();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new VitrineError('MODEL_BUILD_FAILED', `${network.name}: ${reason}`, { cause });
  }
}

/** A temporary file of `writeAtomically`, and no other: the folder may be anybody's. */
const temporaryFile = /\.onnx\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp$/;

/** A build takes seconds: a temporary file of this age belongs to none that still runs. Milliseconds. */
const LEFTOVER_AGE = 3_600_000;

/** One that cannot be removed stays: that is no reason not to build. */
async function removeLeftovers(outDir: string): Promise<void> {
  const names = (await readdir(outDir)).filter((name) => temporaryFile.test(name));
  for (const path of names.map((name) => join(outDir, name))) {
    const written = await stat(path).catch(() => undefined);
    if (written === undefined || Date.now() - written.mtimeMs < LEFTOVER_AGE) continue;
    await rm(path, { force: true }).catch(() => undefined);
  }
}

async function writeAtomically(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, bytes);
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}

async function manifestHashes(): Promise<Map<string, string>> {
  try {
    const manifest: unknown = JSON.parse(await readFile(manifestUrl, 'utf8'));
    const { models } = manifest as { models: { name: string; sha256: string }[] };
    return new Map(models.map(({ name, sha256: hash }) => [name, hash]));
  } catch (cause) {
    throw new VitrineError('MODEL_BUILD_FAILED', 'models/manifest.json cannot be read', { cause });
  }
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
