/**
 * Whether runs of a preset's length end on a plateau of learning: what a plan says of it.
 *
 * @module
 */
import type { DatasetDefinition } from "../../datasets/dataset.ts";
import type { NetworkRequest } from "./networks.ts";
import type { PresetName } from "./presets.ts";

/** The presets whose runs are meant to be compared, and are not as long as the paper's. */
export const MEASURED: readonly PresetName[] = ["quick", "standard"];

/** What decides how long runs are and what they train. */
interface Lengths extends NetworkRequest {
  readonly steps?: number | undefined;
  readonly batch?: number | undefined;
}

/**
 * A sentence for each data set on which runs of a preset do not reach a plateau, and one for those
 * where that is not known. Silent where somebody has chosen the length, and where all is well.
 */
export function plateauNotes(
  request: Lengths,
  datasets: readonly DatasetDefinition[],
): string[] {
  const { preset, steps, batch } = request;
  if (!MEASURED.includes(preset) || steps !== undefined || batch !== undefined) return [];
  // What was measured holds for the network that the preset has.
  const own = request.networks === undefined && (request.pretrained ?? []).length === 0 &&
    request.features === undefined;
  const known = (dataset: DatasetDefinition) => own ? dataset.plateaus?.[preset] : undefined;
  const short = datasets.flatMap((dataset) => {
    const plateau = known(dataset);
    return plateau === undefined || plateau.reached ? [] : [
      `Preset ${preset} is not long enough for a plateau on ${dataset.name}: ${plateau.measured} ` +
      `The report marks runs that still rise.`,
    ];
  });
  const open = datasets.filter((dataset) => known(dataset) === undefined).map(({ name }) => name);
  if (open.length === 0) return short;
  return [
    ...short,
    `Whether preset ${preset} is long enough for a plateau on ${open.join(", ")}` +
    `${
      own ? "" : " with these networks"
    } has not been measured; the report marks runs that still ` +
    `rise, and analyse convergence measures it.`,
  ];
}
