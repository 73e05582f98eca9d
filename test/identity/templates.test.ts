import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { defaultIdentityRules } from '../../src/identity/rules.ts';
import { planTemplate, type Template } from '../../src/identity/templates.ts';

const { matching } = defaultIdentityRules;
const rules = { ...defaultIdentityRules.templates, max: 3 };

/** A point in the plane, so that templates can be unlike each other in two ways. */
function template(id: string, x: number, y: number, quality = 0.5): Template {
  const descriptor = { face: Float32Array.of(x, y), appearance: undefined };
  return { id, descriptor, quality, createdAt: 0, origin: undefined };
}

const plan = (existing: Template[], candidate: Template) =>
  planTemplate({ existing, candidate, matching, rules });

describe('templates of a visitor', () => {
  it('take the first one as it is', () => {
    assert.deepEqual(plan([], template('a', 0, 0)), { kind: 'add', replaces: undefined });
  });

  it('grow by what is unlike the others', () => {
    assert.deepEqual(plan([template('a', 0, 0)], template('b', 0.3, 0)), {
      kind: 'add',
      replaces: undefined,
    });
  });

  it('refuse what is far from the middle of all, although near to one of them', () => {
    const drifted = [template('a', 0, 0), template('b', 0.2, 0), template('c', 0.4, 0)];
    assert.deepEqual(plan(drifted, template('d', 0.7, 0)), { kind: 'keep-as-is', reason: 'stray' });
  });

  it('replace a near copy by a better picture only', () => {
    const old = template('a', 0, 0, 0.5);
    assert.deepEqual(plan([old], template('b', 0.1, 0, 0.7)), { kind: 'add', replaces: old });
    assert.deepEqual(plan([old], template('b', 0.1, 0, 0.4)), { kind: 'keep-as-is', reason: 'redundant' });
  });

  it('give up the worse of the two nearest ones when full', () => {
    const full = [template('a', 0, 0, 0.9), template('b', 0.2, 0, 0.3), template('c', 0, 0.3, 0.5)];
    const far = template('d', -0.25, 0, 0.5);
    assert.deepEqual(plan(full, far), { kind: 'add', replaces: full[1] });
    const middling = template('e', 0.05, 0.48, 0.1);
    const spread = [template('a', 0, 0), template('b', 0.3, 0), template('c', 0, 0.3)];
    assert.deepEqual(plan(spread, middling), { kind: 'keep-as-is', reason: 'full' });
  });

  it('never drift: a chain of small steps ends within reach of where it began', () => {
    let templates = [template('t0', 0, 0)];
    let furthest = 0;
    for (let i = 1; i < 200; i++) {
      const candidate = template(`t${i}`, furthest + 0.19, 0);
      const next = plan(templates, candidate);
      if (next.kind === 'keep-as-is') break;
      templates = [...templates.filter((t) => t !== next.replaces), candidate];
      furthest += 0.19;
    }
    assert.ok(furthest < 1.2, `drifted by ${furthest}`);
    assert.ok(templates.length <= rules.max);
  });
});
