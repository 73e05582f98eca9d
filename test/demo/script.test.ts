import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { VIEW } from '../../src/demo/backdrop.ts';
import { CAST, castMember } from '../../src/demo/cast.ts';
import { CLIP, SCREENPLAY } from '../../src/demo/script.ts';

describe('the screenplay', () => {
  it('gives everybody of the cast an appearance, in pictures of that very person', () => {
    assert.deepEqual(new Set(SCREENPLAY.map((a) => a.person)), new Set(CAST.map((person) => person.key)));
    for (const { person, cell } of SCREENPLAY) assert.ok(castMember(person).cells.includes(cell));
  });

  it('shows everyone with all their pictures', () => {
    for (const { key, cells } of CAST) {
      const shown = new Set(SCREENPLAY.filter((a) => a.person === key).map((a) => a.cell));
      assert.deepEqual(shown, new Set(cells));
    }
  });

  it('runs forward and inside the clip', () => {
    for (const { path, enterAt, leaveAt } of SCREENPLAY) {
      assert.ok(enterAt >= 0 && leaveAt <= CLIP.seconds);
      for (let i = 1; i < path.length; i++) assert.ok((path[i]?.at ?? 0) > (path[i - 1]?.at ?? 0));
    }
  });

  it('begins and ends every appearance where the figure cannot be seen', () => {
    for (const { person, path } of SCREENPLAY) {
      for (const key of [path[0], path.at(-1)]) {
        assert.ok(key);
        const half = key.size * 1.5;
        const outside = key.x + half < 0 || key.x - half > VIEW.width;
        const behindTheWall = key.size < 60 && key.x + half / 1.5 < VIEW.doorway.left + half / 1.5 - 30;
        assert.ok(outside || behindTheWall, `${person} at ${key.at} s`);
      }
    }
  });

  it('never has one person at two places at once', () => {
    for (const { key } of CAST) {
      const own = SCREENPLAY.filter((a) => a.person === key).sort((a, b) => a.enterAt - b.enterAt);
      for (let i = 1; i < own.length; i++)
        assert.ok((own[i]?.enterAt ?? 0) > (own[i - 1]?.leaveAt ?? 0) + 15);
    }
  });
});
