import type { Config } from '../config/schema.ts';
import { type Clock, systemClock } from '../core/clock.ts';
import type { Logger } from '../core/logger.ts';
import type { Shop } from './shop.ts';

const DAY = 86_400_000;

/** Deletes what is older than the configuration allows, in the database and in memory. */
export async function keepRetention(options: {
  readonly config: Config;
  readonly shop: Shop;
  readonly logger: Logger;
  readonly clock?: Clock;
}): Promise<void> {
  const { config, shop, logger, clock = systemClock } = options;
  const before = clock.now() - config.privacy.retentionDays * DAY;
  const visitors = (await shop.gallery?.forgetUnseen(before)) ?? 0;
  const rows = (await shop.store?.queries.prune(before)) ?? 0;
  if (rows + visitors > 0)
    logger.info('Old rows deleted', { rows, visitors, days: config.privacy.retentionDays });
}
