import { sightingMessageSchema } from '../contract/sighting.ts';
import type { Topic, TopicMessages } from '../contract/topics.ts';
import { VitrineError } from '../core/errors.ts';

/** Messages as text, for whatever outlives a process or leaves it. Checked by its schema on the way in. */

const schemas: { readonly [T in Topic]: { parse(value: unknown): TopicMessages[T] } } = {
  sightings: sightingMessageSchema,
};

export function isTopic(name: string): name is Topic {
  return Object.hasOwn(schemas, name);
}

export function encodeMessage<T extends Topic>(_topic: T, message: TopicMessages[T]): string {
  return JSON.stringify(message);
}

/** Errors: INTERNAL (not retryable) if the text is not a message of the topic in a version that is known. */
export function decodeMessage<T extends Topic>(topic: T, text: string): TopicMessages[T] {
  try {
    return schemas[topic].parse(JSON.parse(text));
  } catch (cause) {
    throw new VitrineError('INTERNAL', `a stored message of topic ${topic} cannot be read`, { cause });
  }
}
