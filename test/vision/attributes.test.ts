import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  ageEstimate,
  cautiousAge,
  decideAttributes,
  GENDER_ABSTAIN,
  genderEstimate,
  readAttributes,
  type WeightedReading,
} from '../../src/vision/attributes.ts';
import type { Model, ModelSpec, Tensor } from '../../src/vision/models.ts';
import { mirrorPlane } from '../../src/vision/sampling.ts';
import { cell, noise, paste, plain, read, samples } from './pictures.ts';
import { facesOf, realVision } from './real-vision.ts';

const reading = (age: number, female: number, weight: number): WeightedReading => ({ age, female, weight });
const share = fc.double({ min: 0, max: 1, noNaN: true });
const years = fc.double({ min: 0, max: 110, noNaN: true });
const readings = fc.array(fc.record({ age: years, female: share, weight: share }), {
  minLength: 1,
  maxLength: 8,
});

function decided(list: readonly WeightedReading[]) {
  const attributes = decideAttributes(list);
  assert.ok(attributes);
  return attributes;
}

describe('deciding from several looks', () => {
  it('says nothing without a look', () => {
    assert.equal(decideAttributes([]), undefined);
  });

  it('takes over what a single look says', () => {
    const { age, gender } = decided([reading(34, 0.97, 0.8)]);
    assert.ok(Math.abs(age.mean - 34) < 1e-9);
    assert.equal(gender.label, 'female');
    assert.ok(Math.abs(gender.probability - 0.97) < 1e-9);
  });

  it('lets one good look outvote several poor ones', () => {
    const { age, gender } = decided([
      reading(30, 0.9, 0.9),
      reading(60, 0.2, 0.2),
      reading(60, 0.2, 0.2),
      reading(60, 0.2, 0.2),
    ]);
    assert.ok(age.mean < 36, `${age.mean}`);
    assert.equal(gender.label, 'female');
  });

  it('still decides where no look is any good', () => {
    const { age } = decided([reading(20, 0.5, 0), reading(40, 0.5, 0)]);
    assert.ok(Math.abs(age.mean - 30) < 1e-9);
  });

  it('lies within the looks, with an interval around it, whatever they are', () => {
    fc.assert(
      fc.property(readings, (list) => {
        const { age, gender } = decided(list);
        const ages = list.map((r) => r.age);
        assert.ok(age.mean >= cautiousAge(Math.min(...ages)) - 1e-9);
        assert.ok(age.mean <= Math.max(...ages) + 1e-9);
        assert.ok(age.low >= 0 && age.low <= age.mean && age.mean <= age.high && age.high <= 120);
        assert.ok(gender.probability >= 0.5 && gender.probability <= 1);
      }),
    );
  });

  it('does not depend on the order of the looks', () => {
    fc.assert(
      fc.property(readings, (list) => {
        const [there, back] = [decided(list), decided(list.toReversed())];
        assert.ok(Math.abs(there.age.mean - back.age.mean) < 1e-9);
        assert.ok(Math.abs(there.gender.probability - back.gender.probability) < 1e-9);
      }),
    );
  });

  it('follows any look: older makes older, more female makes more female', () => {
    fc.assert(
      fc.property(readings, fc.nat(), share, (list, which, more) => {
        const at = which % list.length;
        const changed = list.map((r, i) =>
          i === at ? { ...r, age: r.age + 10 * more, female: r.female + (1 - r.female) * more } : r,
        );
        const [before, after] = [decided(list), decided(changed)];
        assert.ok(after.age.mean >= before.age.mean - 1e-9);
        const female = ({ label, probability }: typeof before.gender) =>
          label === 'female' ? probability : label === 'male' ? 1 - probability : 0.5;
        assert.ok(female(after.gender) >= female(before.gender) - (GENDER_ABSTAIN - 0.5) - 1e-9);
      }),
    );
  });
});

describe('an estimate of age', () => {
  it('has bounds that rise with it', () => {
    fc.assert(
      fc.property(years, years, share, (a, b, quality) => {
        const [young, old] = [ageEstimate(Math.min(a, b), quality), ageEstimate(Math.max(a, b), quality)];
        assert.ok(young.low <= old.low + 1e-9 && young.high <= old.high + 1e-9);
      }),
    );
  });

  it('is less sure the worse the best look was, never surer', () => {
    fc.assert(
      fc.property(years, share, share, (age, a, b) => {
        const [poor, good] = [ageEstimate(age, Math.min(a, b)), ageEstimate(age, Math.max(a, b))];
        assert.ok(poor.low <= good.low + 1e-9 && poor.high >= good.high - 1e-9);
      }),
    );
    assert.ok(ageEstimate(40, 0).high - 40 > 1.8 * (ageEstimate(40, 1).high - 40));
  });

  it('takes teenagers and those a little older for younger, nobody for older, and keeps their order', () => {
    for (const age of [0, 9, 15, 27, 28, 64, 110]) assert.equal(cautiousAge(age), age);
    assert.equal(cautiousAge(21), 18);
    fc.assert(
      fc.property(years, years, (a, b) => {
        const [young, old] = [Math.min(a, b), Math.max(a, b)];
        assert.ok(cautiousAge(young) <= young && cautiousAge(young) >= young - 3);
        assert.ok(cautiousAge(young) <= cautiousAge(old));
      }),
    );
  });

  it('keeps small children apart from adults', () => {
    assert.ok(ageEstimate(4, 1).high < 18);
    assert.ok(ageEstimate(30, 1).low >= 18);
    assert.ok(ageEstimate(20, 1).low < 18);
  });
});

describe('an estimate of gender', () => {
  it('is unknown near the middle, on both sides alike', () => {
    for (const near of [0.5, 0.52, 0.549]) {
      assert.deepEqual(genderEstimate(near), { label: 'unknown', probability: near });
      assert.deepEqual(genderEstimate(1 - near).label, 'unknown');
    }
    assert.deepEqual(genderEstimate(GENDER_ABSTAIN + 0.001).label, 'female');
    assert.deepEqual(genderEstimate(1 - GENDER_ABSTAIN - 0.001).label, 'male');
    assert.deepEqual(genderEstimate(0), { label: 'male', probability: 1 });
  });
});

/** A network that says of its k-th crop what is given, and keeps the crops. */
function fakeModel(ages: readonly number[], females: readonly number[]) {
  const inputs: Tensor[] = [];
  const model: Model = {
    spec: {} as ModelSpec,
    run: async (input) => {
      inputs.push(input);
      const n = input.shape[0] ?? 0;
      const age = Float32Array.from({ length: n }, (_, i) => ages[i % ages.length] as number);
      const gender = Float32Array.from({ length: 2 * n }, (_, i) => {
        const female = females[(i >> 1) % females.length] as number;
        return i % 2 === 1 ? female : 1 - female;
      });
      return new Map([
        ['age', { data: age, shape: [n, 1] }],
        ['gender', { data: gender, shape: [n, 2] }],
      ]);
    },
    release: async () => {},
  };
  return { model, inputs };
}

describe('reading one look', () => {
  const image = noise(120, 120, 8);
  const landmarks = {
    mesh: new Float32Array(3 * 468),
    score: 1,
    box: { x: 30, y: 30, width: 56, height: 60 },
    roll: 0.2,
  };

  it('is the mean over all views', async () => {
    const { model } = fakeModel([20, 40], [0.25, 0.75]);
    for (const careful of [true, false]) {
      const { age, female } = await readAttributes(model, image, { landmarks, careful });
      assert.ok(Math.abs(age - 30) < 1e-5 && Math.abs(female - 0.5) < 1e-5);
    }
  });

  it('shows the network half of the views in the mirror', async () => {
    const { model, inputs } = fakeModel([20], [0.5]);
    await readAttributes(model, image, { landmarks, careful: true });
    const { data, shape } = inputs[0] as Tensor;
    assert.deepEqual(shape, [6, 3, 112, 112]);
    const n = 3 * 112 * 112;
    for (const pair of [0, 1, 2]) {
      const mirror = new Float32Array(2 * n);
      mirror.set(data.subarray(2 * pair * n, (2 * pair + 1) * n), n);
      mirrorPlane(mirror, { from: n, to: 0, size: 112 });
      const shown = data.subarray((2 * pair + 1) * n, (2 * pair + 2) * n);
      const off = shown.reduce((worst, v, i) => Math.max(worst, Math.abs(v - (mirror[i] as number))), 0);
      assert.ok(off < 0.05, `view ${pair}: ${off}`);
    }
  });

  it('stays within what can be', async () => {
    const wild = await readAttributes(fakeModel([300], [1.2]).model, image, { landmarks, careful: false });
    assert.deepEqual(wild, { age: 110, female: 1 });
    const low = await readAttributes(fakeModel([-9], [-0.2]).model, image, { landmarks, careful: false });
    assert.deepEqual(low, { age: 0, female: 0 });
  });
});

describe('several people in one picture', async () => {
  const vision = await realVision({ embeds: true });

  it('get the results that each of them gets alone', async () => {
    const cells = [80, 38, 95, 66, 30];
    const alone: Awaited<ReturnType<typeof facesOf>> = [];
    let together = plain(5 * 230 + 20, 250);
    for (const [i, number] of cells.entries()) {
      const face = await cell(number, 212);
      alone.push(...(await facesOf(vision, paste(plain(250, 250), face, { x: 20, y: 20 }))));
      together = paste(together, face, { x: 20 + 230 * i, y: 20 });
    }
    const seen = await facesOf(vision, together);
    assert.equal(alone.length, cells.length);
    assert.equal(seen.length, cells.length);
    for (const [i, face] of seen.entries()) {
      const expected = alone[i];
      assert.ok(expected);
      assert.ok(Math.abs(face.description.attributes.age - expected.description.attributes.age) < 3);
      assert.ok(Math.abs(face.description.attributes.female - expected.description.attributes.female) < 0.1);
      assert.equal(face.attributes.gender.label, expected.attributes.gender.label);
    }
    const distinct = (values: readonly number[]) => new Set(values.map((v) => v.toFixed(3))).size;
    assert.equal(distinct(seen.map((face) => face.description.attributes.age)), cells.length);
    assert.equal(distinct(seen.map((face) => face.description.descriptor?.face[0] ?? 0)), cells.length);
    const genders = seen.map((face) => face.attributes.gender.label);
    assert.deepEqual(genders, ['male', 'female', 'male', 'female', 'female']);
  });
});

describe('100 face chips of all ages (../shared/samples/age-gender)', async () => {
  const { dir, skip } = samples('age-gender');
  const vision = await realVision({ embeds: false });

  it('are all found; the age errs by 6.5 years at most in the mean, the gender in one of ten', {
    skip,
  }, async () => {
    const rows = readFileSync(join(dir, 'labels.csv'), 'utf8').trim().split('\n').slice(1);
    const chips = rows.filter((_, i) => i % 4 === 0).slice(0, 100);
    const errors: number[] = [];
    let [right, covered] = [0, 0];
    for (const row of chips) {
      const [path = '', , age, gender] = row.split(',');
      const faces = await facesOf(vision, await read(join(dir, path)));
      const [face] = faces.sort((a, b) => b.detection.box.width - a.detection.box.width);
      assert.ok(face, path);
      const estimate = face.attributes.age;
      errors.push(Math.abs(estimate.mean - Number(age)));
      if (estimate.low <= Number(age) && Number(age) <= estimate.high) covered++;
      if (face.attributes.gender.label === gender) right++;
    }
    const mean = errors.reduce((sum, e) => sum + e, 0) / errors.length;
    assert.equal(errors.length, 100);
    assert.ok(mean <= 6.5, `${mean.toFixed(2)} years`);
    assert.ok(right >= 90, `${right} of 100`);
    assert.ok(covered >= 80, `the interval covers ${covered} of 100`);
  });
});
