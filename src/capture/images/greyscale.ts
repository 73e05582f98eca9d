import type { RgbImage } from '../../core/image.ts';

/** The picture with its luma (ITU-R BT.601 weights, as JPEG uses) in all three channels; changes it in place. */
export function toGreyscale(image: RgbImage): RgbImage {
  const { data } = image;
  for (let i = 0; i < data.length; i += 3) {
    const luma =
      (19595 * (data[i] as number) +
        38470 * (data[i + 1] as number) +
        7471 * (data[i + 2] as number) +
        32768) >>
      16;
    data[i] = luma;
    data[i + 1] = luma;
    data[i + 2] = luma;
  }
  return image;
}
