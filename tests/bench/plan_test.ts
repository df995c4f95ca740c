import assert from "node:assert/strict";
import { LEARNING_BEGINS } from "../../methods/hyperparameter.ts";
import { UsageError } from "../../base/errors.ts";
import type { Request } from "../../bench/plan/plan.ts";
import { canonical, runId } from "../../bench/records/run_id.ts";
import { plan } from "../helpers/plan.ts";
import { PAPER_STEPS } from "../../bench/plan/presets.ts";

const request: Request = {
  datasets: ["digits-synth"],
  methods: ["erm", "irm"],
  seeds: [0, 1],
  preset: "quick",
  settings: [],
  selection: "validation-macro-f1",
  backend: "native",
  threads: 1,
};

Deno.test("a plan is data sets × methods × seeds in table order", () => {
  const runs = plan(request);
  assert.deepEqual(
    runs.map(({ name, spec }) => `${name} ${spec.seed}`),
    ["erm 0", "erm 1", "irm 0", "irm 1"],
  );
  assert.equal(new Set(runs.map(({ id }) => id)).size, 4);
});

Deno.test("ids depend on every number of a spec and on nothing else", () => {
  const [first] = plan(request);
  const changes: Partial<Request>[] = [
    { steps: 7 },
    { batch: 7 },
    { preset: "standard" },
    { threads: 2 },
    { backend: "wasm" },
    { selection: "last" },
    { settings: [["erm.learningRate", 0.5]] },
    { settings: [["digits-synth.head", 10]] },
  ];
  for (const change of changes) {
    assert.notEqual(plan({ ...request, ...change })[0]!.id, first!.id, JSON.stringify(change));
  }
  const others: Partial<Request>[] = [
    { methods: ["erm"] },
    { seeds: [0] },
    { settings: [["irm.penaltyWeight", 5]] },
  ];
  for (const change of others) {
    assert.equal(plan({ ...request, ...change })[0]!.id, first!.id, JSON.stringify(change));
  }
});

Deno.test("equal specs have equal ids, whatever the order of their keys", () => {
  const { spec } = plan(request)[0]!;
  const turned = Object.fromEntries(Object.entries(spec).reverse()) as unknown as typeof spec;
  assert.equal(runId(turned), runId(spec));
  assert.equal(canonical({ b: [1, { d: 1, c: 2 }], a: null }), '{"a":null,"b":[1,{"c":2,"d":1}]}');
});

Deno.test("a first stage is planned once per seed, before its second stages", () => {
  const runs = plan({ ...request, methods: ["boda+crt", "crt", "boda"] });
  assert.deepEqual(runs.map(({ name, spec }) => `${name} ${spec.seed}`), [
    "boda 0",
    "boda+crt 0",
    "boda 1",
    "boda+crt 1",
    "erm 0",
    "crt 0",
    "erm 1",
    "crt 1",
  ]);
  const second = runs[1]!;
  assert.equal(runId(second.spec.stage1!), runs[0]!.id);
  assert.equal(second.spec.stage1!.seed, second.spec.seed);
});

Deno.test("hyperparameters that count updates shrink with the run", () => {
  const value = (steps: number) =>
    plan({ ...request, steps })[2]!.spec.method.hyperparameters.annealSteps;
  assert.equal(value(PAPER_STEPS), 500);
  assert.equal(value(PAPER_STEPS * 2), 500);
  assert.equal(value(500), LEARNING_BEGINS); // not sooner
  assert.equal(value(2501), 250);
  assert.equal(value(1), 1);
});

Deno.test("what waits for learning begins within the run, however short that is", () => {
  const burnin = (steps: number) => {
    const [run] = plan({ ...request, methods: ["eqrm"], seeds: [0], steps });
    return run!.spec.method.hyperparameters.burnInSteps;
  };
  assert.equal(burnin(300), 150);
  assert.equal(burnin(8), 4);
  assert.equal(burnin(1), 1);
});

Deno.test("all.key reaches every method, method.key wins", () => {
  const runs = plan({
    ...request,
    settings: [["all.learningRate", 0.1], ["irm.learningRate", 0.2]],
  });
  assert.deepEqual(runs.map(({ spec }) => spec.training.learningRate), [0.1, 0.1, 0.2, 0.2]);
});

Deno.test("what is not known is refused with the nearest name", () => {
  const cases: [Partial<Request>, RegExp][] = [
    [{ methods: ["emr"] }, /method "emr": did you mean "erm"/],
    [{ methods: ["boda+crtt"] }, /did you mean "crt"/],
    [{ datasets: ["digits-sinth"] }, /data set "digits-sinth": did you mean "digits-synth"/],
    [{ settings: [["imr.penaltyWeight", 1]] }, /named "imr": did you mean "irm"/],
    [{ settings: [["irm.penalty", 1]] }, /setting of irm named "penalty"/],
  ];
  for (const [change, message] of cases) {
    assert.throws(() => plan({ ...request, ...change }), (error: Error) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, message);
      return true;
    });
  }
});
