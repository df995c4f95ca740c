import assert from "node:assert/strict";
import { join } from "node:path";
import { STUDIES } from "../../methods/mod.ts";
import type { TrainingStudy } from "../../methods/study.ts";
import { PRIMARY } from "../../metrics/mod.ts";
import { againstControl } from "../../report/analysis/control.ts";
import { across } from "../../report/analysis/across.ts";
import type { Chart } from "../../report/charts/chart.ts";
import { criticalDifferenceChart } from "../../report/charts/critical_difference.ts";
import { forestChart } from "../../report/charts/forest.ts";
import { acrossCharts, datasetCharts } from "../../report/charts/mod.ts";
import { studyChart } from "../../report/charts/studies.ts";
import { toPng, toSvg } from "../../report/charts/render.ts";
import type { Points } from "../../report/analysis/embedding.ts";
import { arrange } from "../../report/analysis/arrange.ts";
import { readStore } from "../../report/folder.ts";
import { inFolder } from "./folder.ts";
import { DATASETS, writeStore } from "./store.ts";

/** Every kind of chart, over a small store that is always the same. */
async function charts(out: string): Promise<Chart[]> {
  await writeStore(out, {
    datasets: DATASETS.slice(1, 3),
    methods: ["erm", "irm", "boda"],
    seeds: [0, 1, 2],
    details: true,
    checkpoints: 5,
  });
  const store = await readStore(out);
  const datasets = arrange(store);
  const points: Points = {
    x: [0, 250, 500, 1000],
    y: [100, 0, 1000, 400],
    label: [0, 1, 2, 0],
    domain: [0, 1, 2, 3],
    perplexity: 1,
    seed: 7,
  };
  const headline = { domain: "worst", metric: PRIMARY } as const;
  const ranks = across(datasets, headline, "erm", 0.05);
  const beside = againstControl(datasets[0]!, headline, "erm", { alpha: 0.05, margin: 2 })!;
  // A critical difference takes five data sets at least.
  const more = join(out, "more");
  await writeStore(more, {
    datasets: DATASETS.slice(0, 5),
    methods: ["erm", "irm", "boda"],
    seeds: [0],
  });
  const places = across(arrange(await readStore(more)), headline, "erm", 0.05);
  const parameters = studyChart({
    file: "vlcs-parameters",
    study: STUDIES.find(({ name }) => name === "parameters") as TrainingStudy,
    metric: PRIMARY,
    network: { name: "cnn", title: "CNN" },
    dataset: { name: "vlcs", title: "VLCS-MLT" },
    method: { name: "brl", title: "BRL" },
    subject: "BRL",
    settings: datasets[0]!.methods.map(({ runs }, i) => ({
      name: `alpha=${10 ** i}`,
      levels: { parameter: "alpha", value: 10 ** i },
      runs: runs.map((run) => run!),
    })),
  })!;
  return [
    ...datasetCharts(
      datasets[0]!,
      PRIMARY,
      "erm",
      new Map([[datasets[0]!.methods[0]!.runs[0]!.id, points]]),
    ),
    forestChart(beside, { title: "ERM", alpha: 0.05, margin: 2 }),
    ...acrossCharts(ranks, "ERM", 0.05),
    criticalDifferenceChart(places, 0.05)!,
    parameters,
  ];
}

/**
 * Drawings as they were when somebody last looked at them. After a change that is meant, look at
 * the new ones and keep them: `UPDATE=1 deno task test tests/report/snapshots`.
 */
Deno.test("every chart is drawn as it was", () =>
  inFolder(async (out) => {
    const all = await charts(out);
    assert.equal(all.length, 8 + 1 + 2 + 1);
    for (const { name, spec } of all) {
      const path = new URL(`snapshots/${name}.svg`, import.meta.url);
      const svg = `${await toSvg(spec)}\n`;
      if (Deno.env.get("UPDATE")) await Deno.writeTextFile(path, svg);
      assert(svg === await Deno.readTextFile(path), `${name} is drawn differently`);
      assert.doesNotMatch(svg, /NaN|undefined/);
    }
  }));

Deno.test("a PNG is dark on white and twice the drawing's size", () =>
  inFolder(async (out) => {
    const [chart] = await charts(out);
    const svg = await toSvg(chart!.spec);
    const png = await toPng(svg);
    const view = new DataView(png.buffer, png.byteOffset);
    assert.deepEqual([...png.subarray(1, 4)], [..."PNG"].map((c) => c.charCodeAt(0)));
    const width = Number(/ width="(\d+)"/.exec(svg)![1]);
    assert(Math.abs(view.getUint32(16) - 2 * width) <= 2);
  }));
