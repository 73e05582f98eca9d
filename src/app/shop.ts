import { join } from 'node:path';
import type { Config } from '../config/schema.ts';
import type { SightingMessage } from '../contract/sighting.ts';
import { type Clock, systemClock } from '../core/clock.ts';
import { newRandomId } from '../core/ids.ts';
import type { Logger } from '../core/logger.ts';
import type { Gallery } from '../identity/gallery.ts';
import type { IdentityStage } from '../pipeline/identity-stage.ts';
import { modeRules } from '../privacy/modes.ts';
import { createSqliteStore } from '../storage/sqlite/store.ts';
import type { Store } from '../storage/store.ts';
import { createMemoryOutbox } from '../transport/embedded/memory-outbox.ts';
import { createSqliteOutbox } from '../transport/embedded/sqlite-outbox.ts';
import { createEmbeddedTransport, type EmbeddedTransport } from '../transport/embedded/transport.ts';
import { openIdentity } from './identity.ts';
import { subscribeSink } from './sink.ts';

/** Names the files of a data folder. */
export const DATABASE_FILE = 'vitrine.db';
export const OUTBOX_FILE = 'outbox.db';
const WATCHED_BATCH = 200;

export interface ShopOptions {
  readonly config: Config;
  /** False: nothing of this run touches the disk, whatever the mode allows. */
  readonly persists: boolean;
  /** Names the models that make the descriptors, and their length; undefined in anonymous mode. */
  readonly embedder: { readonly model: string; readonly dimensions: number } | undefined;
  readonly environment: NodeJS.ProcessEnv;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** Sees every sighting, also where none is stored. */
  readonly onSighting?: (message: SightingMessage) => void;
}

/** Everything behind vision in one process: identity, transport, storage. */
export interface Shop {
  readonly stage: IdentityStage;
  /** Undefined where nothing is persisted. */
  readonly store: Store | undefined;
  readonly gallery: Gallery | undefined;
  readonly transport: EmbeddedTransport;
  /** Publishes what was held back and waits until everything is stored. */
  drain(): Promise<void>;
  /** Stops in order; safe after an error at any point. */
  close(): Promise<void>;
}

export async function openShop(options: ShopOptions): Promise<Shop> {
  const stack = new AsyncDisposableStack();
  try {
    const parts = await openParts(options, stack);
    const opened = stack.move();
    return {
      ...parts,
      drain: async () => {
        await parts.stage.finish();
        await parts.transport.drain();
      },
      close: () => opened.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

async function openParts(options: ShopOptions, stack: AsyncDisposableStack) {
  const { config, embedder, environment, logger, onSighting } = options;
  const clock = options.clock ?? systemClock;
  const run = newRandomId();
  const store = await openStore(options, stack);
  const transport = createTransport(options, store !== undefined);
  const common = { config, store, transport, run, clock, logger };
  const { stage, gallery } = await openIdentity({ ...common, embedder, environment }, stack);
  if (store !== undefined) await subscribeSink({ config, store, transport, run });
  if (onSighting !== undefined) await subscribeWatcher(transport, onSighting);
  await transport.start();
  stack.defer(() => transport.stop());
  return { stage, store, gallery, transport };
}

async function openStore(options: ShopOptions, stack: AsyncDisposableStack): Promise<Store | undefined> {
  if (!options.persists) return undefined;
  const path = join(options.config.dataDir, DATABASE_FILE);
  const store = createSqliteStore({ path, logger: options.logger });
  await store.start();
  stack.defer(() => store.stop());
  return store;
}

function createTransport(options: ShopOptions, persists: boolean): EmbeddedTransport {
  const { config, logger, clock = systemClock } = options;
  const durable = persists && modeRules[config.mode].persistsMessages;
  const outbox = durable
    ? createSqliteOutbox({ path: join(config.dataDir, OUTBOX_FILE), clock, logger })
    : createMemoryOutbox();
  return createEmbeddedTransport({ outbox, logger, clock });
}

async function subscribeWatcher(
  transport: EmbeddedTransport,
  onSighting: (message: SightingMessage) => void,
): Promise<void> {
  const tell = async (batch: readonly { readonly message: SightingMessage }[]) => {
    for (const { message } of batch) onSighting(message);
  };
  await transport.subscribe('sightings', tell, { group: 'watch', maxBatch: WATCHED_BATCH });
}
