import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  coherentLooks,
  judge,
  makeProbe,
  type RankedVisitor,
  rankVisitors,
  visitorDistance,
} from '../../src/identity/matcher.ts';
import { appearanceTerm, defaultMatchRules as rules } from '../../src/identity/matching.ts';
import { lookAt, newPerson, seededRandom, siblingOf } from './synthetic-people.ts';

/** A point on a line: distances are plain differences. */
const at = (x: number) => ({ face: Float32Array.of(x), appearance: undefined });
const visitor = (faceId: string, ...xs: number[]) => ({
  faceId,
  templates: xs.map((x) => ({ descriptor: at(x) })),
});
const looks = (...xs: number[]) => xs.map((x) => ({ descriptor: at(x), quality: 1 }));
const near = (a: number, b: number) => Math.abs(a - b) < 1e-6;

describe('distance to a visitor', () => {
  it('is that of the nearest template, moved a quarter towards the second', () => {
    assert.ok(near(visitorDistance(at(0), visitor('a', 0.2), rules), 0.2));
    assert.ok(near(visitorDistance(at(0), visitor('a', 0.8, 0.2, 0.4), rules), 0.25));
    assert.equal(visitorDistance(at(0), visitor('a'), rules), Number.POSITIVE_INFINITY);
  });

  it('lets the appearance bring faces together or apart only so far', () => {
    const same = newPerson(seededRandom(41), { appearance: true }).appearance as Float32Array;
    const appearance = (sign: number) => ({
      values: Int8Array.from(same, (v) => Math.round(v * 127 * sign)),
      norm: Math.hypot(...Array.from(same, (v) => Math.round(v * 127))),
    });
    const one = { face: Float32Array.of(0), appearance: appearance(1) };
    const opposite = { face: Float32Array.of(0), appearance: appearance(-1) };
    assert.equal(appearanceTerm(one, one, rules.fusion), -rules.fusion.mostCloser);
    assert.equal(appearanceTerm(one, opposite, rules.fusion), rules.fusion.mostFurther);
    assert.equal(appearanceTerm(one, at(0), rules.fusion), 0);
  });
});

describe('ranking', () => {
  it('weighs the looks by quality in the mean and in the vote', () => {
    const probe = makeProbe([
      { descriptor: at(0), quality: 0.9 },
      { descriptor: at(1), quality: 0.1 },
    ]);
    const ranked = rankVisitors(probe, [visitor('b', 1), visitor('a', 0)], rules);
    assert.deepEqual(
      ranked.map((r) => r.faceId),
      ['a', 'b'],
    );
    assert.ok(near(ranked[0]?.distance ?? 0, 0.1) && near(ranked[0]?.votes ?? 0, 0.9));
    assert.ok(near(ranked[1]?.votes ?? 0, 0.1));
  });

  it('counts no vote for a visitor that a look is far from', () => {
    const ranked = rankVisitors(makeProbe(looks(0, 0.7)), [visitor('a', 0)], rules);
    assert.ok(near(ranked[0]?.votes ?? 0, 0.5));
  });

  it('leaves out looks that show somebody else', () => {
    assert.equal(coherentLooks(looks(0, 0.1, 2, 0.2), rules).length, 3);
    const random = seededRandom(42);
    const [ann, bob] = [newPerson(random), siblingOf(newPerson(random), random)];
    const mixed = [ann, ann, bob, ann, ann].map((p) => ({ descriptor: lookAt(p, random), quality: 0.8 }));
    assert.deepEqual(coherentLooks(mixed, rules), [...mixed.slice(0, 2), ...mixed.slice(3)]);
  });
});

describe('verdict', () => {
  const likelyAt = rules.accept - 0.01;
  const ranked = (...list: [string, number, number][]): RankedVisitor[] =>
    list.map(([faceId, distance, votes]) => ({ faceId, distance, votes }));
  const verdict = (list: RankedVisitor[], options: { looks?: number; mayWait?: boolean } = {}) =>
    judge({ ranked: list, looks: 3, enoughLooks: 3, mayWait: true, rules, ...options });

  it('is a stranger where nobody is near', () => {
    assert.equal(verdict([]).kind, 'stranger');
    assert.equal(verdict(ranked(['a', rules.stranger + 0.01, 1])).kind, 'stranger');
  });

  it('accepts from enough looks, and is certain from a near one alone', () => {
    const likely = verdict(ranked(['a', likelyAt, 1]));
    assert.ok(likely.kind === 'match' && !likely.certain);
    assert.deepEqual(verdict(ranked(['a', likelyAt, 1]), { looks: 2 }), {
      kind: 'undecided',
      reason: 'few-looks',
    });
    const quick = verdict(ranked(['a', 0.3, 1], ['b', 0.6, 0]), { looks: 1 });
    assert.ok(quick.kind === 'match' && quick.certain && quick.faceId === 'a');
    assert.ok(likely.confidence >= 0.5 && quick.confidence > likely.confidence && quick.confidence <= 1);
  });

  it('waits in doubt, and splits when it may not wait any longer', () => {
    const doubts = {
      near: ranked(['a', rules.accept + 0.01, 1]),
      ambiguous: ranked(['a', 0.4, 0.5], ['b', 0.42, 0.5]),
      votes: ranked(['a', 0.3, 0.4]),
    };
    for (const [reason, list] of Object.entries(doubts)) {
      assert.deepEqual(verdict(list), { kind: 'undecided', reason });
      assert.equal(verdict(list, { mayWait: false }).kind, 'stranger', reason);
    }
  });

  it('takes the nearer of two visitors that are both certainly near, but does not learn from it', () => {
    const twice = ranked(['a', 0.2, 0.6], ['b', 0.22, 0.4]);
    assert.deepEqual(verdict(twice), { kind: 'undecided', reason: 'ambiguous' });
    const taken = verdict(twice, { mayWait: false });
    assert.ok(taken.kind === 'match' && taken.faceId === 'a' && !taken.certain);
  });
});
