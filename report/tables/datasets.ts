/**
 * What the data sets are like.
 *
 * @module
 */
import type { DatasetResults } from "../analysis/arrange.ts";
import type { Digest } from "../digest.ts";
import { DATASET, DOMAIN } from "./columns.ts";
import type { Cell, Column, Group, Row, Table } from "./table.ts";

const SPLITS = ["train", "validation", "test"] as const;

/** Images and classes of every domain of every data set, by split. */
export function datasetsTable(datasets: readonly DatasetResults[]): Table {
  return {
    name: "datasets",
    title: "The data sets",
    caption:
      "Images of each split. Training images by class: classes that have any, the smallest " +
      "of these, the largest, and largest ÷ smallest; zero-shot classes have training images in " +
      "other domains only. In the row of all domains, a zero-shot cell is a class without training " +
      "images in one domain. Where every seed draws images of its own, these are one seed's; the " +
      "charts show each.",
    columns: [
      DATASET,
      DOMAIN,
      ...SPLITS.map((split): Column => ({
        key: `${split}_images`,
        title: split,
        columnGroup: "Images",
        kind: "number",
      })),
      ...([
        ["classes", "classes"],
        ["smallest", "smallest"],
        ["largest", "largest"],
        ["imbalance", "ratio"],
        ["zero_shot", "zero-shot"],
      ] as const).map(([key, title]): Column => ({
        key,
        title,
        columnGroup: "Training images by class",
        kind: "number",
        ...(key === "imbalance" ? { digits: 1 } : {}),
      })),
    ],
    groups: datasets.map(group),
  };
}

/** Why nothing is known of the images of a data set. */
function stateOf({ methods }: DatasetResults): string {
  const failed = methods.some(({ runs }) => runs.some((run) => run?.state.status === "failed"));
  return failed ? "no run has finished" : "not run yet";
}

function group(dataset: DatasetResults): Group {
  const { data } = dataset;
  if (data === null) {
    return { title: null, rows: [{ cells: [dataset.name, stateOf(dataset)] }] };
  }
  const { domains, classes, counts } = data;
  const all = (split: keyof Digest["data"]["counts"]) =>
    classes.map((_, c) => total(counts[split].map((row) => row[c]!)));
  const row = (
    domain: string,
    images: (split: keyof Digest["data"]["counts"]) => readonly number[],
    zeroShot: number,
  ): Row => {
    const present = images("train").filter((count) => count > 0);
    const [smallest, largest] = [Math.min(...present), Math.max(...present)];
    return {
      cells: [
        { name: dataset.name, title: dataset.title },
        domain,
        ...SPLITS.map((split) => total(images(split))),
        present.length,
        ...(present.length > 0
          ? [smallest, largest, largest / smallest]
          : new Array<Cell>(3).fill(null)),
        zeroShot,
      ],
    };
  };
  const zeros = counts.train.map((row) => row.filter((count) => count === 0).length);
  return {
    title: `${dataset.title}: ${domains.length} domains, ${classes.length} classes`,
    rows: [
      ...domains.map((domain, d) => row(domain, (split) => counts[split][d]!, zeros[d]!)),
      row("all", all, total(zeros)),
    ],
  };
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
