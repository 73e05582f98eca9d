import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { newFaceId } from '../../../src/core/ids.ts';
import { visitorMark } from '../../../src/insight/report/marks.ts';

describe('visitorMark', () => {
  it('is the same shape for the same id, and not one for all', () => {
    assert.equal(
      visitorMark('v-00000000000a', undefined).markup,
      visitorMark('v-00000000000a', undefined).markup,
    );
    const kinds = new Set(Array.from({ length: 200 }, () => visitorMark(newFaceId(), undefined).markup));
    assert.equal(kinds.size, 16);
  });

  it('shows a JPEG, and nothing that only claims to be one', () => {
    const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]);
    assert.match(visitorMark('v-00000000000a', jpeg).markup, /src="data:image\/jpeg;base64,\/9j\/4AECAw=="/);
    assert.match(visitorMark('v-00000000000a', Buffer.from('<svg onload=x>')).markup, /^<svg class="mark"/);
  });
});
