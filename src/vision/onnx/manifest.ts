import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { VitrineError } from '../../core/errors.ts';
import { type ModelRole, type ModelSpec, modelRoles, roleOutputs } from '../models.ts';

/** A manifest entry and where its file lies. */
export interface ManifestEntry {
  readonly spec: ModelSpec;
  /** Absolute. */
  readonly path: string;
  /** The manifest it comes from. */
  readonly manifest: string;
}

const checkout = fileURLToPath(new URL('../../../', import.meta.url));

/** The manifest of the networks that Vitrine builds itself. */
export const shippedManifest = join(checkout, 'models', 'manifest.json');

/** Where built models lie: `VITRINE_MODELS`, else `.cache/models` in the checkout. */
export function defaultModelsDir(environment: NodeJS.ProcessEnv = process.env): string {
  const given = environment['VITRINE_MODELS'];
  return given ? resolve(given) : join(checkout, '.cache', 'models');
}

const nameSchema = z.string().min(1);
const shapeSchema = z.array(z.union([z.int().positive(), nameSchema]));
const perChannelSchema = z.union([z.number(), z.tuple([z.number(), z.number(), z.number()]).readonly()]);
const notZero = (std: z.infer<typeof perChannelSchema>): boolean => ![std].flat().includes(0);

const inputSchema = z.strictObject({
  name: nameSchema,
  shape: shapeSchema.length(4, 'must have four sizes'),
  layout: z.enum(['nchw', 'nhwc']).exactOptional(),
  channels: z.enum(['rgb', 'bgr']).exactOptional(),
  mean: perChannelSchema.exactOptional(),
  std: perChannelSchema.refine(notZero, 'must not be 0').exactOptional(),
});

const entrySchema = z
  .strictObject({
    name: nameSchema,
    role: z.enum(modelRoles),
    file: nameSchema,
    sha256: z
      .string()
      .toLowerCase()
      .regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits'),
    licence: nameSchema,
    origin: nameSchema,
    input: inputSchema,
    outputs: z
      .array(z.strictObject({ name: nameSchema, shape: shapeSchema, tensor: nameSchema.exactOptional() }))
      .min(1),
  })
  .superRefine((entry, context) => {
    const wanted = roleOutputs[entry.role];
    const names = new Set(entry.outputs.map((output) => output.name));
    if (wanted.every((name) => names.has(name))) return;
    context.addIssue({
      code: 'custom',
      path: ['outputs'],
      message: `must name ${wanted.map((name) => `"${name}"`).join(' and ')} (role ${entry.role})`,
    });
  });

const manifestSchema = z.strictObject({ version: z.literal(1), models: z.array(entrySchema).min(1) });

/**
 * The entries of our own manifest, whose files lie in `modelsDir`, then those of the user's, whose files lie beside
 * their manifest. Names are unique over all of them. Throws MODEL_INVALID.
 */
export async function loadManifests(options: {
  modelsDir: string;
  manifests?: readonly string[];
}): Promise<ManifestEntry[]> {
  const entries = await loadManifest(shippedManifest, options.modelsDir);
  for (const path of options.manifests ?? []) entries.push(...(await loadManifest(path, dirname(path))));
  const owners = new Map<string, string>();
  for (const { spec, manifest } of entries) {
    const owner = owners.get(spec.name);
    if (owner !== undefined) throw invalid(`the name "${spec.name}" is in ${owner} and again in ${manifest}`);
    owners.set(spec.name, manifest);
  }
  return entries;
}

async function loadManifest(manifest: string, folder: string): Promise<ManifestEntry[]> {
  const text = await readFile(manifest, 'utf8').catch((cause: unknown) => {
    throw invalid(`the manifest ${manifest} cannot be read`, cause);
  });
  const { models } = parseManifest(manifest, text);
  return models.map((model) => ({ spec: asCallerSees(model), path: resolve(folder, model.file), manifest }));
}

function parseManifest(manifest: string, text: string): z.infer<typeof manifestSchema> {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw invalid(`the manifest ${manifest} is not JSON`, cause);
  }
  const result = manifestSchema.safeParse(content);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`);
  throw invalid(`the manifest ${manifest}: ${problems.join('; ')}`);
}

/** A manifest gives the shape that the file has; callers always feed [N, 3, H, W]. */
function asCallerSees(model: z.infer<typeof entrySchema>): ModelSpec {
  const [batch = 'N', second = 3, third = 'H', fourth = 'W'] = model.input.shape;
  if (model.input.layout !== 'nhwc') return model;
  return { ...model, input: { ...model.input, shape: [batch, fourth, second, third] } };
}

/**
 * The entry that serves a role: the selected one, else the first of that role, which is ours. Throws MODEL_INVALID
 * where the selection names none of that role.
 */
export function selectEntry(
  entries: readonly ManifestEntry[],
  role: ModelRole,
  selected: Partial<Record<ModelRole, string>> = {},
): ManifestEntry {
  const candidates = entries.filter(({ spec }) => spec.role === role);
  const wanted = selected[role];
  const entry = wanted === undefined ? candidates[0] : candidates.find(({ spec }) => spec.name === wanted);
  if (entry !== undefined) return entry;
  const names = candidates.map(({ spec }) => spec.name).join(', ');
  throw invalid(`no model "${wanted ?? ''}" has the role ${role} (there is: ${names})`);
}

function invalid(message: string, cause?: unknown): VitrineError {
  return new VitrineError('MODEL_INVALID', message, { cause });
}
