import { parseDocument, stringify } from 'yaml';
import { redactAddress } from './redact.ts';

export type YamlResult = { readonly value: unknown } | { readonly fault: string; readonly line: number };

/** YAML or JSON as a value, or what is wrong with it in words that do not quote the text: it may hold secrets. */
export function readYaml(text: string): YamlResult {
  const document = parseDocument(text, { logLevel: 'silent' });
  const [error] = document.errors;
  if (error) {
    // The parser's message goes on with the offending lines.
    const [reason = ''] = error.message.split(/ at line \d|\n/, 1);
    return { fault: redactAddress(reason), line: error.linePos?.[0].line ?? 1 };
  }
  try {
    return { value: document.toJS() as unknown };
  } catch {
    return { fault: 'an alias (*name) leads nowhere or is used too often', line: 1 };
  }
}

/** A value on one line. */
export function writeYaml(value: unknown): string {
  return stringify(value, { flowCollectionPadding: false, collectionStyle: 'flow', lineWidth: 0 }).trim();
}
