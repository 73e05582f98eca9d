import { Frame as AvFrame, Filter, type FilterContext, FilterGraph } from 'node-av/lib';
import { mustSucceed } from './library.ts';
import { type FilterStep, type PictureShape, uprightFilters } from './upright.ts';

interface Graph {
  readonly graph: FilterGraph;
  readonly source: FilterContext;
  readonly sink: FilterContext;
}

/**
 * Makes decoded pictures upright and as small or grey as asked for, in libuv's threads. Pictures that need nothing
 * pass untouched. A source may change its size, format or orientation at any time.
 */
export class PictureFilter {
  readonly #shape: PictureShape;
  #key = '';
  #steps: readonly FilterStep[] = [];
  #graph: Graph | undefined;

  constructor(shape: PictureShape) {
    this.#shape = shape;
  }

  /** Takes over `picture`; gives the same one or a new one. */
  async apply(picture: AvFrame): Promise<AvFrame> {
    await this.#adapt(picture);
    if (this.#graph === undefined) return picture;
    const { source, sink } = this.#graph;
    try {
      mustSucceed(await source.buffersrcAddFrame(picture), 'filtering a frame');
    } finally {
      picture.free();
    }
    const result = new AvFrame();
    result.alloc();
    const code = await sink.buffersinkGetFrame(result);
    if (code < 0) result.free();
    mustSucceed(code, 'filtering a frame');
    return result;
  }

  close(): void {
    this.#graph?.graph.free();
    this.#graph = undefined;
    this.#key = '';
  }

  async #adapt(picture: AvFrame): Promise<void> {
    const steps = uprightFilters(picture, this.#shape);
    const input = describeInput(picture);
    const key = `${input} ${steps.join(' ')}`;
    if (key === this.#key) return;
    this.close();
    this.#steps = steps;
    if (steps.length > 0) this.#graph = await buildGraph(input, this.#steps);
    this.#key = key;
  }
}

function describeInput(picture: AvFrame): string {
  const { num, den } = picture.sampleAspectRatio;
  const fields = {
    video_size: `${picture.width}x${picture.height}`,
    pix_fmt: picture.format,
    time_base: '1/1',
    pixel_aspect: `${num}/${Math.max(1, den)}`,
    colorspace: picture.colorSpace,
    range: picture.colorRange,
  };
  return Object.entries(fields)
    .map(([key, value]) => `${key}=${value}`)
    .join(':');
}

async function buildGraph(input: string, steps: readonly FilterStep[]): Promise<Graph> {
  const graph = new FilterGraph();
  graph.alloc();
  const chain = [['buffer', input], ...steps, ['buffersink', '']] as const;
  const contexts = chain.map(([name, args], position) => createFilter(graph, { name, args, position }));
  for (const [position, context] of contexts.entries()) {
    const next = contexts[position + 1];
    if (next !== undefined) mustSucceed(context.link(0, next, 0), 'linking filters');
  }
  mustSucceed(await graph.config(), 'setting up filters');
  return { graph, source: contexts[0] as FilterContext, sink: contexts.at(-1) as FilterContext };
}

function createFilter(
  graph: FilterGraph,
  step: { readonly name: string; readonly args: string; readonly position: number },
): FilterContext {
  const filter = Filter.getByName(step.name);
  const context = filter && graph.createFilter(filter, `${step.name}${step.position}`, step.args || null);
  if (!context) throw new Error(`FFmpeg lacks the filter ${step.name}`);
  return context;
}
