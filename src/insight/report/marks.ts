import { Html, html } from './html.ts';

/** How a visitor is shown where there is no picture: a plain shape, the same wherever the id appears. */

const shapes = [
  '<circle cx="8" cy="8" r="7"/>',
  '<rect x="1.5" y="1.5" width="13" height="13" rx="1.5"/>',
  '<path d="M8 1 15.5 14.5H.5Z"/>',
  '<path d="M8 .5 15.5 8 8 15.5.5 8Z"/>',
  '<path d="M4.2 1.5h7.6L15.6 8l-3.8 6.5H4.2L.4 8Z"/>',
  '<path d="M1 8a7 7 0 0 1 14 0v6.5H1Z"/>',
  '<path d="M5.5 1h5v4.5H15v5h-4.5V15h-5v-4.5H1v-5h4.5Z"/>',
  '<path d="M8 1a7 7 0 1 0 7 7H8Z"/>',
];

const JPEG_START = [0xff, 0xd8, 0xff];

/** A picture of the visitor if there is a usable one, else his shape. Decorative: the id stands beside it. */
export function visitorMark(faceId: string, crop: Uint8Array | undefined): Html {
  if (crop && JPEG_START.every((byte, i) => crop[i] === byte)) {
    const data = Buffer.from(crop.buffer, crop.byteOffset, crop.byteLength).toString('base64');
    return html`<img class="mark" alt="" width="32" height="32" src="data:image/jpeg;base64,${data}">`;
  }
  const code = [...faceId].reduce((sum, character) => (sum * 31 + (character.codePointAt(0) ?? 0)) % 9973, 7);
  const shape = shapes[code % shapes.length] ?? '';
  const outlined = Math.floor(code / shapes.length) % 2 === 1;
  const style = outlined
    ? new Html('fill="none" stroke="currentColor" stroke-width="2"')
    : new Html('fill="currentColor"');
  return html`<svg class="mark" viewBox="0 0 16 16" aria-hidden="true" ${style}>${new Html(shape)}</svg>`;
}

/** An empty frame, for a page that has nobody to show. */
export const emptyMark = new Html(
  '<svg viewBox="0 0 48 48" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.5" ' +
    'stroke-linecap="round"><path d="M4 14V8a4 4 0 0 1 4-4h6M34 4h6a4 4 0 0 1 4 4v6M44 34v6a4 4 0 0 1-4 4h-6' +
    'M14 44H8a4 4 0 0 1-4-4v-6"/><path d="M16 24h16" stroke-dasharray="1 4"/></svg>',
);
