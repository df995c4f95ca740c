/**
 * What every method ran with.
 *
 * @module
 */
import type { Value } from "../../base/setting.ts";
import { type DatasetResults, groupBy } from "../analysis/arrange.ts";
import { type Definitions, rounded, stages, valueInPaper } from "../analysis/papers.ts";
import { METHOD, text } from "./columns.ts";
import { nameOf } from "./format.ts";
import type { Column, Name, Table } from "./table.ts";

/** Every hyperparameter of every method, one column a data set. */
export function hyperparametersTable(
  datasets: readonly DatasetResults[],
  definitions: Definitions,
): Table {
  const rows = new Map<string, { method: Name; stage: string; key: string; values: Name[] }>();
  datasets.forEach((dataset, d) =>
    dataset.methods.forEach((result) =>
      stages(result.spec).forEach((spec) => {
        const { method, training } = spec;
        const settings: Record<string, Value> = {
          ...method.hyperparameters,
          "learning rate": training.learningRate,
          "weight decay": training.weightDecay,
        };
        Object.entries(settings).forEach(([key, value]) => {
          const id = JSON.stringify([result.label, method.name, key]);
          const row = rows.get(id) ??
            { method: nameOf(result), stage: method.name, key, values: [] };
          const paper = valueInPaper(spec, key, definitions);
          const beside = paper === undefined || paper.value === value
            ? ""
            : ` (paper: ${paper.said})`;
          row.values[d] = { name: String(value), title: rounded(value) + beside };
          rows.set(id, row);
        });
      })
    )
  );
  return {
    name: "hyperparameters",
    title: "Hyperparameters",
    caption:
      "What every method ran with, with the value in its paper's runs where that is another; " +
      "– where it was not planned.",
    columns: [
      METHOD,
      text("stage", "Stage"),
      text("hyperparameter", "Hyperparameter"),
      ...datasets.map((dataset): Column => ({
        key: dataset.name,
        title: dataset.title,
        kind: "text",
      })),
    ],
    groups: [...groupBy([...rows.values()], (row) => row.method.name).values()].map((rows) => ({
      title: null,
      rows: rows.map(({ method, stage, key, values }) => ({
        cells: [method, stage, key, ...datasets.map((_, d) => values[d] ?? null)],
      })),
    })),
  };
}
