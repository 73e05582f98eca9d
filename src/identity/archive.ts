import { VitrineError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import type { GalleryChange, GalleryStore, TemplateRecord, VisitorRecord } from '../storage/store.ts';
import type { Template } from './templates.ts';
import type { Vault } from './vault.ts';

/** What the gallery remembers beyond its own memory: everything, sealed (loyalty), or nothing (session). */
export interface Archive {
  /** Whether anything outlives the process. */
  readonly lasting: boolean;
  load(): Promise<readonly ArchivedVisitor[]>;
  /** All steps or none; resolves once they are safe. */
  save(steps: readonly ArchiveStep[]): Promise<void>;
}

export interface ArchivedVisitor {
  readonly record: VisitorRecord;
  readonly templates: readonly Template[];
}

export type ArchiveStep =
  | { readonly kind: 'visitor'; readonly visitor: VisitorRecord }
  | { readonly kind: 'template'; readonly faceId: string; readonly template: Template }
  | { readonly kind: 'template-removed'; readonly id: string };

/** Session mode: nothing is ever written. */
export const forgetfulArchive: Archive = {
  lasting: false,
  load: async () => [],
  save: async () => {},
};

export interface SealedArchiveOptions {
  readonly store: GalleryStore;
  readonly vault: Vault;
  /** Names the models of the descriptors; templates of other models stay stored and are not loaded. */
  readonly model: string;
  readonly site: string;
  readonly logger: Logger;
}

export function createSealedArchive(options: SealedArchiveOptions): Archive {
  return new SealedArchive(options);
}

class SealedArchive implements Archive {
  readonly lasting = true;
  readonly #options: SealedArchiveOptions;

  constructor(options: SealedArchiveOptions) {
    this.#options = options;
  }

  /** @throws VitrineError KEY_INVALID if templates are stored and the key has sealed none of them. */
  async load(): Promise<readonly ArchivedVisitor[]> {
    const { store, site, model } = this.#options;
    const { visitors, templates } = await store.load();
    this.#checkKey(templates);
    const opened = new Map<string, { record: VisitorRecord; templates: Template[] }>();
    for (const record of visitors)
      if (record.site === site) opened.set(record.faceId, { record, templates: [] });
    const counts = { altered: 0, otherModel: 0 };
    for (const sealed of templates) {
      const visitor = opened.get(sealed.faceId);
      if (!visitor) continue;
      if (sealed.model !== model) {
        counts.otherModel++;
        continue;
      }
      const template = this.#open(sealed);
      if (template) visitor.templates.push(template);
      else counts.altered++;
    }
    this.#report(counts);
    return [...opened.values()];
  }

  async save(steps: readonly ArchiveStep[]): Promise<void> {
    if (steps.length > 0) await this.#options.store.apply(steps.map((step) => this.#toChange(step)));
  }

  #checkKey(templates: readonly TemplateRecord[]): void {
    const { vault } = this.#options;
    if (templates.length === 0 || templates.some((t) => vault.isSealedWithThisKey(t.sealed))) return;
    throw new VitrineError('KEY_INVALID', `the key opens none of the ${templates.length} stored templates`);
  }

  #open(sealed: TemplateRecord): Template | undefined {
    const { id, faceId, model, quality, createdAt } = sealed;
    try {
      const descriptor = this.#options.vault.openDescriptor(sealed.sealed, { templateId: id, faceId, model });
      return { id, descriptor, quality, createdAt, origin: undefined };
    } catch (error) {
      if (error instanceof VitrineError) return undefined;
      throw error;
    }
  }

  #report(counts: { readonly altered: number; readonly otherModel: number }): void {
    const { logger, model } = this.#options;
    if (counts.altered > 0) {
      logger.warn('stored templates were altered or sealed with another key and are set aside', {
        templates: counts.altered,
      });
    }
    if (counts.otherModel > 0) {
      logger.warn('stored templates were made by other models and are not compared', {
        templates: counts.otherModel,
        model,
      });
    }
  }

  #toChange(step: ArchiveStep): GalleryChange {
    if (step.kind !== 'template') return step;
    const { vault, model } = this.#options;
    const { faceId, template } = step;
    const { id, quality, createdAt } = template;
    const sealed = vault.sealDescriptor(template.descriptor, { templateId: id, faceId, model });
    return { kind: 'template', template: { id, faceId, model, sealed, quality, createdAt } };
  }
}
