/** Query parameters that carry secrets in the addresses of common IP cameras. */
const SECRET_PARAMETER =
  /([?&](?:pass(?:word|wd)?|pwd|user(?:name)?|usr|token|auth|key|apikey|api_key|secret|loginuse|loginpas)=)[^&#]*/gi;

/** The address as it may be shown: without user, password and secret query parameters. Paths stay as they are. */
export function labelOf(source: string): string {
  if (!isUrl(source)) return source;
  const slashes = source.indexOf('//') + 2;
  const rest = source.slice(slashes);
  const authorityEnd = rest.search(/[/?#]/);
  const authority = authorityEnd < 0 ? rest : rest.slice(0, authorityEnd);
  const at = authority.lastIndexOf('@');
  const shown = source.slice(0, slashes) + rest.slice(at + 1);
  return shown.replace(SECRET_PARAMETER, '$1…');
}

/** `scheme://…`; a Windows path such as `C:\clip.mp4` is none. */
export function isUrl(source: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(source);
}
