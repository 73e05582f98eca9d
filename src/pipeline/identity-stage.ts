import type { SightingMessage } from '../contract/sighting.ts';
import type { TrackUpdate } from '../core/track.ts';
import type { Gallery, Resolution } from '../identity/gallery.ts';
import type { Sightings } from '../identity/resolve.ts';

export interface IdentityStageParts {
  /** Undefined in anonymous mode: nobody is recognised. */
  readonly gallery: Gallery | undefined;
  readonly sightings: Sightings;
  /** Resolves once the message is safe. */
  readonly publish: (message: SightingMessage) => Promise<void>;
}

/** Track updates in, sightings out; says of each update who the track is. */
export class IdentityStage {
  readonly #parts: IdentityStageParts;

  constructor(parts: IdentityStageParts) {
    this.#parts = parts;
  }

  /** Undefined in anonymous mode. Updates of one camera must come in order. */
  async handle(update: TrackUpdate): Promise<Resolution | undefined> {
    const { gallery, sightings } = this.#parts;
    const resolution = await gallery?.observe(update);
    // A picture of a face is not a person: it is neither identified nor counted.
    if (!update.flat) await this.#publish(sightings.add(update, resolution));
    return resolution;
  }

  /** The run is over: publishes what was held back. */
  async finish(): Promise<void> {
    await this.#publish(this.#parts.sightings.flush());
  }

  async #publish(messages: readonly SightingMessage[]): Promise<void> {
    for (const message of messages) await this.#parts.publish(message);
  }
}
