import type { Config } from '../config/schema.ts';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/logger.ts';
import { createGallery, type Gallery } from '../identity/gallery.ts';
import { createExactIndex } from '../identity/index/exact.ts';
import { loadKey } from '../identity/key.ts';
import { createSightings } from '../identity/resolve.ts';
import { createVault, type Vault } from '../identity/vault.ts';
import { IdentityStage } from '../pipeline/identity-stage.ts';
import { modeRules } from '../privacy/modes.ts';
import type { Store } from '../storage/store.ts';
import type { Transport } from '../transport/transport.ts';
import { identityRulesFrom, sightingRulesFrom } from './rules.ts';

export interface IdentityRoleOptions {
  readonly config: Config;
  /** Names the models that make the descriptors, and their length; undefined in anonymous mode. */
  readonly embedder: { readonly model: string; readonly dimensions: number } | undefined;
  /** Where visitors and templates are kept, if the mode keeps them; undefined where nothing is persisted. */
  readonly store: Store | undefined;
  readonly transport: Transport;
  /** Random, one per run. */
  readonly run: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface IdentityRole {
  readonly stage: IdentityStage;
  /** Undefined in anonymous mode. */
  readonly gallery: Gallery | undefined;
}

/** The role `identity`: tracks in, sightings out through the transport. What it opens, `stack` closes. */
export async function openIdentity(
  options: IdentityRoleOptions,
  stack: AsyncDisposableStack,
): Promise<IdentityRole> {
  const { config, run, transport } = options;
  const gallery = await openGallery(options, stack);
  const stage = new IdentityStage({
    gallery,
    sightings: createSightings({ run, site: config.site.id, rules: sightingRulesFrom(config) }),
    publish: (message) => transport.publish('sightings', message.site, message),
  });
  return { stage, gallery };
}

async function openGallery(
  options: IdentityRoleOptions,
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

async function openVault(
  options: IdentityRoleOptions,
  store: Store,
  stack: AsyncDisposableStack,
): Promise<Vault> {
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
