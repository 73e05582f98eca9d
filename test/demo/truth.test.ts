import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { VIEW } from '../../src/demo/backdrop.ts';
import { CAST } from '../../src/demo/cast.ts';
import { DEMO_VISIT_GAP_SECONDS } from '../../src/demo/compare.ts';
import { CLIP, SCREENPLAY } from '../../src/demo/script.ts';
import { demoTruth, isWhole, truthAt } from '../../src/demo/truth.ts';

const truth = demoTruth();
const frames = Array.from({ length: truth.frames }, (_, i) => truthAt(i / CLIP.framesPerSecond));

describe('the truth of the clip', () => {
  it('counts the people of the screenplay', () => {
    assert.equal(truth.frames, 1920);
    assert.equal(truth.uniqueVisitors, CAST.length);
    assert.equal(truth.appearances, SCREENPLAY.length);
    const several = CAST.filter(({ key }) => SCREENPLAY.filter((a) => a.person === key).length > 1);
    assert.equal(truth.returningVisitors, several.length);
    assert.ok(truth.returningVisitors >= 4);
  });

  it('has some come back in another picture and some in the same', () => {
    const pictures = truth.people
      .filter((person) => person.visits.length > 1)
      .map((person) => new Set(person.visits.map((visit) => visit.cell)).size);
    assert.ok(pictures.filter((n) => n > 1).length >= 3);
    assert.ok(pictures.includes(1));
  });

  it('has both genders and several ages', () => {
    const female = truth.people.filter((person) => person.genderByEye === 'female').length;
    assert.ok(female >= 5 && female <= truth.uniqueVisitors - 5);
    assert.ok(new Set(truth.people.map((person) => person.ageByEye.low)).size >= 4);
  });

  it('adds up the faces of all frames', () => {
    const whole = frames.map((faces) => faces.filter(isWhole).length);
    assert.equal(
      truth.faces,
      whole.reduce((sum, n) => sum + n, 0),
    );
    assert.equal(truth.mostAtOnce, Math.max(...whole));
    assert.ok(truth.doubtfulFaces < truth.faces * 0.1, 'few faces are in doubt');
  });

  it('says a face is whole only where all of it is inside the picture', () => {
    for (const { box } of frames.flat().filter(isWhole)) {
      const slack = box.width * 0.05;
      assert.ok(box.x >= -slack && box.x + box.width <= VIEW.width + slack);
      assert.ok(box.y >= 0 && box.y + box.height <= VIEW.counterTop);
    }
  });

  it('has singles, pairs, a group of four and an empty shop', () => {
    const present = frames.map((faces) => faces.length);
    for (const n of [0, 1, 2, 4]) {
      const longest = present.reduce(
        ({ run, best }, count) => ({
          run: count === n ? run + 1 : 0,
          best: Math.max(best, count === n ? run + 1 : 0),
        }),
        { run: 0, best: 0 },
      ).best;
      assert.ok(longest >= 2 * CLIP.framesPerSecond, `${n} people for ${longest} frames at most`);
    }
  });

  it('has people cross: one face wholly hidden behind another for a moment only', () => {
    let hidden = 0;
    for (const { key, visits } of truth.people) {
      for (const { from, to } of visits) {
        const seen = frames
          .map((faces, i) => ({ at: i / CLIP.framesPerSecond, faces }))
          .filter(
            ({ at, faces }) =>
              at >= from && at <= to && faces.some((face) => face.person === key && isWhole(face)),
          )
          .map(({ at }) => at);
        const gaps = seen.slice(1).map((at, i) => at - (seen[i] ?? at));
        const longest = Math.max(...gaps);
        assert.ok(longest < DEMO_VISIT_GAP_SECONDS / 2, `${key} unseen for ${longest} s`);
        if (longest > 0.25) hidden++;
      }
    }
    assert.ok(hidden >= 2, `${hidden} crossings`);
  });

  it('keeps absences well above the gap that opens a new visit', () => {
    assert.ok(truth.shortestAbsence >= DEMO_VISIT_GAP_SECONDS + 5);
  });

  it('counts only the beginning when asked for that', () => {
    const start = demoTruth(8);
    assert.deepEqual([start.frames, start.uniqueVisitors, start.returningVisitors], [96, 1, 0]);
    assert.equal(start.people[0]?.key, 'p1');
  });
});
