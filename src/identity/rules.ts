import { defaultMatchRules, type MatchRules } from './matching.ts';

/** When a look counts, and when a visitor is born. Times in milliseconds, widths in pixels, qualities 0 to 1. */
export interface BirthRules {
  /** Whether strangers become visitors at all; if not, only those who are in the gallery are recognised. */
  readonly automatic: boolean;
  /** Good looks needed. */
  readonly minLooks: number;
  /** Time from the first to the last of them. */
  readonly minSpreadMs: number;
  /** `overall` quality of a good look. */
  readonly minQuality: number;
  /** Width of the face in a good look. */
  readonly minFaceWidth: number;
  /** Probability of a live person in a good look; 0 leaves it to the track's `flat`. */
  readonly minLiveness: number;
  /** A look of a track that ends undecided is compared once more from this quality and width on. */
  readonly fairQuality: number;
  readonly fairFaceWidth: number;
  /** An undecided track waits for more looks this long after its first good look, and for at most so many. */
  readonly patienceMs: number;
  readonly patienceLooks: number;
}

export interface TemplateRules {
  /** Most templates of one visitor. */
  readonly max: number;
  /** A new template nearer than this to an old one teaches nothing. */
  readonly redundant: number;
  /** Good looks of a recognised track after which its visitor learns from it; at its end two are enough. */
  readonly looksToLearn: number;
}

export interface TimingRules {
  /** `lastSeenAt` and attributes of a present visitor are written this often, and at the end of the track. */
  readonly writeEveryMs: number;
  /** Absence after which a visitor who comes back counts as returning. */
  readonly visitGapMs: number;
  /** A track that has not been heard of for so long is over. */
  readonly trackTimeoutMs: number;
  /** A face that was in the picture this short ago may still be there, missed by the detector or merely late. */
  readonly absenceMs: number;
  /** Session mode: a visitor not seen for so long is forgotten. */
  readonly sessionTtlMs: number;
}

export interface IdentityRules {
  readonly birth: BirthRules;
  readonly templates: TemplateRules;
  readonly timing: TimingRules;
  readonly matching: MatchRules;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;

export const defaultIdentityRules: IdentityRules = {
  birth: {
    automatic: true,
    minLooks: 3,
    minSpreadMs: 500,
    minQuality: 0.35,
    minFaceWidth: 40,
    minLiveness: 0,
    fairQuality: 0.25,
    fairFaceWidth: 30,
    patienceMs: 2500,
    patienceLooks: 8,
  },
  templates: { max: 8, redundant: 0.18, looksToLearn: 5 },
  timing: {
    writeEveryMs: 10 * SECOND,
    visitGapMs: 30 * MINUTE,
    trackTimeoutMs: 30 * SECOND,
    absenceMs: 400,
    sessionTtlMs: 180 * MINUTE,
  },
  matching: defaultMatchRules,
};
