import type { QuantizedVector, TemplateDescriptor } from '../descriptor.ts';
import { appearanceTerm, type FusionRules } from '../matching.ts';
import type { NearestOptions, Neighbour, TemplateIndex } from '../template-index.ts';

const FIRST_CAPACITY = 256;
/** Numbers after which a face that is already too far is given up. */
const STRIDE = 32;

export interface ExactIndexOptions {
  /** Length of the face embedding. */
  readonly dimensions: number;
  readonly fusion: FusionRules;
}

/** Compares with every template: no error of its own, and fast enough for some ten thousand visitors. */
export function createExactIndex(options: ExactIndexOptions): TemplateIndex {
  return new ExactIndex(options);
}

interface Candidate {
  readonly slot: number;
  readonly faceDistance: number;
}

class ExactIndex implements TemplateIndex {
  readonly dimensions: number;
  readonly #fusion: FusionRules;
  /** Face of slot i at i × dimensions; slots 0 to size − 1 are in use. */
  #faces: Float32Array;
  readonly #appearances: (QuantizedVector | undefined)[] = [];
  readonly #ids: string[] = [];
  readonly #slots = new Map<string, number>();

  constructor(options: ExactIndexOptions) {
    this.dimensions = options.dimensions;
    this.#fusion = options.fusion;
    this.#faces = new Float32Array(FIRST_CAPACITY * options.dimensions);
  }

  get size(): number {
    return this.#ids.length;
  }

  add(id: string, descriptor: TemplateDescriptor): void {
    if (descriptor.face.length !== this.dimensions) throw new RangeError('the template has another length');
    const slot = this.#slots.get(id) ?? this.#ids.length;
    if ((slot + 1) * this.dimensions > this.#faces.length) this.#grow();
    this.#faces.set(descriptor.face, slot * this.dimensions);
    this.#appearances[slot] = descriptor.appearance;
    this.#ids[slot] = id;
    this.#slots.set(id, slot);
  }

  remove(id: string): boolean {
    const slot = this.#slots.get(id);
    if (slot === undefined) return false;
    const size = this.dimensions;
    const last = this.#ids.length - 1;
    const lastId = this.#ids[last] as string;
    this.#faces.copyWithin(slot * size, last * size, (last + 1) * size);
    this.#faces.fill(0, last * size, (last + 1) * size);
    this.#appearances[slot] = this.#appearances[last];
    this.#ids[slot] = lastId;
    this.#slots.set(lastId, slot);
    this.#slots.delete(id);
    this.#ids.pop();
    this.#appearances.pop();
    return true;
  }

  nearest(query: TemplateDescriptor, options: NearestOptions): Neighbour[] {
    const closer = query.appearance ? this.#fusion.mostCloser : 0;
    const found: Neighbour[] = [];
    for (const { slot, faceDistance } of this.#facesWithin(query.face, options.within + closer)) {
      const worst = found.length < options.limit ? options.within : (found.at(-1)?.distance ?? 0);
      if (faceDistance - closer > worst) break;
      const template = { face: query.face, appearance: this.#appearances[slot] };
      const distance = faceDistance + appearanceTerm(query, template, this.#fusion);
      if (distance > worst) continue;
      insert(found, { id: this.#ids[slot] as string, distance });
      if (found.length > options.limit) found.pop();
    }
    return found;
  }

  clear(): void {
    this.#faces.fill(0);
    this.#appearances.length = 0;
    this.#ids.length = 0;
    this.#slots.clear();
  }

  /** The templates whose face is not further than `reach`, nearest face first. */
  #facesWithin(face: Float32Array, reach: number): Candidate[] {
    if (reach < 0) return [];
    const limit = reach * reach;
    const found: Candidate[] = [];
    for (let slot = 0; slot < this.#ids.length; slot++) {
      const squared = squaredUpTo(face, this.#faces, slot * this.dimensions, limit);
      if (squared <= limit) found.push({ slot, faceDistance: Math.sqrt(squared) });
    }
    return found.sort((a, b) => a.faceDistance - b.faceDistance);
  }

  #grow(): void {
    const old = this.#faces;
    this.#faces = new Float32Array(old.length * 2);
    this.#faces.set(old);
    old.fill(0);
  }
}

/** Squared distance of `face` to the numbers at `offset`; some value above `limit` if it is above it. */
function squaredUpTo(face: Float32Array, all: Float32Array, offset: number, limit: number): number {
  let sum = 0;
  let i = 0;
  while (i < face.length && sum <= limit) {
    const end = Math.min(i + STRIDE, face.length);
    for (; i < end; i++) {
      const d = (face[i] as number) - (all[offset + i] as number);
      sum += d * d;
    }
  }
  return sum;
}

/** Keeps `sorted` in ascending order. */
function insert(sorted: Neighbour[], item: Neighbour): void {
  let at = sorted.length;
  while (at > 0 && (sorted[at - 1] as Neighbour).distance > item.distance) at--;
  sorted.splice(at, 0, item);
}
