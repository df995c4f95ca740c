/**
 * Runs without a result.
 *
 * @module
 */
import { datasetText } from "../../bench/records/left_out.ts";
import { divergence } from "../../bench/records/outcome.ts";
import { groupBy } from "../analysis/arrange.ts";
import type { Run, Store } from "../folder.ts";
import { DATASET, METHOD, REASON, RUN, SEED, STATE, text } from "./columns.ts";
import type { Name, Table } from "./table.ts";

/** Runs without a result, with the reason: for programs, one a row. */
export function unfinishedTable({ runs: usual, unseen, refused }: Store): Table {
  const runs = [...usual, ...unseen];
  return {
    name: "unfinished",
    title: "Runs without a result",
    caption: NOT_CONTAINED,
    columns: [
      DATASET,
      METHOD,
      SEED,
      STATE,
      REASON,
      RUN,
    ],
    groups: [{
      title: null,
      rows: [
        ...runs.filter((run) => run.state.status !== "done").map(({ id, name, spec, state }) => ({
          cells: [datasetText(spec), name, spec.seed, state.status, reason(state), id],
        })),
        ...refused.map(({ id, why }) => ({
          cells: [null, null, null, "failed", notARun(why), id],
        })),
      ],
    }],
  };
}

/** Failed and diverged runs: for readers, seeds of one fate together. */
export function brokenTable({ runs: usual, unseen, refused }: Store): Table {
  const runs = [...usual, ...unseen];
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
    ({ name, spec, state }) => JSON.stringify([datasetText(spec), name, state]),
  );
  return {
    name: "broken",
    title: "Failed and diverged runs",
    caption: NOT_CONTAINED,
    columns: [
      DATASET,
      METHOD,
      text("seeds", "Seeds"),
      STATE,
      REASON,
      text("runs", "Runs"),
    ],
    groups: [{
      title: null,
      rows: [
        ...[...fates.values()].map((runs) => {
          const { name, spec, state } = runs[0]!;
          return {
            cells: [
              named(datasetText(spec)),
              named(name),
              runs.map(({ spec }) => spec.seed).join(", "),
              state.status,
              reason(state),
              runs.map(({ id }) => id).join(" "),
            ],
          };
        }),
        ...refused.map(({ id, why }) => ({
          cells: [null, null, null, "failed", notARun(why), id],
        })),
      ],
    }],
  };
}

const NOT_CONTAINED = "No figure of this report contains these runs.";

/** Why a planned run can stand in no table of its own. */
function notARun(why: string): string {
  return `not a run of the plan: ${why}`;
}

function reason(state: Run["state"]): string | null {
  if (state.status === "failed") return state.error;
  if (state.status === "diverged") return divergence(state);
  return state.status === "missing" ? "not run yet" : null;
}
