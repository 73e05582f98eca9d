import { join } from 'node:path';
import type { Config } from '../config/schema.ts';
import type { SightingMessage } from '../contract/sighting.ts';
import type { AgeBand } from '../core/age-band.ts';
import { type Clock, systemClock } from '../core/clock.ts';
import { newRandomId } from '../core/ids.ts';
import type { Logger } from '../core/logger.ts';
import { createGallery, type Gallery } from '../identity/gallery.ts';
import { createExactIndex } from '../identity/index/exact.ts';
import { loadKey } from '../identity/key.ts';
import { createSightings } from '../identity/resolve.ts';
import { createVault } from '../identity/vault.ts';
import { IdentityStage } from '../pipeline/identity-stage.ts';
import { createSink } from '../pipeline/sink.ts';
import { modeRules } from '../privacy/modes.ts';
import { createSqliteStore } from '../storage/sqlite/store.ts';
import type { Store } from '../storage/store.ts';
import { createMemoryOutbox } from '../transport/embedded/memory-outbox.ts';
import { createSqliteOutbox } from '../transport/embedded/sqlite-outbox.ts';
import { createEmbeddedTransport, type EmbeddedTransport } from '../transport/embedded/transport.ts';
import { bandsFrom, identityRulesFrom, sightingRulesFrom } from './rules.ts';

/** Names the files of a data folder. */
export const DATABASE_FILE = 'vitrine.db';
export const OUTBOX_FILE = 'outbox.db';
const MAX_BATCH = 200;
const LINGER_MS = 50;

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
  const { config } = options;
  const clock = options.clock ?? systemClock;
  const run = newRandomId();
  const store = await openStore(options, stack);
  const gallery = await openGallery({ ...options, clock, store }, stack);
  const transport = await openTransport({ ...options, clock, store, run }, stack);
  const stage = new IdentityStage({
    gallery,
    sightings: createSightings({ run, site: config.site.id, rules: sightingRulesFrom(config) }),
    publish: (message) => transport.publish('sightings', message.site, message),
  });
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

async function openGallery(
  options: ShopOptions & { readonly clock: Clock; readonly store: Store | undefined },
  stack: AsyncDisposableStack,
): Promise<Gallery | undefined> {
  const { config, embedder, store, logger, clock } = options;
  if (embedder === undefined) return undefined;
  const rules = identityRulesFrom(config);
  const { fusion } = rules.matching;
  const common = { site: config.site.id, model: embedder.model, rules, clock, logger };
  const index = createExactIndex({ dimensions: embedder.dimensions, fusion });
  const sealed = store !== undefined && modeRules[config.mode].keepsTemplates === 'encrypted';
  const keeping = sealed
    ? { mode: 'loyalty' as const, store: store.gallery, vault: await openVault(options, store, stack) }
    : { mode: 'session' as const };
  const gallery = createGallery({ ...common, keeping, index });
  await gallery.start();
  stack.defer(() => gallery.stop());
  return gallery;
}

async function openVault(options: ShopOptions, store: Store, stack: AsyncDisposableStack) {
  const { templates } = await store.queries.counts();
  const { key } = await loadKey({
    dataDir: options.config.dataDir,
    environmentKey: options.environment['VITRINE_KEY'],
    create: templates === 0,
    logger: options.logger,
  });
  const vault = createVault({ key });
  key.fill(0);
  stack.defer(() => vault.close());
  return vault;
}

async function openTransport(
  options: ShopOptions & { readonly clock: Clock; readonly store: Store | undefined; readonly run: string },
  stack: AsyncDisposableStack,
): Promise<EmbeddedTransport> {
  const { config, store, logger, clock, onSighting } = options;
  const rules = modeRules[config.mode];
  const durable = store !== undefined && rules.persistsMessages;
  const outbox = durable
    ? createSqliteOutbox({ path: join(config.dataDir, OUTBOX_FILE), clock, logger })
    : createMemoryOutbox();
  const transport = createEmbeddedTransport({ outbox, logger, clock });
  if (store !== undefined) {
    const bands: readonly AgeBand[] = bandsFrom(config);
    const gapMs = config.visits.gapMinutes * 60_000;
    const sessionTtlMs = config.identity.sessionTtlMinutes * 60_000;
    const sink = createSink({ records: store.records, rules, run: options.run, bands, gapMs, sessionTtlMs });
    await transport.subscribe('sightings', sink, { group: 'sink', maxBatch: MAX_BATCH, lingerMs: LINGER_MS });
  }
  if (onSighting !== undefined) {
    const tell = async (batch: readonly { readonly message: SightingMessage }[]) => {
      for (const { message } of batch) onSighting(message);
    };
    await transport.subscribe('sightings', tell, { group: 'watch', maxBatch: MAX_BATCH });
  }
  await transport.start();
  stack.defer(() => transport.stop());
  return transport;
}
