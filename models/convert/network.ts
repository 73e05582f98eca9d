import type { ModelSpec } from '../../src/vision/models.ts';
import type { GraphBuilder, ValueName } from './graph-builder.ts';
import { readGraphModel } from './packages.ts';
import { GraphTranslator, type TranslationOptions } from './tfjs-graph.ts';

/** A network that can be built: its manifest entry, but for the hash, and how its graph is made. */
export interface Network extends Omit<ModelSpec, 'sha256'> {
  /** Adds the network to an empty graph; the values of its outputs by name. */
  convert(graph: GraphBuilder): Promise<Readonly<Record<string, ValueName>>>;
}

/** A translator of one of the graph models in `@vladmandic/human`, `models/<name>`. */
export async function translateHumanModel(
  graph: GraphBuilder,
  name: string,
  input: TranslationOptions['input'],
): Promise<GraphTranslator> {
  const { graph: model, weights } = await readGraphModel('@vladmandic/human', `models/${name}`);
  return new GraphTranslator({ graph, model, weights, input });
}
