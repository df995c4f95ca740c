/**
 * What keeps figures of one report from being compared without a second thought.
 *
 * @module
 */
import { type DatasetResults, groupBy, tableOf } from "./arrange.ts";
import { importCautions } from "./imported.ts";
import type { Run, Store } from "../folder.ts";

/**
 * Sentences about runs that were not made alike: other places, other data, other training. None
 * when all is well.
 */
export function cautions(store: Store, datasets: readonly DatasetResults[]): string[] {
  const done = store.runs.filter((run) => run.state.status === "done");
  // Of what was made elsewhere, places, images and training are told by its own sentences.
  const finished = done.filter(({ spec }) => spec.imported === undefined);
  return [
    ...store.notes,
    ...kept(store),
    ...importCautions([...done, ...store.unseen]),
    ...places(finished),
    ...data(finished),
    ...datasets.flatMap(training),
    ...(store.unplanned > 0
      ? [
        `No figure here contains the runs of this folder that its plan does not name ` +
        `(${store.unplanned}).`,
      ]
      : []),
  ];
}

/** Runs that something else would make now, and that the user has kept. */
function kept({ manifest }: Store): string[] {
  const runs = manifest.runs.filter((run) => run.kept !== undefined);
  return [...groupBy(runs, (run) => run.kept!)].map(([why, runs]) => {
    const names = [...new Set(runs.map(({ name }) => name))].join(", ");
    return `Figures of an earlier state (${names}; ${runs.length} ${
      runs.length === 1 ? "run" : "runs"
    }), kept although ${why}.`;
  });
}

/** Settings of the environment that are not the same for all runs. */
function places(runs: readonly Run[]): string[] {
  const keys = new Set(runs.flatMap((run) => Object.keys(run.digest!.environment)));
  const mixed = [...keys].flatMap((key) => {
    const values = groupBy(runs, (run) => String(run.digest!.environment[key] ?? "unknown"));
    if (values.size < 2) return [];
    return [
      `${key} (${[...values].map(([value, { length }]) => `${value}: ${length}`).join(", ")})`,
    ];
  });
  return mixed.length > 0
    ? [`Runs were made in different places, by number of runs: ${mixed.join("; ")}.`]
    : [];
}

/** Seeds with which the methods of a data set saw different images. */
function data(runs: readonly Run[]): string[] {
  const groups = groupBy(runs, (run) => JSON.stringify([tableOf(run), run.spec.seed]));
  const mixed = [...groups.values()].filter((runs) =>
    new Set(runs.map((run) => run.digest!.data.fingerprint)).size > 1
  );
  return mixed.map(([run]) =>
    `Methods saw different data on ${run!.spec.dataset.name} with seed ${run!.spec.seed}, so its ` +
    `runs are no pairs: run them again on one copy of the data.`
  );
}

/** Settings that the methods of a data set do not share. */
function training(dataset: DatasetResults): string[] {
  const apart = dataset.methods.some(({ network }) => network !== null);
  const keys = ["steps", "batch", "selection", ...(apart ? [] : ["network" as const])] as const;
  const mixed = keys.flatMap((key) => {
    const values = groupBy(
      dataset.methods.filter(({ spec }) => spec.imported === undefined),
      ({ spec }) => JSON.stringify(spec.training[key]),
    );
    if (values.size < 2) return [];
    return [
      `${key} (${
        [...values].map(([value, methods]) => `${value}: ${methods.map((m) => m.title).join(", ")}`)
          .join("; ")
      })`,
    ];
  });
  return mixed.length > 0
    ? [`Methods were not trained alike on ${dataset.title}: ${mixed.join("; ")}.`]
    : [];
}
