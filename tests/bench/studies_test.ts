import assert from "node:assert/strict";
import { join } from "node:path";
import { planStudy, type STUDIES } from "../../bench/plan/studies.ts";
import type { Manifest } from "../../bench/records/record.ts";
import type { Request } from "../../bench/plan/plan.ts";
import { DATASETS } from "../../datasets/mod.ts";
import { BACKEND, cli } from "./crash.ts";

const request: Omit<Request, "methods"> = {
  datasets: ["digits-synth"],
  seeds: [0, 1],
  preset: "quick",
  settings: [["brl.kappa", 0.25]],
  selection: "validation-macro-f1",
  backend: "native",
  threads: 1,
};
const studied = (name: (typeof STUDIES)[number]["name"], changes: Partial<Request> = {}) =>
  planStudy(name, { ...request, ...changes }, DATASETS);
const hyperparameters = (run: ReturnType<typeof studied>[number]) =>
  run.spec.method.hyperparameters;

Deno.test("the ablation is eight combinations, the last with all parts", () => {
  const runs = studied("ablation");
  assert.equal(runs.length, 16);
  assert.equal(new Set(runs.map(({ id }) => id)).size, 16);
  assert.equal(runs[0]!.name, "brl: bce");
  assert.equal(runs.at(-1)!.name, "brl: bce cb rb penalty");
  const { bce, cb, rb, penalty, kappa } = hyperparameters(runs[2]!);
  assert.deepEqual([bce, cb, rb, penalty, kappa], [1, 1, 0, 0, 0.25]);
});

Deno.test("the parameters take ten values each, the others at their defaults", () => {
  const runs = studied("parameters", { seeds: [0] });
  assert.equal(runs.length, 30);
  assert.equal(new Set(runs.map(({ id }) => id)).size, 28, "the defaults stand three times");
  for (const run of runs) {
    assert.ok(run.study?.kind === "parameter");
    const expected = { alpha: 1e-3, beta: 1e-2, gamma: 10, [run.study.parameter]: run.study.value };
    const { alpha, beta, gamma } = hyperparameters(run);
    assert.deepEqual({ alpha, beta, gamma }, expected);
  }
});

Deno.test("convergence looks every 100 of the paper's updates, and fifty times at shorter ones", () => {
  const every = (changes: Partial<Request>) =>
    studied("convergence", changes)[0]!.spec.training.checkpointEvery;
  assert.equal(every({ preset: "paper" }), 100);
  assert.equal(every({ preset: "quick" }), 2);
  assert.equal(every({ preset: "smoke" }), 1);
});

Deno.test("every alternative changes one part", () => {
  const runs = studied("variants", { seeds: [0] });
  assert.equal(new Set(runs.map(({ id }) => id)).size, runs.length);
  assert.equal(new Set(runs.map(({ name }) => name)).size, runs.length);
});

Deno.test("a study trains, reports, continues, and its tables come from the records again", async () => {
  const said = async (...args: string[]) => {
    const { code, out, err } = await cli(...args);
    assert.equal(code, 0, err);
    return out;
  };
  const out = await Deno.makeTempDir();
  const options = ["--preset", "smoke", "--seeds", "2", "--backend", BACKEND, "--out", out];
  try {
    assert.match(await said("analyse", "ablation", ...options), /^16 of 16 runs trained/);
    const manifest: Manifest = JSON.parse(await Deno.readTextFile(join(out, "manifest.json")));
    assert.deepEqual(manifest.runs[0]!.study, { kind: "ablation", parts: ["bce"] });
    const record = JSON.parse(
      await Deno.readTextFile(join(out, "runs", manifest.runs[0]!.id, "record.json")),
    );
    assert.equal(record.name, "brl");
    const results = await Deno.readTextFile(join(out, "results.csv"));
    assert.match(results, /\ndigits-synth,brl: bce cb rb penalty,1,test,worst,macro_f1,0\.\d+\n/);
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
    assert.match(page, /Studies of the proposed method/);
    assert.match(page, /BRL \(reconstruction\), combinations of its parts/);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});
