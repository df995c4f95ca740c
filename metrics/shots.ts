/**
 * Class accuracy by shot: of the classes that have many, some, few or no images to train on.
 *
 * @module
 */
import { type ClassCounts, recalls, type Shots } from "./counts.ts";
import { defineMetric, type MetricOf, PERCENT } from "./metric.ts";
import { mean } from "./sums.ts";

/** The shot groups, by training images of a (domain, class) cell. */
export const SHOT_GROUPS = ["many", "medium", "few", "zero"] as const;
/** A shot group. */
export type ShotGroup = (typeof SHOT_GROUPS)[number];

/** The shot group of a cell with `count` training images. */
export function shotGroup(count: number, shots: Shots): ShotGroup {
  if (count > shots.many) return "many";
  if (count === 0) return "zero";
  return count <= shots.few ? "few" : "medium";
}

const RULES: Readonly<Record<ShotGroup, string>> = {
  many: "more than the data set's upper threshold of",
  medium: "between the data set's thresholds of",
  few: "at least one and at most the data set's lower threshold of",
  zero: "no",
};

/**
 * A metric for each group: recall, averaged over the (domain, class) cells of the group that have
 * images. Over all domains it is a plain mean over all their cells, as MDLT defines it.
 */
export default SHOT_GROUPS.map((group): MetricOf<"counts"> => {
  const cells = (counts: ClassCounts) =>
    recalls(counts).filter((value, c): value is number =>
      value !== null && shotGroup(counts.train[c]!, counts.shots) === group
    );
  return defineMetric({
    name: group,
    title: group,
    group: "Class accuracy by shot",
    description: `Recall, averaged over the classes of a domain with ${RULES[group]} images ` +
      "to train on.",
    citation: "Yang et al. 2022, On multi-domain long-tailed recognition",
    better: "max",
    scale: PERCENT,
    range: [0, 1],
    needs: "counts",
    undefinedWhen: "no class of the group has images",
    average: "pooled",
    compute: (counts) => mean(cells(counts)),
    pool: (domains) => mean(domains.flatMap(cells)),
  });
});
