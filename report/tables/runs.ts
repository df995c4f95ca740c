/**
 * Tables of how the runs were made.
 *
 * @module
 */
import type { RunSpec } from "../../bench/records/record.ts";
import { type DatasetResults, groupBy } from "../analysis/arrange.ts";
import type { Run, Store } from "../folder.ts";
import { distinct, nameOf } from "./format.ts";
import type { Cell, Column, Name, Table } from "./table.ts";

/** Where every run comes from. */
export function provenanceTable(store: Store): Table {
  const environment = distinct(
    store.runs.flatMap((run) => Object.keys(run.digest?.environment ?? {})),
  );
  return {
    name: "provenance",
    title: "Where every run comes from",
    caption: "Every planned run. Selected: the update whose weights were tested. Seconds: wall " +
      "time of the run. Data: fingerprint of the images and their split.",
    columns: [
      { key: "run", title: "Run", kind: "text" },
      { key: "dataset", title: "Data set", kind: "text" },
      { key: "method", title: "Method", kind: "text" },
      { key: "version", title: "Version", kind: "number" },
      { key: "seed", title: "Seed", kind: "number" },
      { key: "state", title: "State", kind: "text" },
      { key: "selected_step", title: "Selected", kind: "number" },
      { key: "seconds", title: "Seconds", kind: "number", digits: 1 },
      { key: "peak_memory_mib", title: "Memory, MiB", kind: "number", digits: 0 },
      { key: "started_at", title: "Started", kind: "text" },
      { key: "backend", title: "Backend", kind: "text" },
      { key: "threads", title: "Threads", kind: "number" },
      { key: "data_fingerprint", title: "Data", kind: "text" },
      // The environment's own keys, which may repeat a name above.
      ...environment.map((key): Column => ({
        key: `env_${key}`,
        title: key,
        over: "Environment",
        kind: "text",
      })),
    ],
    groups: [{
      title: null,
      rows: store.runs.map(({ id, name, spec, state, digest }) => ({
        cells: [
          id,
          spec.dataset.name,
          name,
          spec.method.version,
          spec.seed,
          state.status,
          digest?.selectedStep ?? null,
          digest?.timing.seconds ?? null,
          digest ? digest.timing.peakMemory / 2 ** 20 : null,
          digest?.timing.startedAt ?? null,
          spec.engine.backend,
          spec.engine.threads,
          digest?.data.fingerprint ?? null,
          ...environment.map((key): Cell => {
            const value = digest?.environment[key] ?? null;
            return value === null ? null : String(value);
          }),
        ],
      })),
    }],
  };
}

/** Every hyperparameter of every method, one column a data set. */
export function hyperparametersTable(datasets: readonly DatasetResults[]): Table {
  const rows = new Map<string, { method: Name; stage: string; key: string; values: Name[] }>();
  datasets.forEach((dataset, d) =>
    dataset.methods.forEach((result) =>
      stages(result.spec).forEach(({ method, training }) => {
        const settings = {
          ...method.hyperparameters,
          "learning rate": training.learningRate,
          "weight decay": training.weightDecay,
        };
        Object.entries(settings).forEach(([key, value]) => {
          const id = JSON.stringify([result.label, method.name, key]);
          const row = rows.get(id) ??
            { method: nameOf(result), stage: method.name, key, values: [] };
          row.values[d] = { name: String(value), title: String(Number(value.toPrecision(4))) };
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
      { key: "method", title: "Method", kind: "text" },
      { key: "stage", title: "Stage", kind: "text" },
      { key: "hyperparameter", title: "Hyperparameter", kind: "text" },
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

/** A run's stages, first to last. */
function stages(spec: RunSpec): RunSpec[] {
  return [...(spec.stage1 ? stages(spec.stage1) : []), spec];
}

/** Runs without a result, with the reason: for programs, one a row. */
export function unfinishedTable({ runs }: Store): Table {
  return {
    name: "unfinished",
    title: "Runs without a result",
    caption: NOT_CONTAINED,
    columns: [
      { key: "dataset", title: "Data set", kind: "text" },
      { key: "method", title: "Method", kind: "text" },
      { key: "seed", title: "Seed", kind: "number" },
      { key: "state", title: "State", kind: "text" },
      { key: "reason", title: "Reason", kind: "text" },
      { key: "run", title: "Run", kind: "text" },
    ],
    groups: [{
      title: null,
      rows: runs.filter((run) => run.state.status !== "done").map(({ id, name, spec, state }) => ({
        cells: [spec.dataset.name, name, spec.seed, state.status, reason(state), id],
      })),
    }],
  };
}

/** Failed and diverged runs: for readers, seeds of one fate together. */
export function brokenTable({ runs }: Store): Table {
  const titles = new Map(
    runs.flatMap(({ name, spec, digest }) =>
      digest ? [[name, digest.method.title], [spec.dataset.name, digest.data.title]] : []
    ),
  );
  const named = (name: string): Name => ({ name, title: titles.get(name) ?? name });
  const broken = runs.filter(({ state }) =>
    state.status === "failed" || state.status === "diverged"
  );
  const fates = groupBy(
    broken,
    ({ name, spec, state }) => JSON.stringify([spec.dataset.name, name, state]),
  );
  return {
    name: "broken",
    title: "Failed and diverged runs",
    caption: NOT_CONTAINED,
    columns: [
      { key: "dataset", title: "Data set", kind: "text" },
      { key: "method", title: "Method", kind: "text" },
      { key: "seeds", title: "Seeds", kind: "text" },
      { key: "state", title: "State", kind: "text" },
      { key: "reason", title: "Reason", kind: "text" },
      { key: "runs", title: "Runs", kind: "text" },
    ],
    groups: [{
      title: null,
      rows: [...fates.values()].map((runs) => {
        const { name, spec, state } = runs[0]!;
        return {
          cells: [
            named(spec.dataset.name),
            named(name),
            runs.map(({ spec }) => spec.seed).join(", "),
            state.status,
            reason(state),
            runs.map(({ id }) => id).join(" "),
          ],
        };
      }),
    }],
  };
}

const NOT_CONTAINED = "No figure of this report contains these runs.";

function reason(state: Run["state"]): string | null {
  if (state.status === "failed") return state.error;
  if (state.status === "diverged") return `the loss was not finite after ${state.step} updates`;
  return state.status === "missing" ? "not run yet" : null;
}
