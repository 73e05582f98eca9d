import { existsSync } from 'node:fs';
import { VitrineError } from '../core/errors.ts';
import type { Store } from '../storage/store.ts';
import { compactOutbox } from '../transport/embedded/compact-outbox.ts';
import { type DataFolder, outboxPath, withOutbox, withStore } from './data.ts';

export interface ErasureOptions extends DataFolder {
  readonly faceIds: readonly string[];
  /** Asked once it is known that all of them are there; false leaves everything as it is. */
  readonly confirm: () => Promise<boolean>;
}

/**
 * Removes visitors with all that is stored under their ids and all that still waits to be; the store tells the audit
 * log. False if it was not confirmed. Errors: VISITOR_UNKNOWN if one of them is not there (nothing is removed then),
 * and those of the store.
 */
export async function eraseVisitors(options: ErasureOptions): Promise<boolean> {
  return withStore({ ...options, readOnly: false }, async (store) => {
    const faceIds = [...new Set(options.faceIds)];
    await requireKnown(store, faceIds);
    if (!(await options.confirm())) return false;
    // The outbox first: if this fails half-way, the visitors are still there and can be erased again.
    await eraseWaiting(options, faceIds);
    for (const faceId of faceIds) await store.queries.erase(faceId);
    return true;
  });
}

async function requireKnown(store: Store, faceIds: readonly string[]): Promise<void> {
  const unknown = new Set(faceIds);
  for await (const { faceId } of store.queries.visitors()) unknown.delete(faceId);
  for (const faceId of unknown) if (await hasSightings(store, faceId)) unknown.delete(faceId);
  if (unknown.size === 0) return;
  throw new VitrineError('VISITOR_UNKNOWN', `there is no visitor ${[...unknown].join(', ')}`);
}

async function hasSightings(store: Store, faceId: string): Promise<boolean> {
  for await (const _ of store.queries.sightings({ faceId })) return true;
  return false;
}

/** A message holds the id as it is, and an id is too random to stand in one by chance. */
async function eraseWaiting(folder: DataFolder, faceIds: readonly string[]): Promise<void> {
  const path = outboxPath(folder.dataDir);
  if (!existsSync(path)) return;
  await withOutbox(folder, async (outbox) => {
    const ids: number[] = [];
    for await (const { id, payload } of outbox.pending())
      if (faceIds.some((faceId) => payload.includes(faceId))) ids.push(id);
    await outbox.remove(ids);
  });
  compactOutbox(path);
}
