import type { SightingMessage } from './sighting.ts';

/**
 * The topics of the house and what each carries. In one process they live in memory, with a durable outbox where
 * `durable` says so; in the distributed layout they are Apache Kafka topics of the same names behind a prefix.
 */
export interface TopicMessages {
  sightings: SightingMessage;
}

export type Topic = keyof TopicMessages;

export interface TopicTraits {
  /** What a message is keyed by: the order of messages with one key is kept. */
  readonly key: 'site' | 'camera' | 'screen';
  /** Kept in the outbox until a consumer has acknowledged it. */
  readonly durable: boolean;
}

export const topicTraits: Readonly<Record<Topic, TopicTraits>> = {
  sightings: { key: 'site', durable: true },
};
