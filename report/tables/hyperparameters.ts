/**
 * What every method ran with.
 *
 * @module
 */
import type { Value } from "../../base/setting.ts";
import type { RunSpec } from "../../bench/records/record.ts";
import { type DatasetResults, groupBy } from "../analysis/arrange.ts";
import { METHOD, text } from "./columns.ts";
import { nameOf } from "./format.ts";
import type { Column, Name, Table } from "./table.ts";

/** Every hyperparameter of every method, one column a data set. */
export function hyperparametersTable(datasets: readonly DatasetResults[]): Table {
  const rows = new Map<string, { method: Name; stage: string; key: string; values: Name[] }>();
  datasets.forEach((dataset, d) =>
    dataset.methods.forEach((result) =>
      stages(result.spec).forEach(({ method, training }) => {
        const settings: Record<string, Value> = {
          ...method.hyperparameters,
          "learning rate": training.learningRate,
          "weight decay": training.weightDecay,
        };
        Object.entries(settings).forEach(([key, value]) => {
          const id = JSON.stringify([result.label, method.name, key]);
          const row = rows.get(id) ??
            { method: nameOf(result), stage: method.name, key, values: [] };
          row.values[d] = { name: String(value), title: rounded(value) };
          rows.set(id, row);
        });
      })
    )
  );
  return {
    name: "hyperparameters",
    title: "Hyperparameters",
    caption: "What every method ran with; – where it was not planned.",
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

/** Numbers to four digits. */
const rounded = (value: Value) =>
  String(typeof value === "number" ? Number(value.toPrecision(4)) : value);

/** A run's stages, first to last. */
function stages(spec: RunSpec): RunSpec[] {
  return [...(spec.stage1 ? stages(spec.stage1) : []), spec];
}
