/**
 * Which domains a run is not trained on.
 *
 * @module
 */
import type { RunSpec } from "./record.ts";

/** What says which domains are left out. */
type Spec = Pick<RunSpec, "dataset">;

/** The domains that a run is not trained on, in ascending order; none of most runs. */
export function leftOut({ dataset }: Spec): readonly string[] {
  return dataset.leaveOut ?? [];
}

/** The images of a run, whichever domains it is trained on. */
export function wholeDataset({ dataset }: Spec): Omit<RunSpec["dataset"], "leaveOut"> {
  const { leaveOut: _, ...whole } = dataset;
  return whole;
}

/** A run as it is with all domains. */
export function onAllDomains(spec: RunSpec): RunSpec {
  return {
    ...spec,
    dataset: wholeDataset(spec),
    stage1: spec.stage1 && onAllDomains(spec.stage1),
  };
}

/** The data set of a run in a line of text: `pacs`, or `pacs without sketch`. */
export function datasetText(spec: Spec): string {
  const without = leftOut(spec);
  return spec.dataset.name + (without.length > 0 ? ` without ${without.join(" and ")}` : "");
}
