import assert from "node:assert/strict";
import { builtin } from "../../bench/catalogue.ts";
import { plan } from "../../bench/plan/plan.ts";
import { LEARNING_BEGINS } from "../../methods/hyperparameter.ts";
import type { DatasetResults } from "../../report/analysis/arrange.ts";
import { ownValues } from "../../report/analysis/papers.ts";
import { besidePapers } from "../../report/tables/papers.ts";

const catalogue = builtin();

/** A data set with a planned run of each method. */
function planned(preset: "quick" | "paper", settings: [string, number][] = []): DatasetResults {
  const runs = plan({
    ...{
      datasets: ["digits"],
      methods: ["erm", "irm", "mmd", "dann"],
      seeds: [0],
      preset,
      settings,
    },
    ...{ selection: "last", threads: 1, backend: "native" },
  }, catalogue);
  return {
    name: "digits",
    methods: runs.map(({ spec }) => ({ spec })),
  } as unknown as DatasetResults;
}

Deno.test("at preset paper every hyperparameter is the reference's", () => {
  const all = plan({
    ...{ datasets: ["all"], methods: ["all"], seeds: [0], preset: "paper", settings: [] },
    ...{ selection: "last", threads: 1, backend: "native" },
  }, catalogue);
  for (const { name } of catalogue.datasets) {
    const own = all.filter(({ spec }) => spec.dataset.name === name);
    const methods = own.map(({ spec }) => ({ spec }));
    assert.deepEqual(
      ownValues({ name, methods } as unknown as DatasetResults, catalogue),
      [],
      name,
    );
  }
  assert.equal(besidePapers(planned("paper"), catalogue), "5001 steps of 64 images a domain.");
});

Deno.test("captions name every value that is not the paper's, and what the paper's is", () => {
  const said = besidePapers(planned("quick"), catalogue);
  assert.match(
    said,
    /^\d+ steps of 10 images a domain \(the paper: 5001 of 64\), network cnn × 0.125 \(cnn × 1\)/,
  );
  assert.ok(
    said.includes(`IRM penaltyWeight 0.1 (100), annealSteps ${LEARNING_BEGINS} (500)`),
    said,
  );
  assert.ok(said.includes("MMD penaltyWeight 0.1 (1)"), said);
  assert.ok(said.includes("DANN discriminatorLearningRate 0.001 (the learning rate)"), said);
  const set = besidePapers(planned("paper", [["irm.penaltyWeight", 3]]), catalogue);
  assert.ok(set.includes("IRM penaltyWeight 3 (100)"), set);
});
