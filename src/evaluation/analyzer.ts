import type { Box } from '../core/geometry.ts';
import type { AgeEstimate, FaceDescriptor, GenderEstimate } from '../core/track.ts';

/**
 * Port: the vision path as the evaluation sees it, so that the figures can be checked without a model. What is
 * measured is what is plugged in: the composition root gives the very path that `analyze` and `run` use.
 */
export interface FaceAnalyzer {
  readonly thresholds: {
    /** Two faces at most this far apart are the same person (`compare`). */
    readonly verification: number;
    /** A face at most this far from an enrolled visitor is that visitor. */
    readonly reidentification: number;
  };
  /**
   * Every face in a picture file, in pixels of the upright picture. Throws a VitrineError with a `SOURCE_…` code for
   * a file that is no readable picture.
   */
  analyzeFile(path: string, needs: AnalysisNeeds): Promise<AnalyzedPicture>;
  /** Distance of two faces, 0 and up. */
  distance(a: FaceDescriptor, b: FaceDescriptor): number;
  /** An empty gallery as the product builds it; without one, the nearest enrolled look decides. */
  createGallery?(): EvaluationGallery;
}

/** What the labels at hand can judge; an analyzer may leave out the rest, or ignore this and give everything. */
export interface AnalysisNeeds {
  readonly attributes: boolean;
  readonly descriptors: boolean;
  readonly signal?: AbortSignal;
}

export interface AnalyzedPicture {
  readonly width: number;
  readonly height: number;
  readonly faces: readonly AnalyzedFace[];
}

export interface AnalyzedFace {
  readonly box: Box;
  /** 0 to 1. */
  readonly score: number;
  /** Undefined where it was not asked for. */
  readonly age: AgeEstimate | undefined;
  readonly gender: GenderEstimate | undefined;
  readonly descriptor: FaceDescriptor | undefined;
}

/** Enrolled people and their looks. */
export interface EvaluationGallery {
  enrol(identity: string, looks: readonly FaceDescriptor[]): void;
  /** Who is nearest, however far; undefined if nobody is enrolled. */
  nearest(probe: FaceDescriptor): { readonly identity: string; readonly distance: number } | undefined;
}

/** The gallery used where the analyzer brings none: the distance to a person is that to the nearest look. */
export function nearestLookGallery(distance: FaceAnalyzer['distance']): EvaluationGallery {
  const looks: { identity: string; descriptor: FaceDescriptor }[] = [];
  return {
    enrol(identity, descriptors) {
      for (const descriptor of descriptors) looks.push({ identity, descriptor });
    },
    nearest(probe) {
      let best: { identity: string; distance: number } | undefined;
      for (const look of looks) {
        const d = distance(probe, look.descriptor);
        if (best === undefined || d < best.distance) best = { identity: look.identity, distance: d };
      }
      return best;
    },
  };
}
