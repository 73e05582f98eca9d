/** Text from outside, such as the name of a file, as it may be shown: it cannot move the cursor or forge a colour. */
export function plainText(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n\t]/gu, '\ufffd');
}
