import sharp from 'sharp';

/** Versions of sharp and of the libvips inside it; importing this file loads them. */
export function imageLibraryVersions(): { readonly sharp: string; readonly vips: string } {
  const { sharp: own = 'unknown', vips } = sharp.versions;
  return { sharp: own, vips };
}
