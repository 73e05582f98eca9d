import type { Box } from '../core/geometry.ts';

/**
 * The labels that `eval` reads. All three files are optional; every path is relative to the folder and stays in it.
 *
 *   labels.csv   path,identity,age,gender,x,y,w,h[,ethnicity]     one row a face; any value but the path may be blank
 *   pairs.csv    path_a,path_b,same[,fold]                        same: 1 or 0
 *   reid.csv     path,identity,role                               role: enrol, returning or new
 *
 * In labels.csv a picture whose rows all have a box counts as labelled completely. A blank box says that there may
 * be faces which nobody marked; the box 0,0,0,0 says that there is no face in the picture.
 */
export interface LabelledFolder {
  readonly labels: readonly FaceLabel[];
  readonly pairs: readonly PairLabel[];
  readonly reid: readonly ReidLabel[];
}

export interface FaceLabel {
  readonly line: number;
  readonly path: string;
  readonly identity: string | undefined;
  /** Years. */
  readonly age: number | undefined;
  readonly gender: LabelledGender | undefined;
  readonly ethnicity: string | undefined;
  /** Pixels of the upright picture; `none`: there is no face in it. */
  readonly box: Box | 'none' | undefined;
}

export type LabelledGender = 'female' | 'male';

export interface PairLabel {
  readonly line: number;
  readonly a: string;
  readonly b: string;
  readonly same: boolean;
  readonly fold: string | undefined;
}

export interface ReidLabel {
  readonly line: number;
  readonly path: string;
  readonly identity: string | undefined;
  readonly role: ReidRole;
}

export type ReidRole = 'enrol' | 'returning' | 'new';
