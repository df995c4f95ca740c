import assert from "node:assert/strict";
import { join } from "node:path";
import { planStudy, type StudyRequest } from "../../bench/plan/studies.ts";
import { type OldStudy, studyOf } from "../../bench/records/format1.ts";
import type { Manifest } from "../../bench/records/record.ts";
import { builtin } from "../../bench/catalogue.ts";
import { STUDIES } from "../../methods/mod.ts";
import { ablation } from "../../methods/study.ts";
import { BACKEND, cli, TINY } from "./crash.ts";

const request: Omit<StudyRequest, "study"> = {
  datasets: ["digits-synth"],
  seeds: [0, 1],
  preset: "quick",
  settings: [["brl.kappa", 0.25]],
  selection: "validation-macro-f1",
  backend: "native",
  threads: 1,
};
const studied = (study: string, changes: Partial<StudyRequest> = {}, studies = STUDIES) =>
  planStudy({ ...request, ...changes, study }, { ...builtin(), studies });
const hyperparameters = (run: ReturnType<typeof studied>[number]) =>
  run.spec.method.hyperparameters;

Deno.test("the ablation is eight combinations, the last with all parts", () => {
  const runs = studied("ablation");
  assert.equal(runs.length, 16);
  assert.equal(new Set(runs.map(({ id }) => id)).size, 16);
  assert.equal(runs[0]!.name, "brl: bce");
  assert.equal(runs.at(-1)!.name, "brl: bce cb rb penalty");
  const { bce, cb, rb, penalty, kappa } = hyperparameters(runs[2]!);
  assert.deepEqual([bce, cb, rb, penalty, kappa], [true, true, false, false, 0.25]);
});

Deno.test("the parameters take ten values each, the others at their defaults", () => {
  const runs = studied("parameters", { seeds: [0] });
  assert.equal(runs.length, 30);
  assert.equal(new Set(runs.map(({ id }) => id)).size, 28, "the defaults stand three times");
  for (const run of runs) {
    const { parameter, value } = run.study!.levels;
    const expected = { alpha: 1e-3, beta: 1e-2, gamma: 10, [String(parameter)]: value };
    const { alpha, beta, gamma } = hyperparameters(run);
    assert.deepEqual({ alpha, beta, gamma }, expected);
  }
});

Deno.test("convergence looks every 100 of the paper's updates, and fifty times at shorter ones", () => {
  const trained = (changes: Partial<StudyRequest>) =>
    studied("convergence", changes)[0]!.spec.training;
  assert.equal(trained({ preset: "paper" }).checkpointEvery, 100);
  const quick = trained({ preset: "quick" });
  assert.equal(quick.checkpointEvery, Math.round(quick.steps / 50));
  assert.equal(trained({ preset: "smoke" }).checkpointEvery, 1);
});

Deno.test("every alternative changes one part", () => {
  const runs = studied("variants", { seeds: [0] });
  assert.equal(new Set(runs.map(({ id }) => id)).size, runs.length);
  assert.equal(new Set(runs.map(({ name }) => name)).size, runs.length);
});

Deno.test("convergence is a study of any method, and of BRL where none is named", () => {
  const methods = (methods?: string[]) =>
    studied("convergence", { seeds: [0], settings: [], methods }).map(({ name, study }) => [
      name,
      study!.method,
    ]);
  assert.deepEqual(methods(), [["brl: convergence", "brl"]]);
  assert.deepEqual(methods(["erm", "focal"]), [
    ["erm: convergence", "erm"],
    ["focal: convergence", "focal"],
  ]);
});

Deno.test("any method may have studies; what cannot be run is one sentence", () => {
  const own = ablation({
    name: "ablation",
    method: "cbloss",
    title: "with and without",
    description: "with and without",
    parts: { mdlt: "MDLT" },
  });
  const studies = [...STUDIES, own];
  const runs = studied("ablation", { seeds: [0], settings: [], methods: ["cbloss"] }, studies);
  assert.deepEqual(runs.map(({ spec }) => spec.method.hyperparameters["mdlt"]), [false, true]);
  const fails = (study: string, methods: string[] | undefined, message: RegExp) =>
    assert.throws(() => studied(study, { settings: [], methods }), message);
  fails(
    "ablatoin",
    undefined,
    /^UsageError: Cannot find study "ablatoin": did you mean "ablation"/,
  );
  fails("ablation", ["erm"], /^UsageError: Cannot run the study "ablation" of "erm": .* for brl$/);
  fails(
    "behaviours",
    undefined,
    /^UsageError: Cannot train the study "behaviours": it asks records/,
  );
});

Deno.test("a study trains, reports, continues, and its tables come from the records again", async () => {
  const said = async (...args: string[]) => {
    const { code, out, err } = await cli(...args);
    assert.equal(code, 0, err);
    return out;
  };
  const out = await Deno.makeTempDir();
  const options = [
    ...["--datasets", "digits-synth", "--preset", "smoke", "--seeds", "2"],
    ...["--backend", BACKEND, "--out", out],
  ];
  try {
    assert.match(await said("analyse", "ablation", ...options), /^16 of 16 runs trained/);
    const manifest: Manifest = JSON.parse(await Deno.readTextFile(join(out, "manifest.json")));
    assert.deepEqual(manifest.runs[0]!.study, {
      name: "ablation",
      method: "brl",
      levels: { bce: true, cb: false, rb: false, penalty: false },
    });
    const record = JSON.parse(
      await Deno.readTextFile(join(out, "runs", manifest.runs[0]!.id, "record.json")),
    );
    assert.equal(record.name, "brl");
    const results = await Deno.readTextFile(join(out, "results.csv"));
    assert.match(
      results,
      /\ndigits-synth,cnn,brl: bce cb rb penalty,1,test,worst,macro_f1,0\.\d+\n/,
    );
    const table = join(out, "report/tables/digits-synth-ablation.csv");
    const first = await Deno.readTextFile(table);
    assert.equal(first.trim().split("\n").length, 9);

    // The convergence of the same training is another study in the same folder.
    assert.match(await said("analyse", "convergence", ...options), /^2 of 2 runs trained/);
    assert.match(
      await said("analyse", "ablation", ...options),
      /^0 of 16 runs trained.*16 existing/,
    );
    assert.equal(await Deno.readTextFile(table), first);
    const convergence = await Deno.readTextFile(
      join(out, "report/tables/digits-synth-convergence.csv"),
    );
    assert.equal(convergence.trim().split("\n").length, 9, "eight updates, each a checkpoint");

    await Deno.remove(join(out, "report"), { recursive: true });
    await said("report", "--out", out);
    assert.equal(await Deno.readTextFile(table), first);
    const page = await Deno.readTextFile(join(out, "report/index.html"));
    assert.match(page, /<h2 id="studies-title">Studies<\/h2>/);
    assert.match(page, /BRL \(reconstruction\), combinations of its parts/);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});

/** A method of somebody's own, and a study of it. */
const PLUGIN = `
import * as tf from "@tensorflow/tfjs-core";
import { ablation, defineMethod, flag } from "${new URL("../../methods/mod.ts", import.meta.url)}";

export const method = defineMethod({
  name: "mine",
  title: "Mine",
  description: "ERM with smoothed labels and small logits.",
  family: "robust",
  citation: "nobody",
  version: 1,
  hyperparameters: {
    soft: flag({ default: true, description: "smoothed labels" }),
    small: flag({ default: true, description: "a penalty on large logits" }),
  },
  create: ({ network, classes }, { soft, small }) => ({
    loss(domains) {
      const losses = domains.map(({ images, labels }) => {
        const logits = network.classify(network.features(images, true), true);
        const truth = tf.oneHot(labels, classes).mul(soft ? 0.9 : 1).add(soft ? 0.1 / classes : 0);
        const risk = tf.neg(tf.mean(tf.sum(tf.mul(truth, tf.logSoftmax(logits)), 1)));
        return small ? tf.add(risk, tf.mul(0.01, tf.mean(tf.square(logits)))) : risk;
      });
      return { loss: tf.div(tf.addN(losses), losses.length) };
    },
  }),
});

export const study = ablation({
  name: "ablation",
  method: "mine",
  title: "with and without",
  description: "with and without its two parts",
  parts: { soft: "Smoothed", small: "Small logits" },
});
`;

Deno.test("a study of a plugin's method runs, and stands in the report", async () => {
  const out = await Deno.makeTempDir();
  const plugin = ["--plugin", join(out, "mine.ts")];
  try {
    await Deno.writeTextFile(plugin[1]!, PLUGIN);
    const said = await cli(
      "analyse",
      "ablation",
      "--method",
      "mine",
      ...plugin,
      ...TINY,
      "--out",
      out,
    );
    assert.match(said.out, /^4 of 4 runs trained/, said.err);
    const table = join(out, "report/tables/digits-synth-ablation.md");
    const first = await Deno.readTextFile(table);
    assert.match(
      first,
      /^# Mine, with and without on Digits-synth\n\n\| Smoothed \| Small logits \|/,
    );
    assert.match(first, /\n\| no \| no \| .*\n\| yes \| no \| .*\n\| no \| yes \| /);
    assert.match(await Deno.readTextFile(join(out, "report/index.html")), /Mine, with and without/);

    // Without the plugin, which is its folder's alone, the records still say what was varied.
    assert.equal((await cli("report", "--out", out, ...plugin)).code, 0);
    assert.equal(await Deno.readTextFile(table), first);
    assert.equal((await cli("report", "--out", out)).code, 0);
    assert.match(await Deno.readTextFile(table), /\| no \| no \| .*\n\| yes \| no \| /);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});

Deno.test("plans of format 1 name the same settings", () => {
  const spec = studied("convergence")[0]!.spec;
  const levels = (study: OldStudy) => studyOf(study, spec.method.name);
  const method = "brl";
  assert.deepEqual(levels({ kind: "ablation", parts: ["bce", "rb"] }), {
    name: "ablation",
    method,
    levels: { bce: true, rb: true },
  });
  assert.deepEqual(levels({ kind: "parameter", parameter: "alpha", value: 1e-7 }), {
    name: "parameters",
    method,
    levels: { parameter: "alpha", value: 1e-7 },
  });
  assert.deepEqual(levels({ kind: "variant", part: "rb", variant: "CORAL" }), {
    name: "variants",
    method,
    levels: { part: "rb", form: "CORAL" },
  });
  assert.deepEqual(levels({ kind: "convergence" }), { name: "convergence", method, levels: {} });
});
