/**
 * What runs cost, and what their confidence is worth.
 *
 * @module
 */
import ece from "../../metrics/ece.ts";
import { heading } from "../../metrics/mod.ts";
import { calibration } from "../analysis/calibration.ts";
import { type DatasetResults, estimate } from "../analysis/arrange.ts";
import { secondsOfAllStages } from "../folder.ts";
import { estimates, METHOD } from "./columns.ts";
import { MARKED, spreadSpeaksFor } from "./captions.ts";
import { nameOf, noteOf, scaled } from "./format.ts";
import { type Cell, MISSING, type Row, type Table } from "./table.ts";

/** Time, memory and calibration of every method of a data set. */
export function costsTable(dataset: DatasetResults): Table {
  return {
    name: `${dataset.name}-costs`,
    title: `Cost and calibration on ${dataset.title}`,
    caption: "Mean ± standard deviation (ddof 1) over seeds. Seconds: wall time of a run " +
      "with its first stage, on the machines named under the runs; – where the first stage's is " +
      "not known. Memory: the process at its largest. " +
      `${heading(ece)}: gap between confidence and accuracy in 15 bins of confidence, over all ` +
      "test images, in percentage points; excess: mean confidence − accuracy. " +
      `${spreadSpeaksFor(dataset.methods.flatMap(({ runs }) => runs))} ${MARKED}`.trim(),
    columns: [
      METHOD,
      { key: "seconds", title: "Seconds", kind: "estimate", digits: 1, best: "min" },
      { key: "memory_mib", title: "Memory, MiB", kind: "estimate", digits: 0, best: "min" },
      estimates(ece, { key: ece.name, title: heading(ece) }),
      { key: "excess", title: "Excess confidence", kind: "estimate", digits: 1 },
    ],
    groups: [{
      title: null,
      rows: dataset.methods.map((method): Row => {
        const digests = method.runs.flatMap((run) =>
          run?.state.status === "done" ? [run.digest!] : []
        );
        const found = calibration(method);
        const cells: Cell[] = digests.length === 0 ? [MISSING, MISSING, MISSING, MISSING] : [
          estimate(method.runs.map(secondsOfAllStages)),
          estimate(digests.map(({ timing }) => timing.peakMemory / 2 ** 20)),
          found && scaled(ece, found.error),
          found && scaled(ece, found.excess),
        ];
        return {
          cells: [nameOf(method), ...cells],
          ...noteOf(dataset, method),
        };
      }),
    }],
  };
}
