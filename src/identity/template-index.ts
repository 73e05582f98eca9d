import type { TemplateDescriptor } from './descriptor.ts';

/** Port: finds the templates nearest to a descriptor. The adapters are in `index/`. */
export interface TemplateIndex {
  readonly size: number;
  /** Length of the face embeddings. */
  readonly dimensions: number;
  /** Adds a template, or replaces the one with this id. The face is copied. */
  add(id: string, descriptor: TemplateDescriptor): void;
  /** Removes the template and overwrites its face; false if there is none. */
  remove(id: string): boolean;
  /** At most `limit` templates not further than `within` (fused distance), nearest first. */
  nearest(query: TemplateDescriptor, options: NearestOptions): Neighbour[];
  /** Removes everything and overwrites the memory. */
  clear(): void;
}

export interface NearestOptions {
  readonly limit: number;
  readonly within: number;
}

export interface Neighbour {
  readonly id: string;
  /** Fused distance; see `matching.ts`. */
  readonly distance: number;
}
