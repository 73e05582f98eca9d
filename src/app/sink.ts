import type { Config } from '../config/schema.ts';
import { createSink } from '../pipeline/sink.ts';
import { modeRules } from '../privacy/modes.ts';
import type { Store } from '../storage/store.ts';
import type { Transport } from '../transport/transport.ts';
import { bandsFrom } from './rules.ts';

const MINUTE = 60_000;
const MAX_BATCH = 200;
const LINGER_MS = 50;

/** The role `sink`: stores what the sightings of the transport imply, as the mode allows. */
export async function subscribeSink(options: {
  readonly config: Config;
  readonly store: Store;
  readonly transport: Transport;
  /** Random, one per run. */
  readonly run: string;
}): Promise<void> {
  const { config, store, transport, run } = options;
  const sink = createSink({
    records: store.records,
    rules: modeRules[config.mode],
    run,
    bands: bandsFrom(config),
    gapMs: config.visits.gapMinutes * MINUTE,
    sessionTtlMs: config.identity.sessionTtlMinutes * MINUTE,
  });
  await transport.subscribe('sightings', sink, { group: 'sink', maxBatch: MAX_BATCH, lingerMs: LINGER_MS });
}
