import type { Transaction } from 'kysely';
import { fromTemplateRow, fromVisitorRow, toTemplateRow, toVisitorRow } from '../rows.ts';
import type { GalleryChange, GalleryStore, TemplateRecord, VisitorRecord } from '../store.ts';
import type { Tables } from '../tables.ts';
import type { ErasedIds } from './erased.ts';
import type { Session } from './session.ts';

export class SqliteGallery implements GalleryStore {
  readonly #session: Session;
  readonly #erased: ErasedIds;

  constructor(session: Session, erased: ErasedIds) {
    this.#session = session;
    this.#erased = erased;
  }

  async load(): Promise<{ visitors: readonly VisitorRecord[]; templates: readonly TemplateRecord[] }> {
    const { db } = this.#session;
    const visitors = await db
      .selectFrom('visitors')
      .selectAll()
      .orderBy('created_at')
      .orderBy('face_id')
      .execute();
    const templates = await db
      .selectFrom('templates')
      .selectAll()
      .orderBy('created_at')
      .orderBy('id')
      .execute();
    return { visitors: visitors.map(fromVisitorRow), templates: templates.map(fromTemplateRow) };
  }

  async apply(changes: readonly GalleryChange[]): Promise<void> {
    const wanted = changes.filter((change) => !this.#erased.has(subjectOf(change)));
    if (wanted.length === 0) return;
    await this.#session.write(async (transaction) => {
      // Visitors first: a template may stand before its visitor in the list.
      for (const change of wanted) {
        if (change.kind === 'visitor') await saveVisitor(transaction, change.visitor);
      }
      for (const change of wanted) {
        if (change.kind === 'template') await saveTemplate(transaction, change.template);
        if (change.kind === 'template-removed') await removeTemplate(transaction, change.id);
      }
    });
  }
}

function subjectOf(change: GalleryChange): string | null {
  if (change.kind === 'visitor') return change.visitor.faceId;
  return change.kind === 'template' ? change.template.faceId : null;
}

async function saveVisitor(transaction: Transaction<Tables>, visitor: VisitorRecord): Promise<void> {
  const { face_id, ...values } = toVisitorRow(visitor);
  await transaction
    .insertInto('visitors')
    .values({ face_id, ...values })
    .onConflict((conflict) => conflict.column('face_id').doUpdateSet(values))
    .execute();
}

async function saveTemplate(transaction: Transaction<Tables>, template: TemplateRecord): Promise<void> {
  const { id, ...values } = toTemplateRow(template);
  await transaction
    .insertInto('templates')
    .values({ id, ...values })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
    .execute();
}

async function removeTemplate(transaction: Transaction<Tables>, id: string): Promise<void> {
  await transaction.deleteFrom('templates').where('id', '=', id).execute();
}
