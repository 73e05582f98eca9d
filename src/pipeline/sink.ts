import type { SightingMessage } from '../contract/sighting.ts';
import { type AgeBand, defaultAgeBands } from '../core/age-band.ts';
import { VISIT_GAP } from '../insight/visits.ts';
import type { Retention } from '../privacy/modes.ts';
import type { RecordBatch, RecordStore } from '../storage/store.ts';
import type { BatchHandler } from '../transport/transport.ts';
import { type Keeper, minuteKeeper, sightingKeeper, visitKeeper } from './keepers.ts';
import { rememberedVisits, storedVisits } from './visit-book.ts';

export interface SinkOptions {
  readonly records: RecordStore;
  /** `modeRules[mode]`: decides which rows exist at all. */
  readonly rules: Retention;
  /** Random id of this process's run; keeps its counts apart from those of other runs. */
  readonly run: string;
  readonly bands?: readonly AgeBand[];
  /** A visit ends after this long without a sighting, in ms; default 30 min. */
  readonly gapMs?: number;
  /** How long session mode remembers whose visit it was, in ms; default 3 h. */
  readonly sessionTtlMs?: number;
}

const SESSION_TTL = 3 * 3_600_000;

/**
 * The handler of topic `sightings`: stores each batch, and what follows from it, in one transaction. Delivered again,
 * a batch changes nothing. Give it batches one at a time (one consumer per group): a visit is read before it is
 * extended.
 */
export function createSink(options: SinkOptions): BatchHandler<'sightings'> {
  const keepers = keepersFor(options);
  return async (batch) => {
    const messages = batch.map((delivery) => delivery.message);
    await options.records.record(await collect(keepers, messages));
    for (const keeper of keepers) keeper.confirm();
  };
}

function keepersFor(options: SinkOptions): readonly Keeper[] {
  const { records, rules, run, bands = defaultAgeBands, gapMs = VISIT_GAP } = options;
  const { sessionTtlMs = SESSION_TTL } = options;
  const visits = {
    none: () => [],
    'with-id': () => [visitKeeper(storedVisits(records), gapMs)],
    'without-id': () => [visitKeeper(rememberedVisits(sessionTtlMs), gapMs)],
  };
  return [
    ...(rules.persistsSightings ? [sightingKeeper()] : []),
    ...visits[rules.persistsVisits](),
    ...(rules.persistsMinutes ? [minuteKeeper(run, bands)] : []),
  ];
}

async function collect(
  keepers: readonly Keeper[],
  messages: readonly SightingMessage[],
): Promise<RecordBatch> {
  let rows: RecordBatch = {};
  for (const keeper of keepers) rows = { ...rows, ...(await keeper.take(messages)) };
  return rows;
}
