import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { annotateImage, type Tone } from '../../src/annotation/annotate.ts';
import { createImage, type RgbImage } from '../../src/core/image.ts';

function grey(width: number, height: number, level: number): RgbImage {
  const image = createImage(width, height);
  image.data.fill(level);
  return image;
}

function pixel({ data, width }: RgbImage, x: number, y: number): number[] {
  const i = (y * width + x) * 3;
  return [...data.subarray(i, i + 3)];
}

const box = { x: 200, y: 200, width: 120, height: 140 };
const face = { box, lines: ['v-3k9x2m7qpw4r  25–34  female 98 %'], tone: 'new' as Tone };

/** The rectangle of pixels that differ between two pictures of one size. */
function changed(a: RgbImage, b: RgbImage): { left: number; right: number; top: number; bottom: number } {
  const found = { left: a.width, right: -1, top: a.height, bottom: -1 };
  for (let i = 0; i < a.data.length; i++) {
    if (a.data[i] === b.data[i]) continue;
    const x = Math.floor(i / 3) % a.width;
    const y = Math.floor(i / 3 / a.width);
    found.left = Math.min(found.left, x);
    found.right = Math.max(found.right, x);
    found.top = Math.min(found.top, y);
    found.bottom = Math.max(found.bottom, y);
  }
  return found;
}

describe('annotateImage', () => {
  it('leaves the picture that it was given alone', () => {
    const image = grey(640, 480, 90);
    annotateImage({ image, faces: [face] });
    assert.ok(image.data.every((value) => value === 90));
  });

  it('returns the same pixels where there is nobody', () => {
    const image = grey(64, 48, 90);
    const result = annotateImage({ image, faces: [] });
    assert.deepEqual(result, image);
    assert.notEqual(result.data, image.data);
  });

  it('draws the box in the colour of its tone and leaves the face itself free', () => {
    const seen = new Set<string>();
    for (const tone of ['plain', 'new', 'returning', 'muted'] as const) {
      const result = annotateImage({ image: grey(640, 480, 90), faces: [{ ...face, tone }] });
      seen.add(pixel(result, 260, 200).join());
      assert.deepEqual(pixel(result, 260, 270), [90, 90, 90]);
    }
    assert.equal(seen.size, 4);
  });

  for (const level of [0, 128, 255]) {
    it(`writes a label that can be read on a ground of ${level}`, () => {
      const result = annotateImage({ image: grey(640, 480, level), faces: [face] });
      const label: number[] = [];
      for (let y = 180; y < 196; y++) {
        for (let x = 212; x < 400; x++) label.push(pixel(result, x, y)[1] ?? 0);
      }
      label.sort((a, b) => a - b);
      const [ground, ink] = [label[Math.floor(label.length / 2)] ?? 0, label.at(-5) ?? 0];
      // Contrast of relative luminance as in WCAG, on linear values of grey.
      const luminance = (value: number) => (value / 255) ** 2.2 + 0.05;
      assert.ok(luminance(ink) / luminance(ground) > 7, `${ink} on ${ground}`);
    });
  }

  it('marks landmarks', () => {
    const landmarks = [[250, 250]] as const;
    const result = annotateImage({ image: grey(640, 480, 90), faces: [{ ...face, landmarks }] });
    assert.notDeepEqual(pixel(result, 250, 250), [90, 90, 90]);
  });

  it('grows with the picture', () => {
    const small = annotateImage({ image: grey(640, 480, 90), faces: [face] });
    const large = annotateImage({ image: grey(2560, 1920, 90), faces: [face] });
    const heightOf = (result: RgbImage, image: RgbImage) => box.y - changed(result, image).top;
    assert.ok(heightOf(large, grey(2560, 1920, 90)) > 3 * heightOf(small, grey(640, 480, 90)));
  });

  it('breaks a label that is wider than the picture instead of losing half of it', () => {
    const image = grey(120, 200, 90);
    const narrow = { ...face, box: { x: 20, y: 120, width: 60, height: 60 } };
    const result = annotateImage({ image, faces: [narrow] });
    const one = annotateImage({ image, faces: [{ ...narrow, lines: ['v-3k9x2m7qpw4r'] }] });
    assert.ok(changed(result, image).top < changed(one, image).top);
  });

  it('copes with faces cut by the edge, outside, or without size, and with tiny pictures', () => {
    const boxes = [
      { x: -50, y: -50, width: 100, height: 100 },
      { x: 600, y: 440, width: 100, height: 100 },
      { x: 2000, y: 2000, width: 10, height: 10 },
      { x: 10.5, y: 10.5, width: 0, height: 0 },
    ];
    const faces = boxes.map((outside) => ({ ...face, box: outside }));
    for (const [width, height] of [
      [640, 480],
      [8, 8],
      [1, 1],
    ] as const) {
      const result = annotateImage({ image: grey(width, height, 90), faces });
      assert.equal(result.data.length, width * height * 3);
    }
  });

  it('writes any text that it is handed', () => {
    const lines = ['<script>alert(1)</script>', '', '   ', '漢字 \u0000 \u{1F600}', 'x'.repeat(500)];
    const result = annotateImage({ image: grey(640, 480, 90), faces: [{ ...face, lines }] });
    assert.equal(result.width, 640);
  });
});
