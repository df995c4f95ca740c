/**
 * Where every run comes from.
 *
 * @module
 */
import type { Store } from "../folder.ts";
import { DATASET, METHOD, RUN, SEED, STATE, text } from "./columns.ts";
import { datasetText } from "../../bench/records/left_out.ts";
import { importedFrom } from "../analysis/imported.ts";
import { distinct } from "./format.ts";
import type { Cell, Column, Table } from "./table.ts";

/** Where every run comes from. */
export function provenanceTable(store: Store): Table {
  const all = [...store.runs, ...store.unseen];
  const environment = distinct(
    all.flatMap((run) => Object.keys(run.digest?.environment ?? {})),
  );
  return {
    name: "provenance",
    title: "Where every run comes from",
    caption: "Every planned run. Selected: the step whose weights were tested. Seconds: wall " +
      "time of the run. Data: fingerprint of the images and their split.",
    columns: [
      RUN,
      DATASET,
      METHOD,
      { key: "version", title: "Version", kind: "number" },
      SEED,
      STATE,
      { key: "selected_step", title: "Selected", kind: "number" },
      { key: "seconds", title: "Seconds", kind: "number", digits: 1 },
      { key: "peak_memory_mib", title: "Memory, MiB", kind: "number", digits: 0 },
      text("started_at", "Started"),
      text("backend", "Backend"),
      { key: "threads", title: "Threads", kind: "number" },
      text("data_fingerprint", "Data"),
      text("origin", "Imported"),
      // The environment's own keys, which may repeat a name above.
      ...environment.map((key): Column => ({
        key: `env_${key}`,
        title: key,
        columnGroup: "Environment",
        kind: "text",
      })),
    ],
    groups: [{
      title: null,
      rows: all.map(({ id, name, spec, state, digest }) => ({
        cells: [
          id,
          datasetText(spec),
          name,
          spec.imported === undefined ? spec.method.version : null,
          spec.seed,
          state.status,
          digest?.selectedStep ?? null,
          digest && !digest.origin ? digest.timing.seconds : null,
          digest && !digest.origin ? digest.timing.peakMemory / 2 ** 20 : null,
          digest?.timing.startedAt ?? null,
          spec.engine.backend,
          spec.engine.threads || null,
          digest?.data.fingerprint ?? null,
          digest?.origin === undefined
            ? null
            : `${importedFrom({ digest })} (SHA-256 ${
              digest.origin.files.slice(0, 3).map(({ sha256 }) => sha256.slice(0, 12)).join(", ")
            })`,
          ...environment.map((key): Cell => {
            const value = digest?.environment[key] ?? null;
            return value === null ? null : String(value);
          }),
        ],
      })),
    }],
  };
}
