import { auditSubject } from '../audit.ts';
import type { Session } from './session.ts';

/**
 * The ids that were erased, by their audit subject. A message that was under way when its visitor was erased must not
 * bring rows back; the one process that writes keeps the list in memory.
 */
export class ErasedIds {
  #subjects = new Set<string>();

  async load(session: Session): Promise<void> {
    const rows = await session.db
      .selectFrom('audit_log')
      .select('subject')
      .distinct()
      .where('action', '=', 'erase')
      .execute();
    this.#subjects = new Set(rows.flatMap((row) => row.subject ?? []));
  }

  add(faceId: string): void {
    this.#subjects.add(auditSubject(faceId));
  }

  has(faceId: string | null): boolean {
    // The hash is only worth its time once something was erased.
    return faceId !== null && this.#subjects.size > 0 && this.#subjects.has(auditSubject(faceId));
  }
}
