/**
 * Which runs of an earlier plan can stand in one table with those of a new one.
 *
 * @module
 */
import { leftOut, wholeDataset } from "./left_out.ts";
import type { Manifest, RunSpec } from "./record.ts";

/**
 * The runs of an earlier plan that stay beside those of a new one: what fills no cell of the new
 * one's tables, and was or would be trained under the same conditions.
 */
export function staying(earlier: Manifest["runs"], planned: Manifest["runs"]): Manifest["runs"] {
  const cells = new Set(planned.map(cell));
  const trained = planned.filter(isTrained);
  const datasets = new Set(trained.map(({ spec }) => spec.dataset.name));
  const fits = fitting(trained);
  return earlier.filter((run) =>
    !cells.has(cell(run)) &&
    (!isTrained(run) || !datasets.has(run.spec.dataset.name) || fits(run))
  );
}

/** Whether a run is trained here: what is imported stands beside any training. */
function isTrained({ spec }: Manifest["runs"][number]): boolean {
  return spec.imported === undefined;
}

/** The cell of a table that a run fills. */
function cell({ name, spec, trial }: Manifest["runs"][number]): string {
  const { dataset, training, seed } = spec;
  return JSON.stringify([dataset.name, leftOut(spec), training.network, name, seed, trial]);
}

/** Which runs can stand in one table with some: of a program's, the engine says nothing. */
function fitting(planned: Manifest["runs"]): (run: Manifest["runs"][number]) => boolean {
  const byProgram = ({ spec }: Manifest["runs"][number]) => spec.command !== undefined;
  const anyEngine = (run: Manifest["runs"][number]) => conditions(run, null);
  const [all, any, programs] = [
    planned.map((run) => conditions(run)), // several where there are networks
    planned.map(anyEngine),
    planned.filter(byProgram).map(anyEngine),
  ].map((keys) => new Set(keys)) as [Set<string>, Set<string>, Set<string>];
  return (run) => all.has(conditions(run)) || (byProgram(run) ? any : programs).has(anyEngine(run));
}

/** What two runs must share to stand in one table. */
function conditions(
  { spec, trial }: Manifest["runs"][number],
  engine: RunSpec["engine"] | null = spec.engine,
): string {
  // A method without steps of its own evaluates what its first stage has trained.
  const trained = spec.training.steps === 0 && spec.stage1 !== null ? spec.stage1 : spec;
  const { training } = trained;
  const { network, steps, selection } = training;
  const batch = trial === undefined ? training.batch : null; // a search draws it
  const dataset = wholeDataset(trained); // runs that leave out domains stand in tables of their own
  return JSON.stringify([dataset, network, steps, batch, selection, engine]);
}
