/** A piece of HTML that is safe to put into a page: everything that came from outside is escaped in it. */
export class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }
}

export type HtmlValue = Html | string | number | undefined | readonly HtmlValue[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Builds HTML: the template is taken as it is, each value is escaped unless it is Html itself. Undefined is nothing,
 * lists are joined.
 */
export function html(template: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  const parts = template.map((text, i) => text + (i < values.length ? markupOf(values[i]) : ''));
  return new Html(parts.join(''));
}

function markupOf(value: HtmlValue): string {
  if (value === undefined) return '';
  if (value instanceof Html) return value.markup;
  if (typeof value === 'string' || typeof value === 'number') return escapeHtml(String(value));
  return value.map(markupOf).join('');
}

/** Escaped for text and quoted attributes; control characters, which HTML does not allow, become a replacement sign. */
export function escapeHtml(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[\p{Cc}]/gu, (character) => (/[\t\n]/.test(character) ? character : '\uFFFD'))
    .replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
