import assert from "node:assert/strict";
import { PRIMARY } from "../../metrics/mod.ts";
import { classHeatmapSpec } from "../../report/charts/class_f1.ts";
import { curvesSpec } from "../../report/charts/curves.ts";
import { datasetCharts } from "../../report/charts/mod.ts";
import { toSvg } from "../../report/charts/render.ts";
import { violinsSpec } from "../../report/charts/violins.ts";
import { arrange } from "../../report/analysis/arrange.ts";
import { readStore } from "../../report/folder.ts";
import { inFolder } from "./folder.ts";
import { DATASETS, METHODS, SMALL, writeStore } from "./store.ts";
import { chartRows } from "../../report/charts/rows.ts";

const violins = violinsSpec(
  PRIMARY,
  ["boda", "erm"],
  [62, 63, 67].flatMap((value, seed) => [
    { method: "boda", domain: "average" as const, seed, value },
    { method: "erm", domain: "worst" as const, seed, value: value - 10 },
  ]),
  "Scores of two methods.",
);

/** How many marks of a kind a drawing has, legends and axes not counted. */
function marks(svg: string, kind: string): number {
  const groups = svg.matchAll(new RegExp(`class="mark-${kind} role-mark[^>]*>(.*?)</g>`, "gs"));
  return [...groups].reduce(
    (sum, [, inside]) => sum + inside!.split(/<(?:path|line) /).length - 1,
    0,
  );
}

Deno.test("drawing is silent, the same every time, and carries its text alternative", async () => {
  const heatmap = classHeatmapSpec(
    [{ method: "erm", class: "cat", f1: [0.5, null] }],
    [{ class: "cat", train: [9, 0] }],
    ["a", "b"],
    ["cat"],
    "erm",
    "F1 of one class.",
  );
  const first = await toSvg(violins);
  assert.match(first, /aria-label="Scores of two methods\."/);
  await toSvg(heatmap); // its gradient must not move the ids of the next
  assert.equal(await toSvg(violins), first);
  assert.equal(await toSvg(heatmap), await toSvg(heatmap));
});

Deno.test("violins draw a shape, a mean and every seed's dot for every method and domain", async () => {
  const svg = await toSvg(violins);
  assert.equal(marks(svg, "area"), 2);
  assert.equal(marks(svg, "rule"), 2);
  assert.equal(marks(svg, "symbol"), 6);
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
  const row = { step: 10, score: 50, loss: -3 };
  const rows = ["a", "b"].flatMap((method) => [
    { ...row, method },
    { ...row, method, step: 20, score: null, loss: 1e6 },
    { ...row, method, step: 30, score: 60, loss: null },
  ]);
  for (const highlighted of [["a"], ["a", "b"]]) {
    assert.doesNotMatch(
      await toSvg(curvesSpec(PRIMARY, rows, highlighted, "Curves.")),
      /NaN|undefined/,
    );
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
    const charts = datasetCharts(dataset!, PRIMARY, "erm", new Map());
    assert.deepEqual(charts.map((chart) => chart.name), [
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

Deno.test("names beside the dots of the cost hide no dot and no other name", () =>
  inFolder(async (out) => {
    await writeStore(out, { datasets: DATASETS.slice(0, 1), methods: METHODS, seeds: [0, 1] });
    const [dataset] = arrange(await readStore(out));
    const cost = datasetCharts(dataset!, PRIMARY, null, new Map()).find(({ name }) =>
      name.endsWith("-cost")
    )!;
    const svg = await toSvg(cost.spec);
    assert.match(svg, />Wall time of a run \(logarithmic\)</);
    assert.match(svg, />\d+ (s|min|h)</, "units stand at the axis");
    const names = chartRows(cost.spec).filter(({ side }) => side !== null);
    assert(names.length > 0 && names.length < METHODS.length);
  }));

Deno.test("every chart's words can be read on one column of a paper", () =>
  inFolder(async (out) => {
    await writeStore(out, SMALL);
    const [dataset] = arrange(await readStore(out));
    for (const { name, spec } of datasetCharts(dataset!, PRIMARY, "erm", new Map())) {
      const svg = await toSvg(spec);
      const width = Number(/ width="(\d+)"/.exec(svg)![1]);
      const sizes = [...svg.matchAll(/font-size="([\d.]+)px"/g)].map(([, size]) => Number(size));
      const points = Math.min(...sizes) * 240 / Math.max(320, width); // a column of 8.5 cm
      assert(points >= 4.9, `${name}: ${points.toFixed(1)} points on ${width} pixels`);
    }
  }));
