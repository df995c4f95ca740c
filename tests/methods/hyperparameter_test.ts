/** What a hyperparameter is by default, how it is searched, and what data and runs change of it. */
import assert from "node:assert/strict";
import {
  choice,
  defaultValues,
  flag,
  inherit,
  integer,
  integerPower,
  integerUniform,
  number,
  oneOf,
  power10,
  specOn,
  steps,
  uniform,
} from "../../methods/hyperparameter.ts";

const description = "of a test";

Deno.test("numbers are at least 0 where nothing else is said, whole ones are whole", () => {
  const accepts = (type: { parse(given: never): unknown }, given: number) => {
    try {
      return type.parse(given as never) === given;
    } catch {
      return false;
    }
  };
  const free = number({ default: 1, description });
  assert.deepEqual([-0.1, 0, 0.5].map((given) => accepts(free, given)), [false, true, true]);
  const whole = integer({ default: 1, description });
  assert.deepEqual([-1, 0, 0.5, 7].map((given) => accepts(whole, given)), [
    false,
    true,
    false,
    true,
  ]);
  const few = integer({ default: 2, min: 2, max: 3, description });
  assert.deepEqual([1, 2, 3, 4].map((given) => accepts(few, given)), [false, true, true, false]);
  const waiting = { default: 5, description, scalesWithSteps: { min: 2 } };
  assert.deepEqual([-1, 0, 1].map((given) => accepts(steps(waiting), given)), [false, true, true]);
  const later = steps({ ...waiting, min: 1 });
  assert.deepEqual([0, 1].map((given) => accepts(later, given)), [false, true]);
});

Deno.test("defaults are the run's own where they say so; numbers of steps are cut to the run", () => {
  const hyperparameters = {
    weight: number({ default: 100, description }),
    rate: number({ default: inherit("learningRate"), description }),
    decay: number({ default: inherit("weightDecay"), description }),
    wait: steps({ default: 500, description, scalesWithSteps: { min: 1 } }),
    soft: flag({ default: true, description }),
    form: oneOf(["a", "b"], { default: "b", description }),
  };
  const run = { learningRate: 0.1, weightDecay: 0.2 };
  const expected = { weight: 100, rate: 0.1, decay: 0.2, wait: 500, soft: true, form: "b" };
  assert.deepEqual(defaultValues(hyperparameters, run), expected);
  assert.deepEqual(defaultValues(hyperparameters, run, 30), { ...expected, wait: 30 });
  assert.deepEqual(defaultValues(hyperparameters, run, 900), expected);
});

Deno.test("of the traits of data, size goes before the kind of images, and frozen before both", () => {
  const own = {
    default: 0,
    overrides: {
      digits: { default: 1 },
      photographs: { default: 2 },
      large: { default: 3 },
      frozen: { default: 4 },
    },
  };
  const of = (traits: Parameters<typeof specOn>[1]) => specOn(own, traits).default;
  assert.deepEqual([of({ images: "digits" }), of({ images: "photographs" })], [1, 2]);
  assert.equal(of({ images: "digits", large: true }), 3);
  assert.equal(of({ images: "digits", large: false, frozen: false }), 1);
  assert.equal(of({ images: "digits", large: true, frozen: true }), 4);
  assert.equal(of({ images: "photographs", frozen: true }), 4);
  const plain: { default: number; overrides?: object } = { default: 0 };
  assert.equal(specOn(plain, { images: "digits", large: true, frozen: true }).default, 0);
});

Deno.test("distributions of a search", () => {
  assert.deepEqual(uniform(1, 2), { kind: "uniform", low: 1, high: 2 });
  assert.deepEqual(integerUniform(1, 2), { kind: "uniform", low: 1, high: 2, integer: true });
  assert.deepEqual(power10(-1, 2), { kind: "power", base: 10, low: -1, high: 2 });
  assert.deepEqual(integerPower(2, 3, 5), {
    kind: "power",
    base: 2,
    low: 3,
    high: 5,
    integer: true,
  });
  assert.deepEqual(choice(0, 0.5), { kind: "choice", values: [0, 0.5] });
});
