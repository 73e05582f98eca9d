/**
 * Who is in the demo clip. Gender and age band are what a person looking at the pictures would say ("by eye"): nobody
 * was asked, so the bands are estimates to compare with, not facts about anyone.
 */

export type OutfitKind = 'tee' | 'shirt' | 'jacket' | 'blouse';

export interface Outfit {
  readonly kind: OutfitKind;
  /** `#rrggbb` */
  readonly colour: string;
  /** Collar, lapels' inside or trim, `#rrggbb`. */
  readonly accent: string;
}

export interface AgeBand {
  /** Years, both ends included. */
  readonly low: number;
  readonly high: number;
}

export interface Person {
  readonly key: string;
  /** Cells of the sheet that show this person, one per visit, from the first again when they run out; checked by eye. */
  readonly cells: readonly number[];
  readonly genderByEye: 'female' | 'male';
  readonly ageByEye: AgeBand;
  readonly build: 'broad' | 'slim';
  /** How much higher than the average the face is carried, as a share of the face's width. */
  readonly stature: number;
  readonly outfit: Outfit;
}

export const CAST: readonly Person[] = [
  {
    key: 'p1',
    cells: [11, 1],
    genderByEye: 'male',
    ageByEye: { low: 35, high: 44 },
    build: 'broad',
    stature: 0.1,
    outfit: { kind: 'shirt', colour: '#7f9bb8', accent: '#e9eef3' },
  },
  {
    key: 'p2',
    cells: [35, 37],
    genderByEye: 'female',
    ageByEye: { low: 25, high: 34 },
    build: 'slim',
    stature: -0.08,
    outfit: { kind: 'blouse', colour: '#a5483f', accent: '#c9766b' },
  },
  {
    key: 'p3',
    cells: [95],
    genderByEye: 'male',
    ageByEye: { low: 45, high: 54 },
    build: 'broad',
    stature: 0.06,
    outfit: { kind: 'jacket', colour: '#4d5a63', accent: '#ece7dc' },
  },
  {
    key: 'p4',
    cells: [94],
    genderByEye: 'female',
    ageByEye: { low: 18, high: 24 },
    build: 'slim',
    stature: -0.2,
    outfit: { kind: 'tee', colour: '#e2c069', accent: '#c9a54b' },
  },
  {
    key: 'p5',
    cells: [80],
    genderByEye: 'male',
    ageByEye: { low: 25, high: 34 },
    build: 'broad',
    stature: 0.18,
    outfit: { kind: 'tee', colour: '#3f4a5c', accent: '#59667a' },
  },
  {
    key: 'p6',
    cells: [56, 97],
    genderByEye: 'female',
    ageByEye: { low: 18, high: 24 },
    build: 'slim',
    stature: -0.04,
    outfit: { kind: 'jacket', colour: '#6f5b78', accent: '#efe6ee' },
  },
  {
    key: 'p7',
    cells: [69],
    genderByEye: 'male',
    ageByEye: { low: 25, high: 34 },
    build: 'broad',
    stature: 0.2,
    outfit: { kind: 'shirt', colour: '#5d7f6b', accent: '#7c9c8a' },
  },
  {
    key: 'p8',
    cells: [107],
    genderByEye: 'female',
    ageByEye: { low: 25, high: 34 },
    build: 'slim',
    stature: 0,
    outfit: { kind: 'blouse', colour: '#e6ded0', accent: '#cfc3ae' },
  },
  {
    key: 'p9',
    cells: [55],
    genderByEye: 'male',
    ageByEye: { low: 35, high: 44 },
    build: 'broad',
    stature: 0.04,
    outfit: { kind: 'tee', colour: '#8a5a3c', accent: '#a5714f' },
  },
  {
    key: 'p10',
    cells: [30, 50],
    genderByEye: 'female',
    ageByEye: { low: 25, high: 34 },
    build: 'slim',
    stature: -0.12,
    outfit: { kind: 'blouse', colour: '#2f6f73', accent: '#4f8e91' },
  },
  {
    key: 'p11',
    cells: [99],
    genderByEye: 'male',
    ageByEye: { low: 25, high: 34 },
    build: 'broad',
    stature: 0.1,
    outfit: { kind: 'jacket', colour: '#39475a', accent: '#b9c6d2' },
  },
  {
    key: 'p12',
    cells: [73],
    genderByEye: 'female',
    ageByEye: { low: 25, high: 34 },
    build: 'slim',
    stature: -0.02,
    outfit: { kind: 'shirt', colour: '#c98f86', accent: '#f1dfd9' },
  },
];

export function castMember(key: string): Person {
  const person = CAST.find((member) => member.key === key);
  if (!person) throw new RangeError(`Nobody in the cast is called ${key}`);
  return person;
}
