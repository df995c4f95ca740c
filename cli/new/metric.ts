/**
 * A new metric.
 *
 * @module
 */
import { METRICS } from "../../metrics/mod.ts";
import type { Template } from "./template.ts";

/** The rate of the class that is recognised best. */
export const metric: Template = {
  kind: "metric",
  folder: "metrics",
  tests: "tests/metrics",
  extension: "ts",
  registry: { file: "metrics/mod.ts", list: "METRICS" },
  separator: "_",
  taken: METRICS,
  source: ({ name, title }, from) =>
    `/**
 * ${title}: what it measures, in a sentence. For now it is the recall of the class that is
 * recognised best.
 *
 * @module
 */
import { recalls } from "${from("metrics/counts.ts")}";
import { defineMetric, PERCENT } from "${from("metrics/metric.ts")}";

export default defineMetric({
  name: "${name}",
  title: "${title.toLowerCase()}",
  description: "Recall of the class that is recognised best.",
  better: "max",
  scale: PERCENT,
  range: [0, 1],
  needs: "counts",
  undefinedWhen: "there are no images",
  compute(counts) {
    const known = recalls(counts).filter((recall) => recall !== null);
    return known.length > 0 ? Math.max(...known) : null;
  },
});
`,
  test: ({ name, identifier }, own, from) =>
    `import assert from "node:assert/strict";
import ${identifier} from "${own}";
import { countsOf } from "${from("metrics/counts.ts")}";
import { metricConformance } from "${from("testing/metric.ts")}";

metricConformance(${identifier});

Deno.test("${name}: the recall of the class that is recognised best", () => {
  const confusion = [[3, 1, 0], [2, 2, 0], [0, 0, 0]]; // there is no image of the last class
  assert.equal(${identifier}.compute(countsOf(confusion)), 0.75);
  assert.equal(${identifier}.compute(countsOf([[0, 0], [0, 0]])), null);
});
`,
  tryIt: (name) =>
    `bench --preset smoke --methods erm,crt --selection validation-${name.replaceAll("_", "-")}`,
};
