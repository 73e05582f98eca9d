import type { AnnotatedFace } from '../annotation/annotate.ts';
import type { ImageFace } from '../contract/analysis.ts';
import type { Attributes, GenderEstimate } from '../core/track.ts';
import type { SeenFace } from './analyze-video.ts';

/** What is written beside a face in a picture or clip. */

export function labelSeenFace({ update, resolution }: SeenFace): AnnotatedFace {
  const { box, attributes, flat } = update;
  if (flat) return { box, lines: ['picture'], tone: 'muted' };
  if (resolution === undefined) return { box, lines: attributeLine(attributes), tone: 'plain' };
  const { faceId, returning } = resolution;
  if (faceId === undefined) return { box, lines: attributeLine(attributes), tone: 'muted' };
  return {
    box,
    lines: [`${faceId}  ${returning ? 'returning' : 'new'}`, ...attributeLine(attributes)],
    tone: returning ? 'returning' : 'new',
  };
}

export function labelPictureFace({ box, age, gender, faceId }: ImageFace): AnnotatedFace {
  const lines = [...(faceId === undefined ? [] : [faceId]), ...attributeLine({ age, gender })];
  return { box, lines, tone: faceId === undefined ? 'plain' : 'returning' };
}

function attributeLine(attributes: Attributes | undefined): string[] {
  if (attributes === undefined) return [];
  const { age, gender } = attributes;
  return [`${Math.round(age.mean)} (${Math.round(age.low)}–${Math.round(age.high)})  ${genderText(gender)}`];
}

function genderText({ label, probability }: GenderEstimate): string {
  return label === 'unknown' ? 'unknown' : `${label} ${Math.round(probability * 100)} %`;
}
