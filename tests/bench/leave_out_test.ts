import assert from "node:assert/strict";
import { UsageError } from "../../base/errors.ts";
import { builtin } from "../../bench/catalogue.ts";
import { foldsOf } from "../../bench/plan/leave_out.ts";
import { plan, type Request } from "../../bench/plan/plan.ts";
import { UNSEEN_RULES, type UnseenCurve } from "../../bench/plan/unseen.ts";
import { datasetText, leftOut, onAllDomains } from "../../bench/records/left_out.ts";
import { runId } from "../../bench/records/run_id.ts";
import { METRICS } from "../../metrics/mod.ts";

const request: Request = {
  datasets: ["pacs"],
  methods: ["erm"],
  seeds: [0],
  preset: "quick",
  settings: [],
  selection: "validation-accuracy",
  backend: "native",
  threads: 1,
};
const PACS = ["art_painting", "cartoon", "photo", "sketch"];

Deno.test("each domain is left out in turn, and each pair once", () => {
  const runs = plan({ ...request, leaveOut: ["each"] }, builtin());
  assert.deepEqual(runs.map(({ spec }) => leftOut(spec)), [
    ...PACS.map((domain) => [domain]),
    ["art_painting", "cartoon"],
    ["art_painting", "photo"],
    ["art_painting", "sketch"],
    ["cartoon", "photo"],
    ["cartoon", "sketch"],
    ["photo", "sketch"],
  ]);
  assert.equal(datasetText(runs[4]!.spec), "pacs without art_painting and cartoon");
  const one = plan({ ...request, leaveOut: ["sketch"], crossValidation: false }, builtin());
  assert.deepEqual(one.map(({ id }) => id), [runs[3]!.id]);
  const own = plan({ ...request, leaveOut: ["sketch"] }, builtin());
  assert.deepEqual(own.map(({ spec }) => leftOut(spec).length), [1, 2, 2, 2]);
});

Deno.test("a run on all domains is what it was, and its first stage leaves out the same", () => {
  const [usual] = plan(request, builtin());
  const [left] = plan({ ...request, leaveOut: ["photo"] }, builtin());
  assert.equal("leaveOut" in usual!.spec.dataset, false);
  assert.equal(runId(onAllDomains(left!.spec)), usual!.id);
  const two = plan({ ...request, methods: ["boda+crt"], leaveOut: ["photo"] }, builtin());
  for (const { spec } of two) {
    assert.deepEqual(spec.stage1 && leftOut(spec.stage1), spec.stage1 && leftOut(spec));
  }
});

Deno.test("two domains are enough, one is not, and unknown ones are named", () => {
  const of = (domains: string[]) => ({ name: "own", domains });
  assert.deepEqual(foldsOf({ leaveOut: ["each"] }, of(["day", "night"])), [["day"], ["night"]]);
  assert.throws(
    () => foldsOf({ leaveOut: ["each"] }, of(["day"])),
    new UsageError(
      "Cannot leave out a domain of own: it has one alone, day, and there would be none to train on",
    ),
  );
  assert.throws(
    () => plan({ ...request, leaveOut: ["skech"] }, builtin()),
    /Cannot find a domain of pacs named "skech": did you mean "sketch"\? known are art_painting, cartoon, photo, sketch, each/,
  );
});

Deno.test("methods that compare domains are left out where one is left, and said", () => {
  const notes: string[] = [];
  const two = { ...request, datasets: ["digits-synth"], leaveOut: ["street"] };
  const runs = plan(
    { ...two, methods: ["erm", "coral", "boda+crt"] },
    builtin(),
    (note) => notes.push(note),
  );
  assert.deepEqual(runs.map(({ name }) => name), ["erm"]);
  assert.deepEqual(notes, [
    "Not trained on digits-synth without street, which leaves texture alone, since they compare " +
    "domains: coral, boda.",
  ]);
  assert.throws(
    () => plan({ ...two, methods: ["coral"] }, builtin()),
    /Cannot plan a run\..*coral/,
  );
});

/** A run on some domains with accuracies of those that it left out, by checkpoint. */
const curveOf = (seen: string[], unseen: string[], values: number[][]): UnseenCurve => ({
  seen,
  unseen,
  curve: values.map((accuracy, i) => ({ step: 10 * i, validation: { accuracy } })),
  averaged: false,
});

Deno.test("the rules choose by the tested weights, by the domain itself, by the other domains", () => {
  const metric = METRICS.find(({ name }) => name === "accuracy")!;
  const looksAt = { metric, split: "validation", summary: "average" } as const;
  const run = curveOf(["a", "b"], ["t"], [[0.2], [0.9], [0.9]]);
  const others = new Map([
    // Of the pair with a the second figure is t's: it must not be looked at.
    ["a", curveOf(["b"], ["a", "t"], [[0.5, 0], [0.1, 1], [0.6, 0]])],
    ["b", curveOf(["a"], ["b", "t"], [[0.9, 0], [0.1, 1], [0.7, 0]])],
  ]);
  const chosen = UNSEEN_RULES.map((rule) =>
    rule.choose(run, looksAt, (other) => others.get(other) ?? null)
  );
  // Step 0: (0.5 + 0.9) / 2 = 0.7; step 20: (0.6 + 0.7) / 2 = 0.65.
  assert.deepEqual(chosen, ["tested", { step: 10, worth: 0.9 }, { step: 0, worth: 0.7 }]);
  assert.equal(UNSEEN_RULES[2]!.choose(run, looksAt, () => null), null);
});
