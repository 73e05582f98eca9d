import { deterministicId, newRandomId } from '../core/ids.ts';
import type { AuditEntry } from './store.ts';
import type { AuditRow } from './tables.ts';

/**
 * How the audit log names a visitor: 12 characters (60 bits) of a one-way hash. Whoever still holds the face id can
 * check that it was erased; from the log alone, nobody can tell the id. Erased ids are recognised by it as well.
 */
export function auditSubject(faceId: string): string {
  return deterministicId('audit-subject', faceId).slice(0, 12);
}

export function toAuditRow(entry: AuditEntry): AuditRow {
  return {
    id: newRandomId(),
    at: Math.round(entry.at),
    action: entry.action,
    subject: entry.subject,
    rows_concerned: entry.rows,
  };
}
