import assert from "node:assert/strict";
import { builtin } from "../../bench/catalogue.ts";
import { defineHparams, HPARAMS, readHparams } from "../../bench/hparams/mod.ts";
import { plan, type Request } from "../../bench/plan/plan.ts";
import { COMMON } from "../../bench/plan/search.ts";
import type { ValueType } from "../../base/setting.ts";
import { METHODS } from "../../methods/mod.ts";

const request: Request = {
  datasets: ["digits-synth"],
  methods: ["irm"],
  seeds: [0],
  preset: "quick",
  settings: [],
  selection: "validation-macro-f1",
  backend: "native",
  threads: 1,
};
const mine = defineHparams({
  name: "mine",
  title: "Mine",
  version: 1,
  description: "By hand.",
  by: "validation-macro-f1",
  settings: 2,
  commands: [],
  methods: {
    irm: {
      trial: 1,
      tried: 2,
      worth: 0.5,
      stages: { irm: { version: 9, values: { penaltyWeight: 7, learningRate: 0.01, batch: 5 } } },
    },
    "boda+crt": {
      trial: 1,
      tried: 2,
      worth: 0.5,
      stages: { boda: { version: 1, values: { weight: 0.5 } }, crt: { version: 1, values: {} } },
    },
  },
});

Deno.test("a preset takes the place of defaults, and --set goes before it", () => {
  const notes: string[] = [];
  const all = { ...request, methods: ["erm", "irm", "boda+crt"], hparams: mine };
  const [erm, irm, crt, ...none] = plan(all, builtin(), (note) => notes.push(note));
  assert.deepEqual(none, []); // a first stage stands in no table: alone it may be tuned otherwise
  assert.deepEqual(erm, plan({ ...request, methods: ["erm"] }, builtin())[0]);
  assert.equal(irm!.spec.method.hyperparameters["penaltyWeight"], 7);
  assert.deepEqual([irm!.spec.training.learningRate, irm!.spec.training.batch], [0.01, 5]);
  assert.equal(crt!.name, "boda+crt");
  assert.equal(crt!.spec.stage1!.method.hyperparameters["weight"], 0.5);
  assert.deepEqual(notes, [
    "Not in mine, and so with defaults: erm.",
    "Tuned in mine in another version of the method: irm.",
  ]);
  const [set] = plan({ ...all, methods: ["irm"], settings: [["irm.penaltyWeight", 3]] }, builtin());
  assert.equal(set!.spec.method.hyperparameters["penaltyWeight"], 3);
});

Deno.test("what a search wrote is read again, and anything else is refused in a sentence", () => {
  assert.deepEqual(readHparams(JSON.stringify(mine), "mine.json"), mine);
  assert.throws(() => readHparams("{", "x.json"), /^UsageError: Cannot use --hparams "x.json": /);
  assert.throws(() => readHparams("{}", "x.json"), /it is no preset of hyperparameters \(kind/);
});

Deno.test("the presets of the repository are whole, and their values possible", () => {
  for (const preset of HPARAMS) {
    assert.deepEqual(readHparams(JSON.stringify(preset), preset.name), preset);
    for (const [name, { stages }] of Object.entries(preset.methods)) {
      for (const [stage, { values }] of Object.entries(stages)) {
        const method = METHODS.find((method) => method.name === stage);
        assert.ok(method, `${name}: ${stage}`);
        const types: Readonly<Record<string, ValueType>> = { ...COMMON, ...method.hyperparameters };
        for (const [key, value] of Object.entries(values)) {
          assert.equal(types[key]?.parse(value), value, `${stage}.${key}`);
        }
      }
    }
  }
});
