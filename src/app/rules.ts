import type { Config } from '../config/schema.ts';
import type { AgeBand } from '../core/age-band.ts';
import { defaultSightingRules, type SightingRules } from '../identity/resolve.ts';
import { defaultIdentityRules, type IdentityRules } from '../identity/rules.ts';

/** From the configuration's words to the rules of the rooms, which know nothing of it. */

const MINUTE = 60_000;

export function identityRulesFrom(config: Config): IdentityRules {
  const { identity, visits } = config;
  const { birth, templates, timing, matching } = defaultIdentityRules;
  return {
    templates,
    birth: {
      ...birth,
      automatic: config.mode !== 'loyalty' || identity.enrol === 'automatic',
      minLooks: identity.birthLooks,
      minQuality: identity.minQuality,
      minFaceWidth: identity.minFacePixels,
    },
    timing: {
      ...timing,
      visitGapMs: visits.gapMinutes * MINUTE,
      sessionTtlMs: identity.sessionTtlMinutes * MINUTE,
    },
    matching: {
      ...matching,
      certain: identity.certainDistance ?? matching.certain,
      accept: identity.acceptDistance ?? matching.accept,
      stranger: identity.strangerDistance ?? matching.stranger,
    },
  };
}

export function sightingRulesFrom({ sightings }: Config): SightingRules {
  return { ...defaultSightingRules, ...sightings };
}

/** The configured ages at which bands begin, as bands; the first holds everyone below. */
export function bandsFrom({ buckets }: Config): readonly AgeBand[] {
  const starts = [0, ...buckets.ageBands];
  return starts.map((low, i) => {
    const next = starts[i + 1];
    if (next === undefined) return { label: `${low}+`, low, high: Number.POSITIVE_INFINITY };
    return { label: `${low}-${next - 1}`, low, high: next - 1 };
  });
}
