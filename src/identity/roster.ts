import type { VisitorRecord } from '../storage/store.ts';
import { type TemplateDescriptor, wipeDescriptor } from './descriptor.ts';
import type { MatchRules } from './matching.ts';
import type { TemplateIndex } from './template-index.ts';
import type { Template } from './templates.ts';

/** A visitor in memory. */
export interface Visitor {
  readonly faceId: string;
  record: VisitorRecord;
  templates: Template[];
  /** Whether the visit going on is not the first. */
  returning: boolean;
  /** By camera: the track that was last called by the id, and the capture time of the last frame in which it was. */
  readonly borne: Map<string, { readonly track: string; readonly at: number }>;
  /** By the wall clock: when the visitor was last heard of in this process. */
  touchedAt: number;
}

/** Nearest templates looked at for one question; a visitor has at most a few of them. */
const NEIGHBOURS = 64;

/** All visitors in memory and the index over their templates, kept in step. */
export class Roster {
  readonly #index: TemplateIndex;
  readonly #visitors = new Map<string, Visitor>();
  readonly #owners = new Map<string, string>();

  constructor(index: TemplateIndex) {
    this.#index = index;
  }

  get size(): number {
    return this.#visitors.size;
  }

  get templateCount(): number {
    return this.#index.size;
  }

  get(faceId: string): Visitor | undefined {
    return this.#visitors.get(faceId);
  }

  all(): Iterable<Visitor> {
    return this.#visitors.values();
  }

  add(visitor: Visitor): void {
    this.#visitors.set(visitor.faceId, visitor);
    for (const template of visitor.templates) this.#enter(visitor.faceId, template);
  }

  addTemplate(visitor: Visitor, template: Template): void {
    visitor.templates.push(template);
    this.#enter(visitor.faceId, template);
  }

  removeTemplate(visitor: Visitor, id: string): void {
    const template = visitor.templates.find((t) => t.id === id);
    if (!template) return;
    visitor.templates = visitor.templates.filter((t) => t.id !== id);
    this.#owners.delete(id);
    this.#index.remove(id);
    wipeDescriptor(template.descriptor);
  }

  /** Forgets a visitor and overwrites the templates. */
  forget(faceId: string): boolean {
    const visitor = this.#visitors.get(faceId);
    if (!visitor) return false;
    for (const { id } of visitor.templates) this.removeTemplate(visitor, id);
    return this.#visitors.delete(faceId);
  }

  clear(): void {
    for (const faceId of [...this.#visitors.keys()]) this.forget(faceId);
    this.#index.clear();
  }

  /** The visitors with a template near enough to matter for a decision. */
  near(query: TemplateDescriptor, rules: MatchRules): Visitor[] {
    const within = rules.stranger + rules.margin;
    const found = new Set<Visitor>();
    for (const { id } of this.#index.nearest(query, { limit: NEIGHBOURS, within })) {
      const visitor = this.#visitors.get(this.#owners.get(id) ?? '');
      if (visitor) found.add(visitor);
    }
    return [...found];
  }

  #enter(faceId: string, template: Template): void {
    this.#owners.set(template.id, faceId);
    this.#index.add(template.id, template.descriptor);
  }
}
