import assert from "node:assert/strict";
import { classHeatmapSpec } from "../../report/charts/class_f1.ts";
import { curvesSpec } from "../../report/charts/curves.ts";
import { datasetCharts } from "../../report/charts/mod.ts";
import { toSvg } from "../../report/charts/render.ts";
import { scoresSpec } from "../../report/charts/scores.ts";
import { arrange } from "../../report/results.ts";
import { readStore } from "../../report/store.ts";
import { inFolder } from "./folder.ts";
import { DATASETS, writeStore } from "./store.ts";

const scores = scoresSpec(
  ["boda", "erm"],
  [{ method: "erm", domain: "worst", seed: 0, value: 51.25 }],
  [
    { method: "boda", domain: "average", mean: 64, low: 62, high: 66 },
    { method: "erm", domain: "worst", mean: 51, low: 49, high: 53 },
  ],
  "Scores of two methods.",
);

Deno.test("drawing is silent, the same every time, and carries its text alternative", async () => {
  const heatmap = classHeatmapSpec(
    [{ method: "erm", class: "cat", f1: [0.5, null] }],
    [{ class: "cat", train: [9, 0] }],
    ["a", "b"],
    ["cat"],
    "erm",
    "F1 of one class.",
  );
  const first = await toSvg(scores);
  assert.match(first, /aria-label="Scores of two methods\."/);
  await toSvg(heatmap); // its gradient must not move the ids of the next
  assert.equal(await toSvg(scores), first);
  assert.equal(await toSvg(heatmap), await toSvg(heatmap));
});

Deno.test("scores draw a rule, the seeds and a mean for every method and domain", async () => {
  const svg = await toSvg(scores);
  const marks = (kind: string) => svg.match(new RegExp(`class="mark-${kind} role-mark[^>]*>`, "g"));
  assert.equal(marks("rule")?.length, 1);
  assert.equal(marks("symbol")?.length, 2);
  assert.match(svg, />boda</);
  assert.match(svg, />Test macro-F1 \(%\)</);
});

Deno.test("an undefined F1 has no cell", async () => {
  const cells = async (f1: (number | null)[]) => {
    const svg = await toSvg(classHeatmapSpec(
      [{ method: "erm", class: "cat", f1 }],
      [{ class: "cat", train: [9, 0] }],
      ["a", "b"],
      ["cat"],
      "erm",
      "F1 of one class.",
    ));
    return svg.match(/>0\.\d\d</g)?.length;
  };
  assert.equal(await cells([0.51, 0.25]), 2);
  assert.equal(await cells([0.51, null]), 1);
});

Deno.test("curves draw with and without methods in the background, and with gaps", async () => {
  const row = { step: 10, macroF1: 50, loss: -3 };
  const rows = ["a", "b"].flatMap((method) => [
    { ...row, method },
    { ...row, method, step: 20, macroF1: null, loss: 1e6 },
    { ...row, method, step: 30, macroF1: 60, loss: null },
  ]);
  for (const highlighted of [["a"], ["a", "b"]]) {
    assert.doesNotMatch(await toSvg(curvesSpec(rows, highlighted, "Curves.")), /NaN|undefined/);
  }
});

Deno.test("charts of a data set put methods that lack seeds last", () =>
  inFolder(async (out) => {
    await writeStore(out, {
      datasets: DATASETS.slice(0, 1),
      methods: ["erm", "irm", "boda"],
      seeds: [0, 1],
      fate: (_, method, seed) => method === "boda" && seed === 1 ? "failed" : "done",
    });
    const [dataset] = arrange(await readStore(out));
    const charts = datasetCharts(dataset!, "erm", new Map());
    assert.deepEqual(charts.map((chart) => chart.name), [
      "digits-macro-f1",
      "digits-violins",
      "digits-class-f1",
      "digits-confusion",
      "digits-distribution",
      "digits-curves",
      "digits-cost",
    ]);
    for (const chart of charts) assert(chart.description.length > 80);
    const values = JSON.stringify(charts[0]!.spec);
    assert(values.indexOf('"BODA"') > values.indexOf('"IRM"'));
  }));
